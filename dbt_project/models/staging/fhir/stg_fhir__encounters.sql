with

encounters as (

    select * from {{ source('raw_fhir', 'encounters') }}

),

deletions as (

    select * from {{ ref('stg_fhir__deletions') }}
    where resource_type = 'Encounter'

),

cleaned as (

    select
        encounters.id as encounter_id,
        {{ fhir_id('encounters.subject_reference', 'Patient') }} as patient_id,
        {{ fhir_id('encounters.part_of_reference', 'Encounter') }} as part_of_encounter_id,
        {{ fhir_id(json_text(fhir_first('encounters.appointment_references'), 'reference'), 'Appointment') }} as appointment_id,
        encounters.version_id,

        encounters.status,
        -- one code in R4, a list of concepts in R5
        coalesce(
            {{ json_text('encounters.class_coding', 'code') }},
            {{ json_text(fhir_first('encounters.class_coding'), 'coding[0].code') }}
        ) as class_code,
        coalesce(
            {{ fhir_concept('encounters.service_type') }},
            {{ fhir_concept(fhir_first('encounters.types')) }},
            {{ json_text('encounters.class_coding', 'display') }}
        ) as service,
        {{ json_text('encounters.priority', 'coding[0].code') }} as priority_code,
        {{ json_text('encounters.hospitalization', 'dischargeDisposition.coding[0].code') }} as discharge_code,

        coalesce({{ json_text('encounters.class_coding', 'code') }} in ('IMP', 'ACUTE', 'NONAC'), false) as is_inpatient,
        encounters.status = 'entered-in-error' or {{ fhir_is_deleted('encounters', 'deletions') }} as is_deleted,

        {{ fhir_instant('encounters.period_start') }} as starts_at,
        {{ fhir_instant('encounters.period_end') }} as ends_at,
        encounters.last_updated_at,
        encounters._observed_at

    from encounters
    left join deletions on encounters.id = deletions.resource_id

)

select * from cleaned
