with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

names as (

    select * from {{ ref('stg_fhir__patient_names') }}
    where preference = 1

),

contacts as (

    select
        patient_id,
        max(case when contact_kind = 'email' then contact_value end) as email,
        max(case when contact_kind = 'phone' then contact_value end) as phone,
        max(case when contact_kind = 'mobile' then contact_value end) as mobile_phone
    from {{ ref('stg_fhir__patient_contacts') }}
    where preference = 1
    group by patient_id

),

addresses as (

    select * from {{ ref('stg_fhir__patient_addresses') }}
    where preference = 1

),

replaced_patients as (

    select distinct patient_id from {{ ref('stg_fhir__patient_links') }}
    where link_type = 'replaced-by'

),

persons as (

    select
        {{ node_id('fhir', 'patients', ['patients.patient_id']) }} as node_id,
        'fhir' as source,
        'patients' as resource,
        {{ record_key(['patients.patient_id']) }} as record_key,

        names.given_name,
        names.family_name,
        names.full_name,
        contacts.email,
        contacts.phone,
        contacts.mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        patients.birth_date,
        addresses.address as street,
        addresses.city,
        addresses.postal_code,
        addresses.country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        patients.is_deleted or replaced_patients.patient_id is not null as is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        -- FHIR tells when a record was last changed, not when it was made
        patients.last_updated_at as first_seen_at,
        patients.last_updated_at as last_seen_at

    from patients
    left join names on patients.patient_id = names.patient_id
    left join contacts on patients.patient_id = contacts.patient_id
    left join addresses on patients.patient_id = addresses.patient_id
    left join replaced_patients on patients.patient_id = replaced_patients.patient_id

)

select * from persons
