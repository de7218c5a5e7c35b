with

messages as (

    select * from {{ ref('stg_mailbox__messages') }}
    where kind = 'person'

),

customer_numbers as (

    select
        mail_id,
        'erp_customer_number' as identifier_type,
        customer_number as identifier_value
    from messages
    where customer_number is not null

),

-- a ticket may be named in somebody else's matter: the customer number says more
ticket_ids as (

    select
        mail_id,
        'zendesk_ticket_id' as identifier_type,
        ticket_number as identifier_value
    from messages
    where ticket_number is not null and customer_number is null

),

person_ids as (

    select * from customer_numbers
    union all
    select * from ticket_ids

),

keyed as (

    select
        {{ node_id('mailbox', 'messages', ['mail_id']) }} as node_id,
        identifier_type,
        identifier_value,
        false as is_issuer
    from person_ids

)

select * from keyed
