with

web_sessions as (

    {{ rows_of('web_session_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

with_customer as (

    select
        web_sessions.session_id,
        members.customer_id,
        web_sessions.source,

        web_sessions.started_at,
        web_sessions.ended_at,
        web_sessions.page_views,

        web_sessions.landing_page,
        web_sessions.referrer,
        web_sessions.utm_source,
        web_sessions.utm_medium,
        web_sessions.utm_campaign,
        web_sessions.device,

        web_sessions.has_cart,
        web_sessions.has_purchase,
        web_sessions.order_reference

    from web_sessions
    left join members on web_sessions.node_id = members.node_id

)

select * from with_customer
