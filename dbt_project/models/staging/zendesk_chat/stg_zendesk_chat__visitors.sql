with

chats as (

    select * from {{ ref('stg_zendesk_chat__chats') }}
    where visitor_id is not null

),

-- a visitor is a browser: what was said last about who sits there counts
visitors as (

    select
        visitor_id,

        max_by(
            visitor_name,
            case when visitor_name is not null and not {{ matches('visitor_name', '[0-9@]') }} then started_at end
        ) as name,
        max_by(visitor_email, case when visitor_email is not null then started_at end) as email,
        max_by(visitor_phone, case when visitor_phone is not null then started_at end) as phone,

        count(distinct lower(visitor_email)) as email_count,

        min(started_at) as first_seen_at,
        max(updated_at) as last_seen_at

    from chats
    group by visitor_id

)

select * from visitors
