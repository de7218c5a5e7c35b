with

survey_definitions as (

    select * from {{ ref('stg_qualtrics__survey_definitions') }}

),

choices as (

    select
        survey_id,
        question_id,
        min({{ try_cast('answer_value', 'double') }}) as scale_min,
        max({{ try_cast('answer_value', 'double') }}) as scale_max
    from {{ ref('stg_qualtrics__choices') }}
    group by survey_id, question_id

),

question_ids as (

    select
        survey_id,
        questions,
        {{ unnest_json_keys('questions') }} as question_id
    from survey_definitions
    where questions is not null

),

listed as (

    select
        survey_id,
        question_id,
        {{ json_part_at('questions', 'question_id') }} as question
    from question_ids

),

questions as (

    select
        listed.survey_id,
        listed.question_id,
        {{ json_text('listed.question', 'DataExportTag') }} as export_tag,
        {{ json_text('listed.question', 'QuestionText') }} as question_text,
        {{ json_text('listed.question', 'QuestionType') }} as question_type,
        {{ json_text('listed.question', 'Selector') }} as selector,
        choices.scale_min,
        choices.scale_max
    from listed
    left join choices
        on
            listed.survey_id = choices.survey_id
            and listed.question_id = choices.question_id

)

select * from questions
