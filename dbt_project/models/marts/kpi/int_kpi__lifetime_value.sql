{#- no churn at all would be a life without end: Stripe takes 1.67 % a month, which caps it at sixty months -#}
{%- set assumed_churn = 0.0167 -%}
{%- set month_minutes = 365.25 / 12 * 24 * 60 -%}

with orders as (

    select *
    from {{ ref('fct_orders') }}
    where status = 'paid' and not is_test and customer_id is not null

),

paid_periods as (

    select
        *,
        {{ local_date('period_start_at') }} as began_on
    from {{ ref('int_revenue__paid_periods') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

recurring as (

    select * from {{ ref('int_kpi__recurring') }} where segment_type = 'all' and grain = 'month'

),

margins as (

    select
        *,
        lead(valid_from, 1, date '2100-01-01') over (partition by revenue_kind order by valid_from) as valid_until
    from {{ ref('gross_margins') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

ordered as (

    select
        orders.customer_id,
        cast({{ dbt.date_trunc('month', 'orders.ordered_on') }} as date) as month,
        sum(orders.net_amount_reporting / as_of.minor_per_major) as net,
        sum(
            (orders.net_amount_reporting - coalesce(orders.refunded_reporting, 0)) / as_of.minor_per_major * margins.margin
        ) as margin
    from orders
    cross join as_of
    inner join margins
        on
            margins.revenue_kind = 'orders'
            and orders.ordered_on >= margins.valid_from
            and orders.ordered_on < margins.valid_until
    group by orders.customer_id, cast({{ dbt.date_trunc('month', 'orders.ordered_on') }} as date)

),

periods_worth as (

    select
        paid_periods.customer_id,
        paid_periods.period_start_at,
        paid_periods.period_end_at,
        paid_periods.mrr_minor * rates.minor_to_reporting_minor / as_of.minor_per_major * margins.margin as monthly_margin
    from paid_periods
    cross join as_of
    inner join margins
        on
            margins.revenue_kind = 'subscriptions'
            and paid_periods.began_on >= margins.valid_from
            and paid_periods.began_on < margins.valid_until
    left join rates
        on
            paid_periods.currency_code = rates.currency_code
            and cast({{ dbt.date_trunc('month', 'paid_periods.began_on') }} as date) = rates.rate_month

),

-- of each paid period the part that has passed by the month's end
earned as (

    select
        months.period_start as month,
        sum(ordered.margin) as margin
    from months
    inner join ordered on months.period_start >= ordered.month
    group by months.period_start
    union all
    select
        months.period_start as month,
        sum(
            periods_worth.monthly_margin
            * {{ elapsed_minutes('periods_worth.period_start_at', 'least(periods_worth.period_end_at, months.closing_at)') }}
            / {{ month_minutes }}
        ) as margin
    from months
    inner join periods_worth on months.closing_at > periods_worth.period_start_at
    group by months.period_start

),

joined as (

    select
        customer_id,
        min(month) as month
    from (
        select
            customer_id,
            month
        from ordered
        union all
        select
            paid_periods.customer_id,
            cast({{ dbt.date_trunc('month', 'began_on') }} as date) as month
        from paid_periods
    ) as purchases
    group by customer_id

),

customers_to_date as (

    select
        months.period_start as month,
        count(*) as customers
    from months
    inner join joined on months.period_start >= joined.month
    group by months.period_start

),

historic as (

    select
        customers_to_date.month,
        sum(earned.margin) as numerator,
        min(customers_to_date.customers) as denominator
    from customers_to_date
    inner join earned on customers_to_date.month = earned.month
    group by customers_to_date.month

),

by_formula as (

    select
        arpa.period_start as month,
        arpa.value * margins.margin as numerator,
        coalesce(nullif(churn.value, 0) / 100, {{ assumed_churn }}) as denominator,
        arpa.n
    from recurring as arpa
    inner join recurring as churn on arpa.period_start = churn.period_start
    inner join margins
        on
            margins.revenue_kind = 'subscriptions'
            and arpa.period_start >= margins.valid_from
            and arpa.period_start < margins.valid_until
    where
        arpa.kpi_id = 'arpa'
        and churn.kpi_id = 'logo_churn_rate'
        and churn.variant = 'standard'
        and arpa.value is not null
        and churn.value is not null

),

-- twelve months ending with the month, and the twelve before them
yearly as (

    select
        months.period_start as month,
        ordered.customer_id,
        sum(ordered.net) filter (
            where ordered.month > {{ dbt.dateadd('month', -12, 'months.period_start') }}
        ) as net,
        bool_or(ordered.month <= {{ dbt.dateadd('month', -12, 'months.period_start') }}) as bought_earlier
    from months
    inner join ordered
        on ordered.month <= months.period_start and ordered.month > {{ dbt.dateadd('month', -24, 'months.period_start') }}
    group by months.period_start, ordered.customer_id

),

yearly_sums as (

    select
        month,
        sum(net) as net,
        count(net) as buyers,
        count(*) filter (where bought_earlier) as earlier_buyers,
        count(*) filter (where bought_earlier and net is null) as gone
    from yearly
    group by month

),

transactional as (

    select
        yearly_sums.month,
        {{ ratio_of('yearly_sums.net', 'yearly_sums.buyers') }} * margins.margin as numerator,
        {{ ratio_of('yearly_sums.gone', 'yearly_sums.earlier_buyers') }} as denominator,
        yearly_sums.buyers
    from yearly_sums
    inner join margins
        on
            margins.revenue_kind = 'orders'
            and yearly_sums.month >= margins.valid_from
            and yearly_sums.month < margins.valid_until
    where gone > 0 and buyers > 0

),

lifetimes as (

    select
        'clv_historic' as kpi_id,
        'standard' as variant,
        month,
        numerator,
        denominator,
        denominator as n
    from historic
    union all
    select
        'clv_formula' as kpi_id,
        'standard' as variant,
        *
    from by_formula
    union all
    select
        'clv_formula' as kpi_id,
        'transactional' as variant,
        *
    from transactional

),

tallies as (

    select
        kpi_id,
        variant,
        'month' as grain,
        month as period_start,
        'all' as segment_type,
        'all' as segment,
        numerator,
        denominator,
        n,
        0 as n_immature,
        cast(null as double) as squares
    from lifetimes

),

{{ measures_of(['clv_historic', 'clv_formula']) }}

select * from measures
