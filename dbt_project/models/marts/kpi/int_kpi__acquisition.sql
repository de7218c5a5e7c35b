{%- set trial_days = 7 -%}
{%- set none_told = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}

with customers as (

    select
        *,
        {{ local_date('lead_created_at') }} as lead_created_on,
        {{ local_date('became_customer_at') }} as became_customer_on
    from {{ ref('dim_customers') }}

),

sources as (

    select * from {{ ref('acquisition_sources') }}

),

leads as (

    select * from {{ ref('int_kpi__leads') }}

),

stretches as (

    select * from {{ ref('int_kpi__customer_stretches') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

contracts as (

    select * from {{ ref('fct_subscriptions') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

spend as (

    select * from {{ ref('fct_campaign_spend') }}

),

channels as (

    select * from {{ ref('channel_cost_kinds') }}

),

costs as (

    select * from {{ ref('acquisition_costs') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

trials as (

    select
        contracts.subscription_id,
        min(contracts.trial_end_at) as trial_end_at,
        bool_or(paid_periods.billing_period_id is not null) as is_kept
    from contracts
    left join paid_periods
        on
            contracts.subscription_id = paid_periods.subscription_id
            and paid_periods.period_start_at >= contracts.trial_end_at
            and paid_periods.period_start_at <= {{ plus_days('contracts.trial_end_at', trial_days) }}
    where contracts.trial_end_at is not null
    group by contracts.subscription_id

),

-- spend in the reporting currency, at its month's rate; what keeps customers is no part of acquisition
spent as (

    select
        spend.spent_on as on_day,
        spend.channel,
        'media' as cost_kind,
        spend.amount_reporting / as_of.minor_per_major as amount
    from spend
    cross join as_of
    left join channels on spend.channel = channels.channel
    where coalesce(channels.cost_kind, 'media') = 'media'
    union all
    select
        costs.cost_month as on_day,
        cast(null as {{ dbt.type_string() }}) as channel,
        costs.cost_kind,
        costs.amount_minor * rates.minor_to_reporting_minor / as_of.minor_per_major as amount
    from costs
    cross join as_of
    left join rates on costs.currency_code = rates.currency_code and costs.cost_month = rates.rate_month

),

won as (

    select
        customers.became_customer_on as on_day,
        customers.country_code,
        coalesce(sources.source_kind = 'paid', false) as is_paid_for
    from customers
    left join sources on customers.acquisition_source = sources.acquisition_source
    where customers.became_customer_at is not null

),

-- unbroken stretches: each customer of the month's first instant once
at_start as (

    select
        months.period_start as on_day,
        customers.country_code,
        count(*) as customers
    from months
    inner join stretches on stretches.start_at <= months.start_at and stretches.end_at > months.start_at
    left join customers on stretches.customer_id = customers.customer_id
    group by months.period_start, customers.country_code

),

events as (

    select
        'referral_rate' as kpi_id,
        'standard' as variant,
        customers.lead_created_on as on_day,
        {{ none_told }} as channel,
        {{ none_told }} as acquisition_source,
        customers.country_code,
        case when sources.source_kind = 'referral' then 1.0 else 0.0 end as numerator,
        1 as denominator,
        0 as immature
    from customers
    left join sources on customers.acquisition_source = sources.acquisition_source
    where customers.lead_created_on is not null and not customers.is_test and customers.acquisition_source is not null

    union all

    select
        'conversion_rate' as kpi_id,
        'standard' as variant,
        created_on as on_day,
        {{ none_told }} as channel,
        acquisition_source,
        country_code,
        case when is_mature and is_converted then 1 else 0 end as numerator,
        case when is_mature then 1 else 0 end as denominator,
        case when is_mature then 0 else 1 end as immature
    from leads

    union all

    -- the acquired are no part of those at the start, so this is a rate without a proportion's interval
    select
        'acquisition_rate' as kpi_id,
        'standard' as variant,
        on_day,
        {{ none_told }} as channel,
        {{ none_told }} as acquisition_source,
        country_code,
        1 as numerator,
        0 as denominator,
        0 as immature
    from won

    union all

    select
        'acquisition_rate' as kpi_id,
        'standard' as variant,
        on_day,
        {{ none_told }} as channel,
        {{ none_told }} as acquisition_source,
        country_code,
        0 as numerator,
        customers as denominator,
        0 as immature
    from at_start

    union all

    select
        'trial_conversion_rate' as kpi_id,
        'standard' as variant,
        {{ local_date('trials.trial_end_at') }} as on_day,
        {{ none_told }} as channel,
        {{ none_told }} as acquisition_source,
        {{ none_told }} as country_code,
        case when is_kept and {{ plus_days('trials.trial_end_at', trial_days) }} <= as_of.as_of then 1.0 else 0.0 end as numerator,
        case when {{ plus_days('trials.trial_end_at', trial_days) }} <= as_of.as_of then 1 else 0 end as denominator,
        case
            when {{ plus_days('trials.trial_end_at', trial_days) }} > as_of.as_of and trials.trial_end_at <= as_of.as_of then 1
            else 0
        end as immature
    from trials
    cross join as_of

    {% for kpi_id, variant, of_spend, of_customers in [
        ('acquisition_spend', 'media', "cost_kind = 'media'", 'true'),
        ('acquisition_spend', 'loaded', 'true', 'true'),
        ('cac', 'paid', "cost_kind = 'media'", 'is_paid_for'),
        ('cac', 'loaded', 'true', 'is_paid_for'),
        ('cac', 'blended', 'true', 'true'),
    ] %}
        union all

        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            on_day,
            {{ 'channel' if kpi_id == 'acquisition_spend' else none_told }} as channel,
            {{ none_told }} as acquisition_source,
            {{ none_told }} as country_code,
            amount as numerator,
            0 as denominator,
            0 as immature
        from spent
        where {{ of_spend }}

        union all

        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            on_day,
            {{ none_told }} as channel,
            {{ none_told }} as acquisition_source,
            {{ none_told }} as country_code,
            0 as numerator,
            1 as denominator,
            0 as immature
        from won
        where {{ of_customers }}
    {%- endfor %}

),

{{ tallies_of('events', ['channel', 'acquisition_source', 'country_code']) }},

{{ measures_of([
    'acquisition_rate', 'conversion_rate', 'referral_rate', 'trial_conversion_rate', 'acquisition_spend', 'cac'
]) }}

select * from measures
