with

snowplow_events as (

    select * from {{ source('raw_web_events', 'snowplow_events') }}

),

cleaned as (

    select
        event_id,
        event_fingerprint,
        nullif(domain_userid, '') as visitor_id,
        {{ blank_to_null('user_id') }} as user_id,
        -- lines of JSON hold the customer's context under a name of its own
        {{ first_group("coalesce(contexts, _extra)", '"email_sha256":"([0-9a-f]{64})"') }} as email_sha256,

        app_id,
        platform,
        -- the kinds of every tool: what tells a cart and a purchase is said in three ways
        case
            when event = 'page_view' then 'page_view'
            when event = 'page_ping' then 'page_ping'
            when event = 'transaction' or se_action in ('transaction', 'purchase') then 'purchase'
            when se_action in ('add_to_cart', 'add-to-basket') then 'cart'
            when se_category = 'account' and se_action in ('login', 'sign_up') then se_action
            when event_name in ('snowplow_ecommerce_action', 'add_to_cart')
                then case
                    when coalesce(unstruct_event, _extra) like '%"type":"transaction"%' then 'purchase'
                    when coalesce(unstruct_event, _extra) like '%"type":"add_to_cart"%' or event_name = 'add_to_cart'
                        then 'cart'
                    else 'other'
                end
            else 'other'
        end as event_type,
        {{ bare_address('page_url') }} as page,
        {{ bare_address('page_referrer') }} as referrer,
        lower({{ blank_to_null('mkt_source') }}) as utm_source,
        lower({{ blank_to_null('mkt_medium') }}) as utm_medium,
        {{ blank_to_null('mkt_campaign') }} as utm_campaign,
        case lower(dvce_type) when 'computer' then 'desktop' else lower(dvce_type) end as device,
        geo_country as country,
        coalesce(
            {{ blank_to_null('tr_orderid') }},
            {{ first_group("coalesce(unstruct_event, _extra)", '"transaction_id":"([^"]+)"') }}
        ) as order_reference,

        {{ is_bot_agent('useragent') }}
        or coalesce(coalesce(contexts, _extra) like '%"spiderOrRobot":true%', false) as is_bot,
        -- made without a network, sent days later
        coalesce({{ elapsed_minutes('dvce_created_tstamp', 'dvce_sent_tstamp') }} > 3 * 24 * 60, false) as is_late,

        coalesce(derived_tstamp, dvce_created_tstamp, collector_tstamp) as occurred_at,
        collector_tstamp as collected_at,
        file_name,
        file_modified_at,
        _observed_at

    from snowplow_events

)

select * from cleaned
