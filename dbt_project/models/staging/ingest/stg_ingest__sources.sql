with

roster as (

    select * from {{ source('raw_ingest', 'sources') }}

),

sources as (

    select
        source,
        title,
        is_on,
        noted_at
    from roster

)

select * from sources
