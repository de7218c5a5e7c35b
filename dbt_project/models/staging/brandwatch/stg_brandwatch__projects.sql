with

projects as (

    select * from {{ source('raw_brandwatch', 'projects') }}

),

cleaned as (

    select
        id as project_id,
        name,
        {{ blank_to_null('description') }} as description,
        timezone as time_zone,
        _observed_at
    from projects

)

select * from cleaned
