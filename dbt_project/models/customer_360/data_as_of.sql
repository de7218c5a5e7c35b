with

resource_runs as (

    select * from {{ ref('stg_ingest__runs') }}

),

switched_on as (

    select source from {{ ref('stg_ingest__sources') }}
    where is_on

),

runs as (

    select
        resource_runs.source,
        resource_runs.run_id,
        min(resource_runs.observed_at) as observed_at
    from resource_runs
    inner join switched_on on resource_runs.source = switched_on.source
    -- a stretch of the past that was read again says nothing of what is new
    where resource_runs.mode <> 'backfill'
    group by resource_runs.source, resource_runs.run_id
    having bool_and(resource_runs.is_complete)

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
