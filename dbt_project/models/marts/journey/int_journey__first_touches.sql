with customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

web_sessions as (

    select * from {{ ref('fct_web_sessions') }} where customer_id is not null

),

channels as (

    select * from {{ ref('acquisition_channels') }}

),

-- what a contact says about where somebody came from: a lead its source, a campaign its name, all others only their channel
touches as (

    select
        customer_id,
        occurred_at as touched_at,
        touchpoint_id as reference,
        case touchpoint when 'became a lead' then outcome when 'answered a campaign' then 'campaign' else channel end as word,
        case when touchpoint = 'answered a campaign' then outcome end as campaign,
        case touchpoint when 'became a lead' then 'crm' when 'answered a campaign' then 'campaign' else 'contact' end as told_by
    from touchpoints
    where stage <> 'purchase' and touchpoint <> 'visited the website'
    union all
    select
        customer_id,
        started_at as touched_at,
        'web_session:' || session_id as reference,
        coalesce(utm_medium, 'web') as word,
        utm_campaign as campaign,
        case when coalesce(utm_medium, utm_campaign) is null then 'contact' else 'link' end as told_by
    from web_sessions

),

before_purchase as (

    select
        touches.*,
        coalesce(channels.channel, 'other') as channel,
        row_number() over (
            partition by touches.customer_id
            order by
                case when touches.told_by = 'contact' or touches.word is null then 1 else 0 end asc,
                touches.touched_at asc,
                touches.reference asc
        ) as earliness
    from touches
    inner join customers on touches.customer_id = customers.customer_id
    left join channels on {{ word_of('touches.word') }} = channels.word
    where customers.became_customer_at is null or touches.touched_at < customers.became_customer_at

),

first_touches as (

    select
        customers.customer_id,
        coalesce(before_purchase.channel, 'unknown') as first_touch_channel,
        before_purchase.campaign as first_touch_campaign,
        coalesce(before_purchase.told_by, 'nobody') as told_by,
        before_purchase.reference,
        least(
            coalesce(before_purchase.touched_at, customers.first_seen_at),
            coalesce(customers.became_customer_at, before_purchase.touched_at, customers.first_seen_at)
        ) as first_touch_at,
        customers.became_customer_at
    from customers
    left join before_purchase
        on customers.customer_id = before_purchase.customer_id and before_purchase.earliness = 1

)

select * from first_touches
