with

responses as (

    select * from {{ ref('stg_surveymonkey__responses') }}

),

customer_numbers as (

    select
        response_id,
        'erp_customer_number' as identifier_type,
        customer_number as identifier_value,
        false as is_issuer
    from responses
    where customer_number is not null

),

ticket_ids as (

    select
        response_id,
        'zendesk_ticket_id' as identifier_type,
        ticket_id as identifier_value,
        false as is_issuer
    from responses
    where ticket_id is not null

),

person_ids as (

    select * from customer_numbers
    union all
    select * from ticket_ids

),

keyed as (

    select
        {{ node_id('surveymonkey', 'responses', ['response_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
