with

ga4_events as (

    select * from {{ source('raw_web_events', 'ga4_events') }}

),

files as (

    select
        file_name,
        event_date,
        max(file_modified_at) as modified_at
    from ga4_events
    group by file_name, event_date

),

whole_days as (

    select distinct event_date
    from files
    where file_name not like '%intraday%'

),

cleaned as (

    select
        ga4_events.user_pseudo_id || '/' || cast(ga4_events.event_timestamp as {{ dbt.type_string() }}) || '/'
        || ga4_events.event_name || '/' || cast(ga4_events.batch_page_id as {{ dbt.type_string() }}) || '/'
        || cast(ga4_events.batch_ordering_id as {{ dbt.type_string() }}) || '/'
        || cast(ga4_events.batch_event_index as {{ dbt.type_string() }}) as event_id,
        -- the cookie of a visitor who refuses cookies is empty: nothing joins such events
        nullif(ga4_events.user_pseudo_id, '') as visitor_id,
        {{ blank_to_null('ga4_events.user_id') }} as user_id,
        {{ first_group("ga4_events.email_sha256", '^([0-9a-f]{64})$') }} as email_sha256,
        ga4_events.ga_session_id,

        ga4_events.event_name,
        case
            when ga4_events.event_name in ('page_view', 'screen_view') then 'page_view'
            when ga4_events.event_name in ('user_engagement', 'scroll') then 'page_ping'
            when ga4_events.event_name = 'add_to_cart' then 'cart'
            when ga4_events.event_name in ('purchase', 'in_app_purchase') then 'purchase'
            when ga4_events.event_name in ('login', 'sign_up') then ga4_events.event_name
            else 'other'
        end as event_type,
        {{ bare_address('ga4_events.page_location') }} as page,
        {{ bare_address('ga4_events.page_referrer') }} as referrer,
        lower({{ blank_to_null('ga4_events.source') }}) as utm_source,
        lower({{ blank_to_null('ga4_events.medium') }}) as utm_medium,
        {{ blank_to_null('ga4_events.campaign') }} as utm_campaign,
        lower(ga4_events.device_category) as device,
        ga4_events.country,
        {{ blank_to_null('ga4_events.transaction_id') }} as order_reference,

        {{ is_bot_agent('ga4_events.browser') }} as is_bot,
        -- its table was written again without it, or the day's own table has taken the place of the intraday one
        ga4_events.file_modified_at < files.modified_at
        or (ga4_events.file_name like '%intraday%' and whole_days.event_date is not null) as is_superseded,

        {{ from_epoch_micros('ga4_events.event_timestamp') }} as occurred_at,
        ga4_events.file_name,
        ga4_events.file_modified_at,
        ga4_events._observed_at

    from ga4_events
    inner join files
        on ga4_events.file_name = files.file_name and ga4_events.event_date = files.event_date
    left join whole_days on ga4_events.event_date = whole_days.event_date

)

select * from cleaned
