with

responses as (

    select * from {{ ref('stg_qualtrics__responses') }}
    where is_real and not is_deleted

),

answers as (

    select * from {{ ref('stg_qualtrics__answers') }}

),

survey_questions as (

    select * from {{ ref('survey_questions') }}
    where source = 'qualtrics'

),

comments as (

    select
        response_id,
        min(question_id) as question_id,
        string_agg(answer_value, ' / ' order by answer_key) as comment
    from answers
    where is_text
    group by response_id

),

-- only questions we were told how to read: what a scale means stands nowhere in a questionnaire
scored_answers as (

    select
        answers.response_id,
        answers.answer_key as question_id,
        survey_questions.metric,
        survey_questions.scale_min,
        survey_questions.scale_max,
        survey_questions.polarity,
        survey_questions.top_box_min,
        {{ try_cast('answers.answer_value', 'double') }} as score
    from answers
    inner join survey_questions
        on
            answers.survey_id = survey_questions.survey_id
            and answers.answer_key = survey_questions.question_id

),

said as (

    {{ survey_statements() }}

),

feedback as (

    select
        'qualtrics:' || said.response_id || '/' || said.question_id as feedback_id,
        {{ node_id('qualtrics', 'responses', ['said.response_id']) }} as node_id,
        'qualtrics' as source,

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

        responses.recorded_at as responded_at,
        cast(null as {{ dbt.type_string() }}) as case_id

    from said
    inner join responses on said.response_id = responses.response_id
    left join comments on said.response_id = comments.response_id

)

select * from feedback
