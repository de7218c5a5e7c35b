with

visitors as (

    select * from {{ ref('stg_zendesk_chat__visitors') }}

),

chats as (

    select * from {{ ref('stg_zendesk_chat__chats') }}

),

own_ids as (

    select
        visitor_id,
        'zendesk_chat_visitor_id' as identifier_type,
        visitor_id as identifier_value,
        true as is_issuer
    from visitors

),

-- the tickets of a browser that several people use lead to several people
ticket_ids as (

    select distinct
        chats.visitor_id,
        'zendesk_ticket_id' as identifier_type,
        cast(chats.zendesk_ticket_id as {{ dbt.type_string() }}) as identifier_value,
        false as is_issuer
    from chats
    inner join visitors on chats.visitor_id = visitors.visitor_id
    where chats.zendesk_ticket_id is not null and visitors.email_count <= 1

),

person_ids as (

    select * from own_ids
    union all
    select * from ticket_ids

),

keyed as (

    select
        {{ node_id('zendesk_chat', 'visitors', ['visitor_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
