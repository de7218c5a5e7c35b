{%- set measures = ['recency', 'frequency', 'monetary'] -%}

with customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

orders as (

    select *
    from {{ ref('fct_orders') }}
    where
        status = 'paid'
        and not is_test
        and customer_id is not null

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }} where customer_id is not null

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

churn as (

    select * from {{ ref('int_customer__churn') }}

),

subscriptions as (

    select * from {{ ref('fct_subscriptions') }}

),

signals as (

    select * from {{ ref('int_profiles__signals') }} where signal = 'churn'

),

touchpoints as (

    select * from {{ ref('fct_touchpoints') }} where direction = 'inbound' and stage in ('onboarding', 'support', 'engagement')

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

thresholds as (

    select * from {{ ref('rfm_thresholds') }}

),

personas as (

    select * from {{ ref('personas') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

-- what a subscription brings is counted by the day, so that a year paid at once is not one great purchase
purchases as (

    select
        orders.customer_id,
        'order' as kind,
        orders.ordered_at as purchased_at,
        case when {{ plus_days('orders.ordered_at', 365) }} > as_of.as_of then 1 else 0 end as of_the_year,
        case
            when {{ plus_days('orders.ordered_at', 365) }} > as_of.as_of
                then orders.net_amount_reporting - coalesce(orders.refunded_reporting, 0)
            else 0
        end as amount
    from orders
    cross join as_of
    where orders.ordered_at <= as_of.as_of
    union all
    select
        paid_periods.customer_id,
        'period' as kind,
        paid_periods.period_start_at as purchased_at,
        case when {{ plus_days('paid_periods.period_start_at', 365) }} > as_of.as_of then 1 else 0 end as of_the_year,
        paid_periods.mrr_minor * rates.minor_to_reporting_minor * 12 / 365.25 * greatest(0, {{ elapsed_minutes(
            'greatest(paid_periods.period_start_at, ' ~ plus_days('as_of.as_of', -365) ~ ')',
            'least(paid_periods.period_end_at, as_of.as_of)'
        ) }} / 1440) as amount
    from paid_periods
    cross join as_of
    left join rates
        on
            paid_periods.currency_code = rates.currency_code
            and {{ month_of('paid_periods.period_start_at') }} = rates.rate_month
    where paid_periods.period_start_at <= as_of.as_of

),

buyers as (

    select
        purchases.customer_id,
        cast(floor(min({{ elapsed_minutes('purchases.purchased_at', 'as_of.as_of') }} / 1440)) as bigint) as recency,
        cast(sum(purchases.of_the_year) as bigint) as frequency,
        sum(purchases.amount) as monetary,
        count(*) filter (where purchases.kind = 'order') > 0 as has_orders,
        count(*) filter (where purchases.kind = 'period') > 0 as has_periods
    from purchases
    cross join as_of
    group by purchases.customer_id

),

-- equal values share a rank and so a score: a band may then hold more or fewer than a fifth
ranked as (

    select
        *,
        count(*) over () as buyers,
        5 - cast(floor(5.0 * (rank() over (order by recency asc) - 1) / count(*) over ()) as integer) as recency_quintile,
        1 + cast(floor(5.0 * (rank() over (order by frequency asc) - 1) / count(*) over ()) as integer) as frequency_quintile,
        1 + cast(floor(5.0 * (rank() over (order by monetary asc) - 1) / count(*) over ()) as integer) as monetary_quintile
    from buyers

),

scored as (

    select
        ranked.*,
        ranked.buyers >= {{ var('rfm_quintiles_from') }} as is_by_quintiles,
        {% for measure in measures -%}
            case
                when ranked.buyers >= {{ var('rfm_quintiles_from') }} then ranked.{{ measure }}_quintile
                else {{ measure }}_thresholds.score
            end as {{ measure }}_score
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from ranked
    {% for measure in measures -%}
        left join thresholds as {{ measure }}_thresholds
            on
                {{ measure }}_thresholds.measure = '{{ measure }}'
                and (
                    {{ measure }}_thresholds.from_value is null
                    or ranked.{{ measure }} >= {{ measure }}_thresholds.from_value
                )
                and (
                    {{ measure }}_thresholds.until_value is null
                    or ranked.{{ measure }} < {{ measure }}_thresholds.until_value
                )
    {% endfor %}

),

returns as (

    select
        customer_id,
        max(said_at) as returned_at
    from signals
    where band = 'returned'
    group by customer_id

),

-- whoever has cancelled all that is still paid for
leaving as (

    select paid_periods.customer_id
    from paid_periods
    cross join as_of
    left join subscriptions on paid_periods.subscription_id = subscriptions.subscription_id
    where as_of.as_of >= paid_periods.period_start_at and as_of.as_of < paid_periods.period_end_at
    group by paid_periods.customer_id
    having count(*) = count(case when subscriptions.canceled_at <= as_of.as_of then 1 end)

),

channel_use as (

    select
        touchpoints.customer_id,
        touchpoints.channel,
        count(*) as contacts,
        row_number() over (
            partition by touchpoints.customer_id order by count(*) desc, max(touchpoints.occurred_at) desc, touchpoints.channel asc
        ) as preference
    from touchpoints
    cross join as_of
    where touchpoints.channel <> 'survey' and {{ plus_days('touchpoints.occurred_at', 365) }} > as_of.as_of
    group by touchpoints.customer_id, touchpoints.channel

),

contact_habits as (

    select
        customer_id,
        max(case when preference = 1 then channel end) as preferred_channel,
        cast(sum(contacts) as bigint) as contacts_in_year
    from channel_use
    group by customer_id

),

described as (

    select
        customers.customer_id,

        case when customers.account_id is null then 'private' else 'business' end as account_kind,
        case
            when scored.has_orders and scored.has_periods then 'both'
            when scored.has_periods then 'subscriber'
            when scored.has_orders then 'shopper'
            else 'none'
        end as buying_pattern,
        contact_habits.preferred_channel,
        case
            when contact_habits.contacts_in_year is null then 'quiet'
            when contact_habits.contacts_in_year < 4 then 'occasional'
            else 'frequent'
        end as contact_intensity,
        case
            when customers.became_customer_at is null and customers.lead_created_at is not null then 'lead'
            when customers.became_customer_at is null then 'contact'
            when churn.is_churned then 'lapsed'
            when leaving.customer_id is not null then 'leaving'
            when {{ plus_days('returns.returned_at', 90) }} > as_of.as_of then 'won_back'
            when {{ plus_days('customers.became_customer_at', 90) }} > as_of.as_of then 'new'
            when {{ plus_days('customers.became_customer_at', 365) }} > as_of.as_of then 'growing'
            else 'established'
        end as life_cycle_stage,

        scored.recency as recency_days,
        scored.frequency as purchases_in_year,
        scored.monetary as revenue_in_year,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.recency_score || '' || scored.frequency_score || scored.monetary_score as rfm_cell,
        case when scored.is_by_quintiles then 'quintiles' when not scored.is_by_quintiles then 'thresholds' end as rfm_basis,
        contact_habits.contacts_in_year
    from customers
    cross join as_of
    left join scored on customers.customer_id = scored.customer_id
    left join churn on customers.customer_id = churn.customer_id
    left join returns on customers.customer_id = returns.customer_id
    left join leaving on customers.customer_id = leaving.customer_id
    left join contact_habits on customers.customer_id = contact_habits.customer_id

),

customer_segments as (

    select
        described.customer_id,

        described.life_cycle_stage,
        segments.segment as rfm_segment,
        described.rfm_cell,
        described.rfm_basis,
        personas.persona,
        personas.approach as persona_approach,
        described.account_kind,
        described.buying_pattern,
        described.preferred_channel,
        described.contact_intensity,

        described.recency_days,
        described.purchases_in_year,
        described.revenue_in_year,
        described.recency_score,
        described.frequency_score,
        described.monetary_score,
        coalesce(described.contacts_in_year, 0) as contacts_in_year
    from described
    left join segments on described.rfm_cell = segments.cell
    left join personas
        on described.account_kind = personas.account_kind and described.buying_pattern = personas.buying_pattern

)

select * from customer_segments
