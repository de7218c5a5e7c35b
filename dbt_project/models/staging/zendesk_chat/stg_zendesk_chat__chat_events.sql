with

chats as (

    select * from {{ ref('stg_zendesk_chat__chats') }}
    where history is not null

),

lines as (

    select
        chat_id,
        {{ unnest_json('history') }} as line
    from chats

),

chat_events as (

    select
        chat_id,
        lower({{ json_text('line', 'type') }}) as event_type,
        {{ json_text('line', 'name') }} as speaker,
        {{ json_text('line', 'msg') }} as message,
        lower({{ json_text('line', 'new_rating') }}) as new_rating,
        {{ try_cast(json_text('line', 'timestamp'), type_instant()) }} as occurred_at
    from lines

)

select * from chat_events
