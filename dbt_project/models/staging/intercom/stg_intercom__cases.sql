with

conversations as (

    select * from {{ ref('stg_intercom__conversations') }}
    where is_case

),

written as (

    select
        conversation_id,
        count(*) filter (where author_type = 'admin') as replies,
        count(*) filter (where is_by_contact) as customer_replies
    from {{ ref('stg_intercom__conversation_parts') }}
    where is_message
    group by conversation_id

),

cases as (

    select
        'intercom:' || conversations.conversation_id as case_id,
        {{ node_id('intercom', 'contacts', ['conversations.contact_id']) }} as node_id,
        'intercom' as source,

        case conversations.source_type when 'email' then 'email' else 'chat' end as channel,
        case when conversations.is_priority then 'high' end as priority,
        case
            when conversations.state = 'closed' then 'closed'
            when conversations.state = 'snoozed' then 'pending'
            when conversations.first_admin_reply_at is null then 'new'
            else 'open'
        end as status,

        conversations.created_at as opened_at,
        conversations.first_close_at as first_solved_at,
        case
            when conversations.state = 'closed'
                then coalesce(conversations.last_close_at, conversations.first_close_at)
        end as solved_at,

        cast(
            floor({{ elapsed_minutes('conversations.created_at', 'conversations.first_admin_reply_at') }}) as bigint
        ) as first_reply_minutes,
        conversations.reopens,
        coalesce(written.replies, 0) as replies,
        coalesce(written.customer_replies, 0) as customer_replies,
        cast(null as {{ dbt.type_string() }}) as issue_key,

        conversations.is_deleted

    from conversations
    left join written on conversations.conversation_id = written.conversation_id

)

select * from cases
