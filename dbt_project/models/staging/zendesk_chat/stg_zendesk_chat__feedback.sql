with

chats as (

    select * from {{ ref('stg_zendesk_chat__chats') }}

),

-- the chat itself does not say when it was rated, its transcript does
rating_times as (

    select
        chat_id,
        max(occurred_at) as rated_at
    from {{ ref('stg_zendesk_chat__chat_events') }}
    where event_type = 'chat.rating'
    group by chat_id

),

ratings as (

    select
        chats.chat_id,
        chats.visitor_id,
        'case_rating' as kind,
        'good_bad' as metric,
        case chats.rating when 'good' then 1.0 else 0.0 end as score,
        chats.comment,
        coalesce(rating_times.rated_at, chats.ended_at, chats.updated_at) as responded_at,
        coalesce(
            'zendesk_support:' || cast(chats.zendesk_ticket_id as {{ dbt.type_string() }}),
            case when chats.is_case then 'zendesk_chat:' || chats.chat_id end
        ) as case_id
    from chats
    left join rating_times on chats.chat_id = rating_times.chat_id
    where chats.rating in ('good', 'bad')

),

-- words without a rating: left while nobody was there, or said at the end
messages as (

    select
        chat_id,
        visitor_id,
        'message' as kind,
        null as metric,
        null as score,
        coalesce(message, comment) as comment,
        case when message is not null then started_at else coalesce(ended_at, updated_at) end as responded_at,
        case when is_case then 'zendesk_chat:' || chat_id end as case_id
    from chats
    where coalesce(message, comment) is not null and coalesce(rating, '') not in ('good', 'bad') and not is_deleted

),

said as (

    select * from ratings
    union all
    select * from messages

),

feedback as (

    select
        'zendesk_chat:' || chat_id || '/' || kind as feedback_id,
        {{ node_id('zendesk_chat', 'visitors', ['visitor_id']) }} as node_id,
        'zendesk_chat' as source,

        'chat' as channel,
        kind,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        cast(score as double) as score,
        cast(case when metric is not null then 0 end as double) as scale_min,
        cast(case when metric is not null then 1 end as double) as scale_max,
        case when metric is not null then 'high_good' end as polarity,
        cast(case when metric is not null then 1 end as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        comment,

        responded_at,
        case_id

    from said

)

select * from feedback
