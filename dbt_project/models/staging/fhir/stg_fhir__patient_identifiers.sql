with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

listed as (

    select
        patient_id,
        {{ unnest_json('identifiers') }} as identifier
    from patients

),

identifiers as (

    select distinct
        patient_id,
        {{ json_text('identifier', 'system') }} as identifier_system,
        {{ json_text('identifier', 'type.coding[0].code') }} as identifier_type_code,
        {{ blank_to_null(json_text('identifier', 'value')) }} as identifier_value,

        coalesce({{ json_text('identifier', 'use') }}, '') = 'old' as is_old

    from listed

)

select * from identifiers
where identifier_value is not null
