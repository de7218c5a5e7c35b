with periods as (

    select * from {{ ref('kpi_period') }} where segment_type = 'all'

),

pairs as (

    select * from {{ ref('kpi_reconciliations') }}

),

reconciliation as (

    select
        pairs.kpi_id,
        pairs.variant,
        pairs.other_variant,
        pairs.followed_by,
        ours.period_start,
        ours.is_complete,
        ours.value,
        ours.n,
        theirs.value as other_value,
        theirs.n as other_n,
        theirs.value - ours.value as difference,
        ours.unit,
        pairs.why
    from pairs
    inner join periods as ours on pairs.kpi_id = ours.kpi_id and pairs.variant = ours.variant
    inner join periods as theirs
        on
            pairs.kpi_id = theirs.kpi_id
            and pairs.other_variant = theirs.variant
            and ours.period_start = theirs.period_start

)

select * from reconciliation
