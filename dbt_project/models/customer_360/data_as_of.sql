with

resource_runs as (

    select * from {{ ref('stg_ingest__runs') }}

),

runs as (

    select
        source,
        run_id,
        min(observed_at) as observed_at
    from resource_runs
    group by source, run_id
    having bool_and(is_complete)

),

newest_runs as (

    select
        source,
        max(observed_at) as observed_at
    from runs
    group by source

),

data_as_of as (

    select
        min(observed_at) as as_of,
        '{{ var("reporting_currency") }}' as reporting_currency,
        '{{ var("reporting_time_zone") }}' as reporting_time_zone
    from newest_runs

)

select * from data_as_of
