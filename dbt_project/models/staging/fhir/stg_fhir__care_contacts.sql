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
        is_inpatient,
        -- what the clinic had chosen to do and when
        priority_code = 'EL' as is_planned,
        discharge_code,
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
        false as is_inpatient,
        cast(null as {{ dbt.type_boolean() }}) as is_planned,
        cast(null as {{ dbt.type_string() }}) as discharge_code,
        starts_at,
        ends_at
    from appointments

)

select * from care_contacts
