with

customers as (

    select * from {{ ref('stg_chargebee__customers') }}

),

own_ids as (

    select
        customer_id,
        'chargebee_customer_id' as identifier_type,
        customer_id as identifier_value,
        true as is_issuer
    from customers

),

crm_contacts as (

    select
        customer_id,
        'hubspot_contact_id' as identifier_type,
        crm_contact_id as identifier_value,
        false as is_issuer
    from customers
    where crm_contact_id is not null

),

customer_numbers as (

    select
        customer_id,
        'erp_customer_number' as identifier_type,
        erp_customer_number as identifier_value,
        false as is_issuer
    from customers
    where erp_customer_number is not null

),

person_ids as (

    select * from own_ids
    union all
    select * from crm_contacts
    union all
    select * from customer_numbers

),

keyed as (

    select
        {{ node_id('chargebee', 'customers', ['customer_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
