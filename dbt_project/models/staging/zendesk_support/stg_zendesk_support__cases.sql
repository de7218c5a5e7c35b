with

tickets as (

    select * from {{ ref('stg_zendesk_support__tickets') }}

),

cases as (

    select
        'zendesk_support:' || tickets.ticket_id as case_id,
        {{ node_id('zendesk_support', 'users', ['tickets.requester_id']) }} as node_id,
        'zendesk_support' as source,

        tickets.channel,
        tickets.priority,
        tickets.status,

        tickets.created_at as opened_at,
        tickets.created_at + tickets.first_resolution_minutes * interval '1' minute as first_solved_at,
        coalesce(
            tickets.solved_at,
            -- closed without ever being solved
            case
                when tickets.status = 'closed'
                    then tickets.created_at + tickets.full_resolution_minutes * interval '1' minute
            end
        ) as solved_at,

        tickets.first_reply_minutes,
        tickets.reopens,
        tickets.replies,
        cast(null as bigint) as customer_replies,
        -- the first tag stands for what it is about
        nullif(trim(replace(replace(replace(split_part(tickets.tags, ',', 1), '[', ''), ']', ''), '"', '')), '') as issue_key,

        -- a merged ticket counts once, where it was merged into
        tickets.is_deleted or tickets.is_merged as is_deleted

    from tickets

)

select * from cases
