with

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

-- somebody wrote through the web form, and no contact was found for them
unrecognised_cases as (

    select * from {{ ref('stg_salesforce__case_records') }}
    where contact_id is null and supplied_email is not null

),

persons as (

    select
        {{ node_id('salesforce', 'contacts', ['contact_id']) }} as node_id,
        'contacts' as resource,
        contact_id as record_key,
        first_name,
        last_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        email,
        phone,
        mobile_phone,
        city,
        postal_code,
        country,
        lead_source,
        false as is_reference,
        is_deleted,
        is_opted_out,
        cast(null as {{ type_instant() }}) as lead_created_at,
        created_at,
        last_modified_at
    from contacts
    union all
    select
        {{ node_id('salesforce', 'leads', ['lead_id']) }} as node_id,
        'leads' as resource,
        lead_id as record_key,
        first_name,
        last_name,
        null as full_name,
        email,
        phone,
        mobile_phone,
        city,
        postal_code,
        country,
        lead_source,
        false as is_reference,
        is_deleted,
        is_opted_out,
        created_at as lead_created_at,
        created_at,
        last_modified_at
    from leads
    union all
    select
        {{ node_id('salesforce', 'cases', ['case_id']) }} as node_id,
        'cases' as resource,
        case_id as record_key,
        null as first_name,
        null as last_name,
        supplied_name as full_name,
        supplied_email as email,
        null as phone,
        null as mobile_phone,
        null as city,
        null as postal_code,
        null as country,
        null as lead_source,
        true as is_reference,
        is_deleted,
        false as is_opted_out,
        null as lead_created_at,
        created_at,
        last_modified_at
    from unrecognised_cases

),

in_order as (

    select
        node_id,
        'salesforce' as source,
        resource,
        record_key,

        first_name as given_name,
        last_name as family_name,
        full_name,
        email,
        phone,
        mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        city,
        postal_code,
        country,
        lead_source as acquisition_source,

        is_reference,
        is_deleted,
        is_opted_out,
        false as is_test,

        lead_created_at,
        created_at as first_seen_at,
        last_modified_at as last_seen_at

    from persons

)

select * from in_order
