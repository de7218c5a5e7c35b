with

messages as (

    select * from {{ ref('stg_sprout_social__messages') }}
    where message_kind in ('private', 'comment', 'mention') and not is_repost and not is_deleted

),

feedback as (

    select
        'sprout_social:' || message_id as feedback_id,
        {{ node_id('sprout_social', 'messages', ['message_id']) }} as node_id,
        'sprout_social' as source,

        'social' as channel,
        case message_kind when 'mention' then 'post' else 'message' end as kind,
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        cast(null as double) as score,
        cast(null as double) as scale_min,
        cast(null as double) as scale_max,
        cast(null as {{ dbt.type_string() }}) as polarity,
        cast(null as double) as top_box_min,
        sentiment as vendor_sentiment,
        message_text as comment,

        created_at as responded_at,
        cast(null as {{ dbt.type_string() }}) as case_id

    from messages

)

select * from feedback
