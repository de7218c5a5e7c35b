{{ config(materialized='table') }}

-- Read once per run, and kept: what is built on sessions reads this table, not the events.

with

events as (

    select * from {{ ref('stg_web_events__events') }}
    where visitor_id is not null

),

users as (

    select * from {{ ref('stg_web_events__users') }}

),

timed as (

    select
        events.*,
        users.person_key,
        lag(events.occurred_at) over (
            partition by events.visitor_id order by events.occurred_at, events.event_id
        ) as previous_at
    from events
    left join users on coalesce(events.user_id, events.email_sha256) = users.user_key

),

-- half an hour of silence ends a session; midnight, a campaign and a login do not
marked as (

    select
        *,
        previous_at is null
        or {{ elapsed_minutes('previous_at', 'occurred_at') }} > {{ var('web_session_minutes', 30) }} as is_start
    from timed

),

numbered as (

    select
        *,
        sum(case when is_start then 1 else 0 end) over (
            partition by visitor_id order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as session_no
    from marked

),

-- a later event tells who a cookie is, unless several people told it so
visitors as (

    select
        visitor_id,
        min(person_key) as person_key
    from timed
    where person_key is not null
    group by visitor_id
    having count(distinct person_key) = 1

),

sessions as (

    select
        visitor_id,
        min(tool) as tool,
        max(case when is_start then event_id end) as first_event_id,
        min(person_key) as person_key,
        count(distinct person_key) as people,

        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        sum(case when event_type = 'page_view' then 1 else 0 end) as page_views,
        count(*) as events,
        max(case when is_start then page end) as landing_page,
        max(case when is_start then referrer end) as referrer,
        max(case when is_start then utm_source end) as utm_source,
        max(case when is_start then utm_medium end) as utm_medium,
        max(case when is_start then utm_campaign end) as utm_campaign,
        max(case when is_start then device end) as device,
        max(case when is_start then country end) as country,
        max(order_reference) as order_reference,

        bool_or(event_type = 'cart') as has_cart,
        bool_or(event_type = 'purchase') as has_purchase,
        coalesce(
            max(case when event_type = 'cart' then occurred_at end)
            > max(case when event_type = 'purchase' then occurred_at end),
            bool_or(event_type = 'cart')
        ) as has_left_cart,
        bool_or(event_type in ('login', 'sign_up')) as has_login,
        bool_or(is_bot) as is_bot,
        bool_or(is_late) as has_late_events

    from numbered
    group by visitor_id, session_no

),

placed as (

    select
        'web_events:' || sessions.first_event_id as session_id,
        sessions.visitor_id,
        sessions.tool,
        -- a session in which two people log in is nobody's
        case
            when sessions.people = 1 then sessions.person_key
            when sessions.people = 0 then visitors.person_key
        end as person_key,
        sessions.people = 0 and visitors.person_key is not null as is_stitched,

        sessions.started_at,
        sessions.ended_at,
        sessions.page_views,
        sessions.events,
        sessions.landing_page,
        sessions.referrer,
        sessions.utm_source,
        sessions.utm_medium,
        sessions.utm_campaign,
        sessions.device,
        sessions.country,
        sessions.order_reference,

        sessions.has_cart,
        sessions.has_purchase,
        sessions.has_left_cart,
        sessions.has_login,
        sessions.is_bot,
        sessions.has_late_events

    from sessions
    left join visitors on sessions.visitor_id = visitors.visitor_id

)

select * from placed
