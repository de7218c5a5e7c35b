with

chats as (

    select * from {{ source('raw_zendesk_chat', 'chats') }}

),

cleaned as (

    select
        id as chat_id,
        {{ blank_to_null('visitor_id') }} as visitor_id,
        zendesk_ticket_id,
        department_id,
        agent_ids,

        lower(type) as chat_type,
        {{ blank_to_null('department_name') }} as department_name,
        {{ blank_to_null('visitor_name') }} as visitor_name,
        {{ blank_to_null('visitor_email') }} as visitor_email,
        {{ blank_to_null('visitor_phone') }} as visitor_phone,
        {{ blank_to_null('message') }} as message,
        lower({{ blank_to_null('rating') }}) as rating,
        {{ blank_to_null('comment') }} as comment,
        history,
        tags,

        visitor_messages,
        agent_messages,
        first_response_seconds,
        duration_seconds,

        coalesce(missed, false) as is_missed,
        coalesce(unread, false) as is_unread,
        coalesce(deleted, false) as is_deleted,
        -- neither missed nor left while nobody was there
        coalesce(lower(type) = 'chat' and not coalesce(missed, false) and agent_messages > 0, false) as is_answered,

        started_at,
        case
            when lower(type) = 'chat'
                then coalesce(ended_at, started_at + cast(duration_seconds as bigint) * interval '1' second)
        end as ended_at,
        updated_at,
        _observed_at

    from chats

),

-- a case is what the support team answered; made a ticket, it is that ticket
judged as (

    select
        *,
        is_answered and zendesk_ticket_id is null and {{ is_support_team('department_name') }} as is_case
    from cleaned

)

select * from judged
