with

questionnaire_responses as (

    select * from {{ source('raw_fhir', 'questionnaire_responses') }}

),

deletions as (

    select * from {{ ref('stg_fhir__deletions') }}
    where resource_type = 'QuestionnaireResponse'

),

cleaned as (

    select
        questionnaire_responses.id as response_id,
        -- a canonical address: https://host/Questionnaire/<id>|<version>
        nullif(regexp_extract(questionnaire_responses.questionnaire, '([^/|]+)([|][^|]*)?$', 1), '') as questionnaire_id,
        {{ fhir_id('questionnaire_responses.subject_reference', 'Patient') }} as patient_id,
        {{ fhir_id('questionnaire_responses.encounter_reference', 'Encounter') }} as encounter_id,
        questionnaire_responses.version_id,

        questionnaire_responses.status,
        questionnaire_responses.items,

        questionnaire_responses.status = 'entered-in-error'
        or {{ fhir_is_deleted('questionnaire_responses', 'deletions') }} as is_deleted,

        coalesce({{ fhir_instant('questionnaire_responses.authored') }}, questionnaire_responses.last_updated_at) as authored_at,
        questionnaire_responses.last_updated_at,
        questionnaire_responses._observed_at

    from questionnaire_responses
    left join deletions on questionnaire_responses.id = deletions.resource_id

)

select * from cleaned
