with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

listed as (

    select
        patient_id,
        {{ unnest_json('links') }} as link
    from patients

),

links as (

    select distinct
        patient_id,
        {{ fhir_id(json_text('link', 'other.reference'), 'Patient') }} as linked_patient_id,
        {{ json_text('link', 'type') }} as link_type
    from listed

)

select * from links
where linked_patient_id is not null
