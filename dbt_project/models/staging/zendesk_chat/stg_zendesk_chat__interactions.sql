with

-- a case tells its own opening, and so does the ticket a chat became
chats as (

    select * from {{ ref('stg_zendesk_chat__chats') }}
    where not is_deleted and not is_case and zendesk_ticket_id is null

),

interactions as (

    select
        case
            when chat_type = 'offline_msg' then 'message_left'
            when is_answered then 'chat_started'
            else 'chat_missed'
        end as event,
        {{ node_id('zendesk_chat', 'visitors', ['visitor_id']) }} as node_id,
        started_at as occurred_at,
        'chat' as channel,
        'zendesk_chat' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        case when is_answered then 'answered' else 'not answered' end as outcome,
        'zendesk_chat:' || chat_id as reference
    from chats

)

select * from interactions
