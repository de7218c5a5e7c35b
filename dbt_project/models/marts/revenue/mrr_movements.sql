{#- minor units: a sum of several plans may differ in its last binary digit without any change -#}
{%- set noise = '0.000001' -%}

with mrr_at_month_end as (

    select * from {{ ref('int_revenue__mrr_at_month_end') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

first_payments as (

    select
        customer_id,
        min(period_start_at) as first_paid_at
    from paid_periods
    group by customer_id

),

-- what a month end is worth at its own month's rate, and at the rate of the month it opens
month_ends as (

    select
        mrr_at_month_end.customer_id,
        mrr_at_month_end.month,
        cast({{ dbt.dateadd('month', 1, 'mrr_at_month_end.month') }} as date) as next_month,
        mrr_at_month_end.mrr_native * rates.minor_to_reporting_minor as mrr,
        mrr_at_month_end.mrr_native * next_rates.minor_to_reporting_minor as carried_mrr
    from mrr_at_month_end
    left join rates
        on
            mrr_at_month_end.currency_code = rates.currency_code
            and mrr_at_month_end.month = rates.rate_month
    left join rates as next_rates
        on
            mrr_at_month_end.currency_code = next_rates.currency_code
            and cast({{ dbt.dateadd('month', 1, 'mrr_at_month_end.month') }} as date) = next_rates.rate_month

),

both_ends as (

    select
        customer_id,
        month,
        0.0 as opening_mrr,
        0.0 as carried_mrr,
        mrr as closing_mrr
    from month_ends
    union all
    select
        customer_id,
        next_month as month,
        mrr as opening_mrr,
        carried_mrr,
        0.0 as closing_mrr
    from month_ends

),

by_customer as (

    select
        customer_id,
        month,
        sum(opening_mrr) as opening_mrr,
        sum(carried_mrr) - sum(opening_mrr) as fx_mrr,
        sum(closing_mrr) - sum(carried_mrr) as change_mrr,
        sum(closing_mrr) as closing_mrr
    from both_ends
    group by customer_id, month

),

classified as (

    select
        by_customer.*,
        case
            when by_customer.opening_mrr = 0 and first_payments.first_paid_at >= months.start_at then 'new'
            when by_customer.opening_mrr = 0 then 'reactivation'
            when by_customer.closing_mrr = 0 then 'churn'
            when by_customer.change_mrr > {{ noise }} then 'expansion'
            when by_customer.change_mrr < -{{ noise }} then 'contraction'
            else 'unchanged'
        end as movement
    from by_customer
    inner join months on by_customer.month = months.period_start
    left join first_payments on by_customer.customer_id = first_payments.customer_id

),

movements as (

    select
        customer_id,
        month,
        movement,
        opening_mrr,
        case when movement = 'new' then change_mrr else 0 end as new_mrr,
        case when movement = 'reactivation' then change_mrr else 0 end as reactivation_mrr,
        case when movement = 'expansion' then change_mrr else 0 end as expansion_mrr,
        case when movement = 'contraction' then -change_mrr else 0 end as contraction_mrr,
        case when movement = 'churn' then -change_mrr else 0 end as churn_mrr,
        fx_mrr,
        closing_mrr
    from classified

)

select * from movements
