with

appointments as (

    select * from {{ ref('stg_fhir__appointments') }}
    where not is_deleted and status in ('fulfilled', 'noshow', 'cancelled')

),

encounters as (

    select * from {{ ref('stg_fhir__encounters') }}
    where not is_deleted and status = 'finished'

),

closed_appointments as (

    select
        case status
            when 'fulfilled' then 'appointment_kept'
            when 'noshow' then 'appointment_missed'
            else 'appointment_cancelled'
        end as event,
        patient_id,
        -- when a visit was called off is told by its last change only
        case when status = 'cancelled' then last_updated_at else starts_at end as occurred_at,
        coalesce(cancellation_reason, service) as outcome,
        'fhir:Appointment/' || appointment_id as reference
    from appointments

),

-- a visit that was booked is told by its appointment
unbooked_encounters as (

    select
        'encounter' as event,
        encounters.patient_id,
        encounters.starts_at as occurred_at,
        encounters.service as outcome,
        'fhir:Encounter/' || encounters.encounter_id as reference
    from encounters
    left join appointments
        on encounters.appointment_id = appointments.appointment_id and appointments.status = 'fulfilled'
    where appointments.appointment_id is null

),

events as (

    select * from closed_appointments
    union all
    select * from unbooked_encounters

),

interactions as (

    select
        event,
        {{ node_id('fhir', 'patients', ['patient_id']) }} as node_id,
        occurred_at,
        'care' as channel,
        'fhir' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        outcome,
        reference
    from events
    where occurred_at is not null

)

select * from interactions
