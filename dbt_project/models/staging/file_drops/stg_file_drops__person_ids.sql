with

customers as (

    select * from {{ ref('stg_file_drops__customers') }}

),

call_ratings as (

    select * from {{ ref('stg_file_drops__call_ratings') }}
    where not is_withdrawn

),

outlet_ids as (

    select
        {{ node_id('file_drops', 'customers', ['outlet_customer_id']) }} as node_id,
        'outlet_customer_id' as identifier_type,
        outlet_customer_id as identifier_value,
        true as is_issuer
    from customers

),

outlet_customer_numbers as (

    select
        {{ node_id('file_drops', 'customers', ['outlet_customer_id']) }} as node_id,
        'erp_customer_number' as identifier_type,
        erp_customer_number as identifier_value,
        false as is_issuer
    from customers
    where erp_customer_number is not null

),

caller_numbers as (

    select
        {{ node_id('file_drops', 'call_ratings', ['rating_id']) }} as node_id,
        'erp_customer_number' as identifier_type,
        customer_number as identifier_value,
        false as is_issuer
    from call_ratings
    where customer_number is not null

),

ticket_ids as (

    select
        {{ node_id('file_drops', 'call_ratings', ['rating_id']) }} as node_id,
        'zendesk_ticket_id' as identifier_type,
        ticket_id as identifier_value,
        false as is_issuer
    from call_ratings
    where ticket_id is not null

),

person_ids as (

    select * from outlet_ids
    union all
    select * from outlet_customer_numbers
    union all
    select * from caller_numbers
    union all
    select * from ticket_ids

)

select * from person_ids
