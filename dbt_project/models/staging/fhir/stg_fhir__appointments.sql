with

appointments as (

    select * from {{ source('raw_fhir', 'appointments') }}

),

deletions as (

    select * from {{ ref('stg_fhir__deletions') }}
    where resource_type = 'Appointment'

),

participants as (

    select
        id as appointment_id,
        {{ unnest_json('participants') }} as participant
    from appointments

),

-- carers and rooms take part too
patients as (

    select
        appointment_id,
        min({{ fhir_id(json_text('participant', 'actor.reference'), 'Patient') }}) as patient_id
    from participants
    group by appointment_id

),

cleaned as (

    select
        appointments.id as appointment_id,
        patients.patient_id,
        appointments.version_id,

        appointments.status,
        coalesce(
            {{ fhir_concept(fhir_first('appointments.service_types')) }},
            {{ fhir_concept('appointments.appointment_type') }}
        ) as service,
        {{ fhir_concept('appointments.cancelation_reason') }} as cancellation_reason,

        appointments.status = 'entered-in-error' or {{ fhir_is_deleted('appointments', 'deletions') }} as is_deleted,

        appointments.starts_at,
        appointments.ends_at,
        {{ fhir_instant('appointments.created') }} as created_at,
        appointments.last_updated_at,
        appointments._observed_at

    from appointments
    left join patients on appointments.id = patients.appointment_id
    left join deletions on appointments.id = deletions.resource_id

)

select * from cleaned
