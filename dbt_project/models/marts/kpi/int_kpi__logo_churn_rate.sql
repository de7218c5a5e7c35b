with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'logo_churn_rate'

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

-- who joined and left, or left and came back, inside the month stands in neither count
counts as (

    select
        month,
        count(*) as at_start,
        count(*) filter (where closing_mrr = 0) as lost
    from movements
    where opening_mrr > 0
    group by month

),

filled as (

    select
        series.*,
        coalesce(counts.at_start, 0) as at_start,
        coalesce(counts.lost, 0) as lost
    from series
    left join counts on series.period_start = counts.month

),

measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        lost as numerator,
        at_start as denominator,
        {{ percent_of('lost', 'at_start') }} as value,
        at_start as n,
        0 as n_immature,
        {{ wilson_low('lost', 'at_start') }} as interval_low,
        {{ wilson_high('lost', 'at_start') }} as interval_high
    from filled

)

select * from measures
