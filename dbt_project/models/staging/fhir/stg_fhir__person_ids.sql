with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

identifiers as (

    select * from {{ ref('stg_fhir__patient_identifiers') }}

),

links as (

    select * from {{ ref('stg_fhir__patient_links') }}

),

own_ids as (

    select
        patient_id,
        'fhir_patient_id' as identifier_type,
        patient_id as identifier_value,
        true as is_issuer
    from patients

),

-- every kind of link says that both records are about one person; a replaced record names what replaced it
linked_ids as (

    select distinct
        patient_id,
        'fhir_patient_id' as identifier_type,
        linked_patient_id as identifier_value,
        false as is_issuer
    from links
    where linked_patient_id <> patient_id

),

-- a number counts within the system that gave it; one that was taken out of use only refers
medical_record_numbers as (

    select
        patient_id,
        'medical_record_number' as identifier_type,
        coalesce(identifier_system, '') || '|' || identifier_value as identifier_value,
        not bool_and(is_old) as is_issuer
    from identifiers
    where identifier_type_code = 'MR'
    group by patient_id, identifier_system, identifier_value

),

customer_numbers as (

    select distinct
        patient_id,
        'erp_customer_number' as identifier_type,
        identifier_value,
        false as is_issuer
    from identifiers
    where
        identifier_system
        = '{{ var("fhir_customer_number_system", "https://aurora-home.example/customer-number") }}'

),

person_ids as (

    select * from own_ids
    union all
    select * from linked_ids
    union all
    select * from medical_record_numbers
    union all
    select * from customer_numbers

),

keyed as (

    select
        {{ node_id('fhir', 'patients', ['patient_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
