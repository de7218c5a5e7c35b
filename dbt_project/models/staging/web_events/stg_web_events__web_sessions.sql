with

sessions as (

    select * from {{ ref('stg_web_events__sessions') }}
    where not is_bot

),

web_sessions as (

    select
        session_id,
        {{ node_id('web_events', 'users', ['person_key']) }} as node_id,
        'web_events' as source,

        started_at,
        ended_at,
        page_views,
        landing_page,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        device,

        has_cart,
        has_purchase,
        order_reference

    from sessions

)

select * from web_sessions
