with

contacts as (

    select * from {{ ref('stg_intercom__contacts') }}

),

own_ids as (

    select
        contact_id,
        'intercom_contact_id' as identifier_type,
        contact_id as identifier_value,
        true as is_issuer
    from contacts

),

-- a lead's external id is made up by the vendor
customer_numbers as (

    select
        contact_id,
        'erp_customer_number' as identifier_type,
        external_id as identifier_value,
        false as is_issuer
    from contacts
    where role = 'user' and external_id is not null

),

person_ids as (

    select * from own_ids
    union all
    select * from customer_numbers

),

keyed as (

    select
        {{ node_id('intercom', 'contacts', ['contact_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
