{#- Who stays and what they pay: everything read from the month's movements and the paid periods at month ends. -#}
{%- set kpis = {
    'logo_churn_rate': ['standard', 'involuntary', 'stripe_30d', 'sum_of_daily_rates'],
    'retention_rate': ['standard'],
    'mrr_churn_rate': ['gross', 'net'],
    'revenue_retention': ['nrr', 'grr'],
    'mrr': ['standard', 'constant_currency'],
    'arpa': ['standard'],
} -%}

with movements as (

    select * from {{ ref('mrr_movements') }}

),

mrr_at_month_end as (

    select * from {{ ref('int_revenue__mrr_at_month_end') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

billing_periods as (

    select * from {{ ref('fct_billing_periods') }} where is_uncollectible and not is_trial and mrr_minor > 0

),

daily_churn as (

    select * from {{ ref('int_kpi__daily_churn') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

unpaid as (

    select distinct
        months.period_start as month,
        billing_periods.customer_id
    from billing_periods
    inner join months
        on billing_periods.period_start_at <= months.closing_at and billing_periods.period_end_at > months.start_at

),

-- one row per customer and month, with what each KPI takes from it
by_customer as (

    select
        movements.month,
        customers.country_code,
        movements.opening_mrr > 0 as was_paying,
        movements.closing_mrr > 0 as is_paying,
        movements.opening_mrr > 0 and movements.closing_mrr = 0 as is_lost,
        unpaid.customer_id is not null as is_unpaid,
        (movements.opening_mrr + movements.fx_mrr) / as_of.minor_per_major as opening,
        movements.closing_mrr / as_of.minor_per_major as closing,
        (movements.churn_mrr + movements.contraction_mrr) / as_of.minor_per_major as gone,
        (movements.expansion_mrr + movements.reactivation_mrr) / as_of.minor_per_major as won
    from movements
    cross join as_of
    left join customers on movements.customer_id = customers.customer_id
    left join unpaid on movements.month = unpaid.month and movements.customer_id = unpaid.customer_id

),

counted as (

    {% for kpi_id, variant, numerator, denominator, n in [
        ('logo_churn_rate', 'standard', 'is_lost', 'was_paying', 'was_paying'),
        ('logo_churn_rate', 'involuntary', 'is_lost and is_unpaid', 'was_paying', 'was_paying'),
        ('retention_rate', 'standard', 'was_paying and is_paying', 'was_paying', 'was_paying'),
        ('mrr_churn_rate', 'gross', 'gone', 'opening', 'was_paying'),
        ('mrr_churn_rate', 'net', 'gone - won', 'opening', 'was_paying'),
        ('mrr', 'standard', 'closing', none, 'is_paying'),
        ('arpa', 'standard', 'closing', 'is_paying', 'is_paying'),
    ] %}
        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            month,
            country_code,
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator or 'null' }} as double) as denominator,
            cast({{ n }} as integer) as n
        from by_customer
        union all
    {%- endfor %}

    -- at the rates of one month for ever, so that only plans move it
    select
        'mrr' as kpi_id,
        'constant_currency' as variant,
        mrr_at_month_end.month,
        customers.country_code,
        mrr_at_month_end.mrr_native * rates.minor_to_reporting_minor / as_of.minor_per_major as numerator,
        cast(null as double) as denominator,
        cast(row_number() over (
            partition by mrr_at_month_end.customer_id, mrr_at_month_end.month order by mrr_at_month_end.currency_code
        ) = 1 as integer) as n
    from mrr_at_month_end
    cross join as_of
    left join customers on mrr_at_month_end.customer_id = customers.customer_id
    left join rates
        on
            mrr_at_month_end.currency_code = rates.currency_code
            and rates.rate_month = cast('{{ var("constant_currency_month") }}' as date)

),

-- paying thirty days before the month's end or since: those no longer paying at it are lost
last_thirty_days as (

    select
        months.period_start as month,
        paid_periods.customer_id,
        min(customers.country_code) as country_code,
        bool_or(paid_periods.period_end_at > months.closing_at) as is_paying
    from paid_periods
    inner join months
        on
            paid_periods.period_start_at <= months.closing_at
            and paid_periods.period_end_at > {{ plus_days('months.closing_at', -30) }}
    left join customers on paid_periods.customer_id = customers.customer_id
    group by months.period_start, paid_periods.customer_id

),

-- what those who paid a year ago paid then and pay now, both at this month's rates
a_year_apart as (

    select
        months.period_start as month,
        mrr_at_month_end.customer_id,
        sum(mrr_at_month_end.mrr_native * rates.minor_to_reporting_minor / as_of.minor_per_major)
        filter (where mrr_at_month_end.month < months.period_start) as had,
        coalesce(
            sum(mrr_at_month_end.mrr_native * rates.minor_to_reporting_minor / as_of.minor_per_major)
            filter (where mrr_at_month_end.month = months.period_start), 0
        ) as has
    from mrr_at_month_end
    inner join months
        on
            mrr_at_month_end.month = months.period_start
            or mrr_at_month_end.month = cast({{ dbt.dateadd('month', -12, 'months.period_start') }} as date)
    cross join as_of
    left join rates
        on mrr_at_month_end.currency_code = rates.currency_code and months.period_start = rates.rate_month
    group by months.period_start, mrr_at_month_end.customer_id

),

gathered as (

    select * from counted
    union all
    select
        'logo_churn_rate' as kpi_id,
        'stripe_30d' as variant,
        month,
        country_code,
        cast(not is_paying as double) as numerator,
        1.0 as denominator,
        1 as n
    from last_thirty_days
    {% for variant, kept in [('nrr', 'has'), ('grr', 'least(has, had)')] %}
        union all
        select
            'revenue_retention' as kpi_id,
            '{{ variant }}' as variant,
            a_year_apart.month,
            customers.country_code,
            {{ kept }} as numerator,
            had as denominator,
            1 as n
        from a_year_apart
        left join customers on a_year_apart.customer_id = customers.customer_id
        where had > 0
    {%- endfor %}

),

tallies as (

    {% for segment_type in ['all', 'country_code'] %}
        select
            kpi_id,
            variant,
            'month' as grain,
            month as period_start,
            '{{ segment_type }}' as segment_type,
            {{ "'all'" if segment_type == 'all' else segment_type }} as segment,
            sum(numerator) as numerator,
            sum(denominator) as denominator,
            sum(n) as n,
            0 as n_immature,
            cast(null as double) as squares
        from gathered
        where {{ 'true' if segment_type == 'all' else segment_type ~ ' is not null' }}
        group by all
        union all
    {%- endfor %}
    select
        'logo_churn_rate' as kpi_id,
        'sum_of_daily_rates' as variant,
        'month' as grain,
        month as period_start,
        'all' as segment_type,
        'all' as segment,
        rate as numerator,
        cast(null as double) as denominator,
        customers_at_start as n,
        0 as n_immature,
        cast(null as double) as squares
    from daily_churn

),

{{ measures_of(kpis | list) }}

select * from measures
