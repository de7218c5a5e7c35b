with

responses as (

    select * from {{ ref('stg_fhir__questionnaire_responses') }}
    where status in ('completed', 'amended') and not is_deleted

),

answers as (

    select * from {{ ref('stg_fhir__questionnaire_answers') }}

),

survey_questions as (

    select * from {{ ref('survey_questions') }}
    where source = 'fhir'

),

comments as (

    select
        response_id,
        min(link_id) as question_id,
        string_agg(answer_text, ' / ' order by link_id, answer_text) as comment
    from answers
    where is_free_text and answer_text is not null
    group by response_id

),

-- only questions we were told how to read
scored_answers as (

    select
        responses.response_id,
        answers.link_id as question_id,
        survey_questions.metric,
        survey_questions.scale_min,
        survey_questions.scale_max,
        survey_questions.polarity,
        survey_questions.top_box_min,
        min(answers.answer_number) as score
    from responses
    inner join answers on responses.response_id = answers.response_id
    inner join survey_questions
        on
            responses.questionnaire_id = survey_questions.survey_id
            and answers.link_id = survey_questions.question_id
    group by all

),

said as (

    {{ survey_statements() }}

),

feedback as (

    select
        'fhir:' || said.response_id || '/' || said.question_id as feedback_id,
        -- an answer without a subject stands for itself
        coalesce(
            {{ node_id('fhir', 'patients', ['responses.patient_id']) }},
            {{ node_id('fhir', 'questionnaire_responses', ['responses.response_id']) }}
        ) as node_id,
        'fhir' as source,

        'survey' as channel,
        'survey_answer' as kind,
        said.metric,
        responses.questionnaire_id as survey_id,
        said.question_id,

        cast(said.score as double) as score,
        cast(said.scale_min as double) as scale_min,
        cast(said.scale_max as double) as scale_max,
        said.polarity,
        cast(said.top_box_min as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        comments.comment,

        responses.authored_at as responded_at,
        cast(null as {{ dbt.type_string() }}) as case_id

    from said
    inner join responses on said.response_id = responses.response_id
    left join comments on said.response_id = comments.response_id

)

select * from feedback
