with

satisfaction_ratings as (

    select * from {{ ref('stg_zendesk_support__satisfaction_ratings') }}

),

surveymonkey_responses as (

    select * from {{ ref('stg_surveymonkey__responses') }}
    where response_status in ('completed', 'partial') and not is_deleted

),

qualtrics_responses as (

    select * from {{ ref('stg_qualtrics__responses') }}
    where is_real and not is_deleted

),

-- a case is asked once, however often its rating changes
asked_cases as (

    select
        'zendesk_support:' || ticket_id as request_id,
        'zendesk_support' as source,
        'case_rating' as kind,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        bool_or(score in ('good', 'bad')) as is_answered,
        bool_or(score in ('good', 'bad')) as is_complete,
        min(created_at) as asked_at
    from satisfaction_ratings
    group by ticket_id

),

begun_surveys as (

    select
        'surveymonkey:' || response_id as request_id,
        'surveymonkey' as source,
        survey_id,
        response_status = 'completed' as is_complete,
        created_at as asked_at
    from surveymonkey_responses
    union all
    select
        'qualtrics:' || response_id as request_id,
        'qualtrics' as source,
        survey_id,
        is_finished as is_complete,
        started_at as asked_at
    from qualtrics_responses

),

requests as (

    select * from asked_cases
    union all
    select
        request_id,
        source,
        'survey' as kind,
        survey_id,
        true as is_answered,
        is_complete,
        asked_at
    from begun_surveys

)

select * from requests
