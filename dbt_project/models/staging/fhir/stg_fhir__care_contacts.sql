with

encounters as (

    select * from {{ ref('stg_fhir__encounters') }}
    where not is_deleted

),

appointments as (

    select * from {{ ref('stg_fhir__appointments') }}
    where not is_deleted

),

care_contacts as (

    select
        'fhir:Encounter/' || encounter_id as encounter_id,
        {{ node_id('fhir', 'patients', ['patient_id']) }} as node_id,
        'fhir' as source,
        'encounter' as kind,
        status,
        service,
        starts_at,
        ends_at
    from encounters
    union all
    select
        'fhir:Appointment/' || appointment_id as encounter_id,
        {{ node_id('fhir', 'patients', ['patient_id']) }} as node_id,
        'fhir' as source,
        'appointment' as kind,
        status,
        service,
        starts_at,
        ends_at
    from appointments

)

select * from care_contacts
