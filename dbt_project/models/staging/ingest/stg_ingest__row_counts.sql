with

row_counts as (

    select * from {{ source('raw_ingest', 'row_counts') }}

),

closed as (

    select
        nth,
        source,
        resource,
        run_id,
        cause,

        rows_before,
        rows_of_run,
        rows_after,

        counted_at
    from row_counts
    where rows_after is not null

)

select * from closed
