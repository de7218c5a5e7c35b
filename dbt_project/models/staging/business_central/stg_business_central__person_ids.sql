with

customers as (

    select * from {{ ref('stg_business_central__customers') }}

),

person_ids as (

    select
        {{ node_id('business_central', 'customers', ['company_id', 'customer_id']) }} as node_id,
        'erp_customer_number' as identifier_type,
        customer_number as identifier_value,
        true as is_issuer
    from customers
    where customer_number is not null

)

select * from person_ids
