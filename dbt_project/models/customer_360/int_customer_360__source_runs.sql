{{ config(materialized='view') }}

with runs as (

    select
        *,
        row_number() over (partition by source, resource order by observed_at desc, run_id desc) as newest_first
    from {{ ref('stg_ingest__runs') }}

),

sources as (

    select * from {{ ref('stg_ingest__sources') }}

),

ever as (

    select
        source,
        resource,
        sum(quarantined) as quarantined_ever
    from runs
    group by source, resource

),

newest as (

    select
        runs.source,
        runs.resource,
        runs.mode,
        runs.extracted,
        runs.distinct_keys as landed,
        runs.duplicates,
        runs.quarantined,
        ever.quarantined_ever,
        runs.is_complete,
        runs.observed_at
    from runs
    inner join ever on runs.source = ever.source and runs.resource = ever.resource
    where runs.newest_first = 1

),

-- `all` is the source as a whole, as in kpi_period
with_totals as (

    select * from newest
    union all
    select
        source,
        'all' as resource,
        null as mode,
        sum(extracted) as extracted,
        sum(landed) as landed,
        sum(duplicates) as duplicates,
        sum(quarantined) as quarantined,
        sum(quarantined_ever) as quarantined_ever,
        bool_and(is_complete) as is_complete,
        min(observed_at) as observed_at
    from newest
    group by source

),

source_runs as (

    select
        sources.source,
        sources.title,
        coalesce(with_totals.resource, 'all') as resource,
        with_totals.mode,

        cast(with_totals.extracted as bigint) as extracted,
        cast(with_totals.landed as bigint) as landed,
        cast(with_totals.duplicates as bigint) as duplicates,
        cast(with_totals.quarantined as bigint) as quarantined,
        cast(with_totals.quarantined_ever as bigint) as quarantined_ever,

        sources.is_on,
        with_totals.is_complete,

        with_totals.observed_at
    from sources
    left join with_totals on sources.source = with_totals.source

)

select * from source_runs
