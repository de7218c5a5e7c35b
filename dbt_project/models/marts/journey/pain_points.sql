with contacts as (

    select * from {{ ref('int_journey__contacts') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

negative_moments as (

    select distinct
        customer_id,
        occurred_at as moment_at
    from contacts
    where sentiment = 'negative'

),

worth as (

    {{ yearly_values('negative_moments') }}

),

valued as (

    select
        contacts.*,
        case when contacts.sentiment = 'negative' then coalesce(worth.yearly_value, 0) end as yearly_value,
        row_number() over (
            partition by contacts.month, contacts.stage, contacts.channel, contacts.touchpoint, contacts.sentiment
            order by worth.yearly_value desc nulls last, contacts.occurred_at desc, contacts.reference asc
        ) as example_of_month,
        row_number() over (
            partition by contacts.week, contacts.stage, contacts.channel, contacts.touchpoint, contacts.sentiment
            order by worth.yearly_value desc nulls last, contacts.occurred_at desc, contacts.reference asc
        ) as example_of_week
    from contacts
    left join worth on contacts.customer_id = worth.customer_id and contacts.occurred_at = worth.moment_at
    where contacts.occurred_at >= {{ local_midnight("date '" ~ var('reporting_starts_on') ~ "'") }}

),

-- each customer at a place once in a period, however often it went wrong
by_customer as (

    {% for period in ['month', 'week'] -%}
        select
            '{{ period }}' as grain,
            {{ period }} as period_start,
            stage,
            channel,
            touchpoint,
            customer_id,
            count(*) as contacts,
            count(sentiment) as judged,
            count(*) filter (where sentiment = 'negative') as negative,
            max(yearly_value) as yearly_value,
            string_agg(
                case when sentiment = 'negative' and example_of_{{ period }} <= 3 then reference end, ', ' order by reference
            ) as example_references
        from valued
        group by {{ period }}, stage, channel, touchpoint, customer_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

by_place as (

    select
        grain,
        period_start,
        stage,
        channel,
        touchpoint,
        cast(sum(contacts) as bigint) as contacts,
        cast(sum(judged) as bigint) as judged,
        cast(sum(negative) as bigint) as negative,
        count(yearly_value) as customers_let_down,
        coalesce(sum(yearly_value), 0) as revenue_at_stake,
        string_agg(example_references, ', ' order by example_references) as example_references
    from by_customer
    group by grain, period_start, stage, channel, touchpoint

),

scored as (

    select
        *,
        {{ percent_of('negative', 'judged') }} as negative_percent,
        {{ wilson_low('negative', 'judged') }} as negative_percent_low,
        {{ wilson_high('negative', 'judged') }} as negative_percent_high,
        judged < {{ var('small_n') }} as is_small_n,
        -- the contacts that would be negative had all been judged, times what such a customer is worth
        coalesce(
            {{ ratio_of('negative', 'judged') }} * contacts * {{ ratio_of('revenue_at_stake', 'customers_let_down') }}, 0
        ) as pain
    from by_place

),

pain_points as (

    select
        scored.grain,
        scored.period_start,
        scored.stage,
        scored.channel,
        scored.touchpoint,
        scored.contacts,
        scored.judged,
        scored.negative,
        scored.negative_percent,
        scored.negative_percent_low,
        scored.negative_percent_high,
        scored.is_small_n,
        scored.customers_let_down,
        scored.revenue_at_stake,
        scored.pain,
        rank() over (partition by scored.grain, scored.period_start order by scored.pain desc) as pain_rank,
        scored.example_references,
        {{ local_midnight('case scored.grain when \'month\' then ' ~ dbt.dateadd('month', 1, 'scored.period_start')
            ~ ' else ' ~ dbt.dateadd('day', 7, 'scored.period_start') ~ ' end') }} <= as_of.as_of as is_complete
    from scored
    cross join as_of

)

select * from pain_points
