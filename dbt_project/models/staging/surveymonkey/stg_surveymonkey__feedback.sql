with

responses as (

    select * from {{ ref('stg_surveymonkey__responses') }}
    where response_status in ('completed', 'partial') and not is_deleted

),

answers as (

    select * from {{ ref('stg_surveymonkey__answers') }}

),

choices as (

    select * from {{ ref('stg_surveymonkey__choices') }}

),

survey_questions as (

    select * from {{ ref('survey_questions') }}
    where source = 'surveymonkey'

),

comments as (

    select
        response_id,
        min(question_id) as question_id,
        string_agg(answer_text, ' / ' order by question_id, row_id) as comment
    from answers
    where answer_text is not null
    group by response_id

),

-- one answer per question: a matrix of scored rows would need a question each
scored_answers as (

    select
        answers.response_id,
        answers.question_id,
        survey_questions.metric,
        survey_questions.scale_min,
        survey_questions.scale_max,
        survey_questions.polarity,
        survey_questions.top_box_min,
        min(survey_questions.scale_min + choices.position - 1) as score
    from answers
    inner join survey_questions
        on
            answers.survey_id = survey_questions.survey_id
            and answers.question_id = survey_questions.question_id
    left join choices
        on
            answers.question_id = choices.question_id
            and answers.choice_id = choices.choice_id
    group by all

),

said as (

    {{ survey_statements() }}

),

survey_answers as (

    select
        'surveymonkey:' || said.response_id || '/' || said.question_id as feedback_id,
        {{ node_id('surveymonkey', 'responses', ['said.response_id']) }} as node_id,
        'surveymonkey' as source,

        'survey' as channel,
        'survey_answer' as kind,
        said.metric,
        responses.survey_id,
        said.question_id,

        cast(said.score as double) as score,
        cast(said.scale_min as double) as scale_min,
        cast(said.scale_max as double) as scale_max,
        said.polarity,
        cast(said.top_box_min as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        comments.comment,

        responses.modified_at as responded_at,
        'zendesk_support:' || responses.ticket_id as case_id

    from said
    inner join responses on said.response_id = responses.response_id
    left join comments on said.response_id = comments.response_id

)

select * from survey_answers
