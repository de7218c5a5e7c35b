with movements as (

    select * from {{ ref('mrr_movements') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month' and is_complete

),

beginnings as (

    select
        customer_id,
        month as cohort_month,
        closing_mrr as first_mrr
    from movements
    where movement = 'new'

),

cohorts as (

    select
        cohort_month,
        count(*) as customers,
        sum(first_mrr) as first_mrr
    from beginnings
    group by cohort_month

),

-- every month a cohort has lived through, also when nobody was left
lived as (

    select
        cohorts.cohort_month,
        months.period_start as month,
        cohorts.customers,
        cohorts.first_mrr
    from cohorts
    inner join months on cohorts.cohort_month <= months.period_start

),

paying as (

    select
        beginnings.cohort_month,
        movements.month,
        count(*) as paying,
        sum(movements.closing_mrr) as closing_mrr
    from movements
    inner join beginnings on movements.customer_id = beginnings.customer_id
    where movements.closing_mrr > 0
    group by beginnings.cohort_month, movements.month

),

mrr_cohorts as (

    select
        lived.cohort_month,
        lived.month,
        cast({{ dbt.datediff('lived.cohort_month', 'lived.month', 'month') }} as bigint) as months_since,
        lived.customers,
        coalesce(paying.paying, 0) as paying,
        100.0 * coalesce(paying.paying, 0) / lived.customers as paying_percent,
        lived.first_mrr,
        coalesce(paying.closing_mrr, 0) as closing_mrr,
        100.0 * coalesce(paying.closing_mrr, 0) / nullif(lived.first_mrr, 0) as mrr_percent
    from lived
    left join paying on lived.cohort_month = paying.cohort_month and lived.month = paying.month

)

select * from mrr_cohorts
