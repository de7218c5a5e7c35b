with

surveys as (

    select * from {{ source('raw_qualtrics', 'surveys') }}

),

cleaned as (

    select
        id as survey_id,
        name as title,
        owner_id,
        coalesce(is_active, false) as is_active,
        created_at,
        modified_at,
        _observed_at
    from surveys

)

select * from cleaned
