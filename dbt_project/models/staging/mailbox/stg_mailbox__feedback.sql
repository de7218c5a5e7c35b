with

messages as (

    select * from {{ ref('stg_mailbox__messages') }}
    where kind = 'person'

),

feedback as (

    select
        'mailbox:' || mail_id as feedback_id,
        {{ node_id('mailbox', 'messages', ['mail_id']) }} as node_id,
        'mailbox' as source,

        'email' as channel,
        'message' as kind,
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        cast(null as double) as score,
        cast(null as double) as scale_min,
        cast(null as double) as scale_max,
        cast(null as {{ dbt.type_string() }}) as polarity,
        cast(null as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        coalesce(reply, subject) as comment,

        written_at as responded_at,
        'zendesk_support:' || ticket_number as case_id

    from messages

)

select * from feedback
