with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

merged_contacts as (

    select * from {{ ref('stg_hubspot__merged_contacts') }}

),

own_ids as (

    select
        contact_id,
        'hubspot_contact_id' as identifier_type,
        contact_id as identifier_value,
        true as is_issuer
    from contacts

),

-- other systems may still name the contact that lost the merge
former_ids as (

    select
        contact_id,
        'hubspot_contact_id' as identifier_type,
        merged_contact_id as identifier_value,
        false as is_issuer
    from merged_contacts

),

customer_numbers as (

    select
        contact_id,
        'erp_customer_number' as identifier_type,
        erp_customer_number as identifier_value,
        false as is_issuer
    from contacts
    where erp_customer_number is not null

),

person_ids as (

    select * from own_ids
    union all
    select * from former_ids
    union all
    select * from customer_numbers

),

keyed as (

    select
        {{ node_id('hubspot', 'contacts', ['contact_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
