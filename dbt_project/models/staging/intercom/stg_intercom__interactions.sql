with

conversations as (

    select * from {{ ref('stg_intercom__conversations') }}
    where not is_deleted

),

-- a case tells its own opening and solving
started as (

    select
        'chat_started' as event,
        contact_id,
        created_at as occurred_at,
        case
            when has_ai_agent then 'answered by the bot'
            when first_admin_reply_at is null then 'not answered'
            else 'answered'
        end as outcome,
        conversation_id as reference
    from conversations
    where is_inbound and not is_case

),

received as (

    select
        'chat_message_received' as event,
        contact_id,
        created_at as occurred_at,
        delivered_as as outcome,
        conversation_id as reference
    from conversations
    where not is_inbound

),

-- writing again on a later day is a new effort, the next line of a chat is not
continued as (

    select
        'chat_continued' as event,
        conversations.contact_id,
        min(parts.created_at) as occurred_at,
        cast(null as {{ dbt.type_string() }}) as outcome,
        conversations.conversation_id || '/' || min(parts.part_id) as reference
    from conversations
    inner join {{ ref('stg_intercom__conversation_parts') }} as parts
        on conversations.conversation_id = parts.conversation_id
    where
        parts.is_by_contact
        and parts.is_message
        and {{ local_date('parts.created_at') }} > {{ local_date('conversations.created_at') }}
    group by
        conversations.conversation_id,
        conversations.contact_id,
        {{ local_date('parts.created_at') }}

),

events as (

    select * from started
    union all
    select * from received
    union all
    select * from continued

),

interactions as (

    select
        event,
        {{ node_id('intercom', 'contacts', ['contact_id']) }} as node_id,
        occurred_at,
        'chat' as channel,
        'intercom' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        outcome,
        'intercom:' || reference as reference
    from events

)

select * from interactions
