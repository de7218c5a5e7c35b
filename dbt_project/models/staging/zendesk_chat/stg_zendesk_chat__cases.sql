with

chats as (

    select * from {{ ref('stg_zendesk_chat__chats') }}
    where is_case

),

cases as (

    select
        'zendesk_chat:' || chat_id as case_id,
        {{ node_id('zendesk_chat', 'visitors', ['visitor_id']) }} as node_id,
        'zendesk_chat' as source,

        'chat' as channel,
        cast(null as {{ dbt.type_string() }}) as priority,
        case when ended_at is null then 'open' else 'solved' end as status,

        started_at as opened_at,
        ended_at as first_solved_at,
        ended_at as solved_at,

        cast(floor(first_response_seconds / 60) as bigint) as first_reply_minutes,
        0 as reopens,
        agent_messages as replies,
        -- a live chat is a dialogue: that the customer writes again says nothing
        cast(null as bigint) as customer_replies,
        cast(null as {{ dbt.type_string() }}) as issue_key,

        is_deleted

    from chats

)

select * from cases
