with first_touches as (

    select * from {{ ref('int_journey__first_touches') }}

),

orders as (

    select * from {{ ref('int_customer__orders') }}

),

spend as (

    select * from {{ ref('fct_campaign_spend') }}

),

channels as (

    select * from {{ ref('acquisition_channels') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

people as (

    select
        {{ month_of('first_touches.first_touch_at') }} as month,
        first_touches.first_touch_channel as channel,
        count(*) as people,
        count(first_touches.became_customer_at) as customers,
        count(*) filter (where {{ plus_days('first_touches.first_touch_at', 90) }} <= as_of.as_of) as mature,
        count(*) filter (
            where
            {{ plus_days('first_touches.first_touch_at', 90) }} <= as_of.as_of
            and first_touches.became_customer_at <= {{ plus_days('first_touches.first_touch_at', 90) }}
        ) as customers_in_90_days,
        coalesce(sum(orders.net_revenue_reporting), 0) as net_revenue_reporting
    from first_touches
    cross join as_of
    left join orders on first_touches.customer_id = orders.customer_id
    group by {{ month_of('first_touches.first_touch_at') }}, first_touches.first_touch_channel

),

spent as (

    select
        cast({{ dbt.date_trunc('month', 'spend.spent_on') }} as date) as month,
        coalesce(channels.channel, 'other') as channel,
        sum(spend.amount_reporting) as spend_reporting
    from spend
    left join channels on {{ word_of('spend.channel') }} = channels.word
    group by cast({{ dbt.date_trunc('month', 'spend.spent_on') }} as date), coalesce(channels.channel, 'other')

),

first_touch_attribution as (

    select
        coalesce(people.month, spent.month) as month,
        coalesce(people.channel, spent.channel) as channel,
        coalesce(people.people, 0) as people,
        coalesce(people.customers, 0) as customers,
        coalesce(people.mature, 0) as mature,
        coalesce(people.customers_in_90_days, 0) as customers_in_90_days,
        {{ percent_of('people.customers_in_90_days', 'people.mature') }} as conversion_percent,
        coalesce(people.net_revenue_reporting, 0) as net_revenue_reporting,
        spent.spend_reporting,
        {{ ratio_of('spent.spend_reporting', 'people.people') }} as spend_per_person,
        {{ ratio_of('spent.spend_reporting', 'people.customers') }} as spend_per_customer
    from people
    full outer join spent on people.month = spent.month and people.channel = spent.channel

)

select * from first_touch_attribution
