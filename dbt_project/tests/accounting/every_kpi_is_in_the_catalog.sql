-- no series without a definition, no definition without its series, no target for an unknown KPI

with catalog as (

    select * from {{ ref('kpi_catalog') }}

),

measured as (

    select distinct
        kpi_id,
        variant,
        grain
    from {{ ref('kpi_period') }}
    union
    select distinct
        kpi_id,
        variant,
        grain
    from {{ ref('kpi_daily') }}

),

declared as (

    select
        kpi_id,
        variant,
        'month' as grain
    from catalog where is_monthly
    union all
    select
        kpi_id,
        variant,
        'day' as grain
    from catalog where is_daily

),

targets as (

    select * from {{ ref('kpi_targets') }}

)

select
    measured.kpi_id,
    measured.variant,
    'measured, not in the catalog' as fault
from measured
left join declared
    on
        measured.kpi_id = declared.kpi_id
        and measured.variant = declared.variant
        and measured.grain = declared.grain
where declared.kpi_id is null

union all

select
    declared.kpi_id,
    declared.variant,
    'in the catalog, not measured' as fault
from declared
left join measured
    on
        declared.kpi_id = measured.kpi_id
        and declared.variant = measured.variant
        and declared.grain = measured.grain
where measured.kpi_id is null

union all

select
    targets.kpi_id,
    targets.variant,
    'target for an unknown KPI' as fault
from targets
left join catalog on targets.kpi_id = catalog.kpi_id and targets.variant = catalog.variant
where catalog.kpi_id is null
