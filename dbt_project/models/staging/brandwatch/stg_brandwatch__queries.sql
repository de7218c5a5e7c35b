with

queries as (

    select * from {{ source('raw_brandwatch', 'queries') }}

),

cleaned as (

    select
        id as query_id,
        project_id,
        name as query_name,
        type as query_type,
        created_at,
        modified_at,
        _observed_at
    from queries

)

select * from cleaned
