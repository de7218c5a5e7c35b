with

deletions as (

    select * from {{ source('raw_fhir', 'deletions') }}

),

cleaned as (

    select
        resource_type,
        resource_id,

        coalesce(deleted_at, _observed_at) as deleted_at,
        _observed_at

    from deletions

)

select * from cleaned
