with

persons as (

    select * from {{ ref('stg_netsuite__customers') }}
    where is_person

),

own_ids as (

    select
        customer_id,
        'netsuite_customer_id' as identifier_type,
        customer_id as identifier_value,
        true as is_issuer
    from persons

),

erp_numbers as (

    select
        customer_id,
        'erp_customer_number' as identifier_type,
        account_number as identifier_value,
        false as is_issuer
    from persons
    where account_number is not null

),

person_ids as (

    select * from own_ids
    union all
    select * from erp_numbers

),

keyed as (

    select
        {{ node_id('netsuite', 'customers', ['customer_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
