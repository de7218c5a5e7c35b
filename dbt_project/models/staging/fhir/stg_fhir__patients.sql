with

patients as (

    select * from {{ source('raw_fhir', 'patients') }}

),

deletions as (

    select * from {{ ref('stg_fhir__deletions') }}
    where resource_type = 'Patient'

),

cleaned as (

    select
        patients.id as patient_id,
        patients.version_id,

        patients.identifiers,
        patients.names,
        patients.telecom,
        patients.addresses,
        patients.links,
        patients.gender,
        -- a year or a month alone is no day
        {{ try_cast('patients.birth_date', 'date') }} as birth_date,

        coalesce(patients.active, true) as is_active,
        coalesce(patients.is_deceased, patients.deceased_at is not null, false) as is_deceased,
        {{ fhir_is_deleted('patients', 'deletions') }} as is_deleted,

        patients.last_updated_at,
        patients._observed_at

    from patients
    left join deletions on patients.id = deletions.resource_id

)

select * from cleaned
