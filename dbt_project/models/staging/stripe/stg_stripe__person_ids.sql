with

customers as (

    select * from {{ ref('stg_stripe__customers') }}

),

own_ids as (

    select
        {{ node_id('stripe', 'customers', ['customer_id']) }} as node_id,
        'stripe_customer_id' as identifier_type,
        customer_id as identifier_value,
        true as is_issuer
    from customers

),

contact_ids as (

    select
        {{ node_id('stripe', 'customers', ['customer_id']) }} as node_id,
        'hubspot_contact_id' as identifier_type,
        crm_contact_id as identifier_value,
        false as is_issuer
    from customers
    where crm_contact_id is not null

),

person_ids as (

    select * from own_ids
    union all
    select * from contact_ids

)

select * from person_ids
