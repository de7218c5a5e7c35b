-- The first fifteen characters are the id, the last three repeat its capitals: other systems hold either form.

with

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

contact_ids as (

    select
        {{ node_id('salesforce', 'contacts', ['contact_id']) }} as node_id,
        'salesforce_contact_id' as identifier_type,
        substr(contact_id, 1, 15) as identifier_value,
        true as is_issuer
    from contacts

),

-- a contact that was merged away names the one it became
merged_contacts as (

    select
        {{ node_id('salesforce', 'contacts', ['contact_id']) }} as node_id,
        'salesforce_contact_id' as identifier_type,
        substr(master_record_id, 1, 15) as identifier_value,
        false as is_issuer
    from contacts
    where master_record_id is not null

),

customer_numbers as (

    select
        {{ node_id('salesforce', 'contacts', ['contact_id']) }} as node_id,
        'erp_customer_number' as identifier_type,
        erp_customer_number as identifier_value,
        false as is_issuer
    from contacts
    where erp_customer_number is not null

),

lead_ids as (

    select
        {{ node_id('salesforce', 'leads', ['lead_id']) }} as node_id,
        'salesforce_lead_id' as identifier_type,
        substr(lead_id, 1, 15) as identifier_value,
        true as is_issuer
    from leads

),

merged_leads as (

    select
        {{ node_id('salesforce', 'leads', ['lead_id']) }} as node_id,
        'salesforce_lead_id' as identifier_type,
        substr(master_record_id, 1, 15) as identifier_value,
        false as is_issuer
    from leads
    where master_record_id is not null

),

converted_leads as (

    select
        {{ node_id('salesforce', 'leads', ['lead_id']) }} as node_id,
        'salesforce_contact_id' as identifier_type,
        substr(converted_contact_id, 1, 15) as identifier_value,
        false as is_issuer
    from leads
    where converted_contact_id is not null

),

person_ids as (

    select * from contact_ids
    union all
    select * from merged_contacts
    union all
    select * from customer_numbers
    union all
    select * from lead_ids
    union all
    select * from merged_leads
    union all
    select * from converted_leads

)

select * from person_ids
