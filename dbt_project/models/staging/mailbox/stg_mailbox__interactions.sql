with

messages as (

    select * from {{ ref('stg_mailbox__messages') }}
    where kind = 'person'

),

interactions as (

    select
        'email_received' as event,
        {{ node_id('mailbox', 'messages', ['mail_id']) }} as node_id,
        written_at as occurred_at,
        'email' as channel,
        'mailbox' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        case when in_reply_to is null then 'wrote' else 'wrote back' end as outcome,
        'mailbox:' || mail_id as reference
    from messages

)

select * from interactions
