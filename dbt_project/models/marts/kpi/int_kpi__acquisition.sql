{%- set trial_days = 7 -%}
{#- kpi_id, variant, the rows and which of them, what is counted above and below the line, what is not over yet, what they are cut by -#}
{%- set counted = [
    ('referral_rate', 'standard', 'told_leads', 'true', 'is_referred', '1', '0', ['country_code']),
    ('conversion_rate', 'standard', 'leads', 'true', 'is_mature and is_converted', 'is_mature', 'not is_mature',
        ['acquisition_source', 'country_code']),
    ('acquisition_rate', 'standard', 'won', 'true', '1', '0', '0', ['country_code']),
    ('acquisition_rate', 'standard', 'at_start', 'true', '0', 'customers', '0', ['country_code']),
    ('trial_conversion_rate', 'standard', 'ended_trials', 'true', 'is_mature and is_kept', 'is_mature', 'not is_mature', []),
    ('acquisition_spend', 'media', 'spent', "cost_kind = 'media'", 'amount', '0', '0', ['channel']),
    ('acquisition_spend', 'media', 'won', 'true', '0', '1', '0', []),
    ('acquisition_spend', 'loaded', 'spent', 'true', 'amount', '0', '0', ['channel']),
    ('acquisition_spend', 'loaded', 'won', 'true', '0', '1', '0', []),
    ('cac', 'paid', 'spent', "cost_kind = 'media'", 'amount', '0', '0', []),
    ('cac', 'paid', 'won', 'is_paid_for', '0', '1', '0', []),
    ('cac', 'loaded', 'spent', 'true', 'amount', '0', '0', []),
    ('cac', 'loaded', 'won', 'is_paid_for', '0', '1', '0', []),
    ('cac', 'blended', 'spent', 'true', 'amount', '0', '0', []),
    ('cac', 'blended', 'won', 'true', '0', '1', '0', []),
] -%}
{%- set segment_types = ['channel', 'acquisition_source', 'country_code'] -%}

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

    select
        *,
        created_on as on_day
    from {{ ref('int_kpi__leads') }}

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

told_leads as (

    select
        customers.lead_created_on as on_day,
        customers.country_code,
        coalesce(sources.source_kind = 'referral', false) as is_referred
    from customers
    left join sources on customers.acquisition_source = sources.acquisition_source
    where customers.lead_created_on is not null and not customers.is_test and customers.acquisition_source is not null

),

ended_trials as (

    select
        {{ local_date('trials.trial_end_at') }} as on_day,
        trials.is_kept,
        {{ plus_days('trials.trial_end_at', trial_days) }} <= as_of.as_of as is_mature
    from trials
    cross join as_of
    where trials.trial_end_at <= as_of.as_of

),

-- the acquired are no part of those at the start, so the acquisition rate is one without a proportion's interval
events as (

    {% for kpi_id, variant, rows, counts, numerator, denominator, immature, cuts in counted %}
        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            on_day,
            {%- for segment_type in segment_types %}
                {{ segment_type if segment_type in cuts else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as {{ segment_type }},
            {%- endfor %}
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator }} as bigint) as denominator,
            cast({{ immature }} as integer) as immature
        from {{ rows }}
        where {{ counts }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

{{ tallies_of('events', segment_types) }},

{{ measures_of([
    'acquisition_rate', 'conversion_rate', 'referral_rate', 'trial_conversion_rate', 'acquisition_spend', 'cac'
]) }}

select * from measures
