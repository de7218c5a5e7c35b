with

snowplow_events as (

    select * from {{ ref('stg_web_events__snowplow_events') }}
    -- a tracker that got no answer sends again under the same id: the first to arrive counts
    qualify row_number() over (partition by event_id order by collected_at) = 1

),

ga4_events as (

    select * from {{ ref('stg_web_events__ga4_events') }}
    where not is_superseded

),

{% set shared = [
    'user_id', 'email_sha256', 'event_type', 'page', 'referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'device',
    'country', 'order_reference', 'is_bot'
] -%}

events as (

    select
        'snowplow:' || event_id as event_id,
        'snowplow' as tool,
        'snowplow:' || visitor_id as visitor_id,
        {{ shared | join(',\n        ') }},
        is_late,
        occurred_at
    from snowplow_events
    union all
    select
        'ga4:' || event_id as event_id,
        'ga4' as tool,
        'ga4:' || visitor_id as visitor_id,
        {{ shared | join(',\n        ') }},
        false as is_late,
        occurred_at
    from ga4_events

)

select * from events
