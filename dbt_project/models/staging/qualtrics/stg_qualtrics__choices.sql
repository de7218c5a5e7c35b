with

survey_definitions as (

    select * from {{ ref('stg_qualtrics__survey_definitions') }}

),

question_ids as (

    select
        survey_id,
        questions,
        {{ unnest_json_keys('questions') }} as question_id
    from survey_definitions
    where questions is not null

),

questions as (

    select
        survey_id,
        question_id,
        {{ json_part_at('questions', 'question_id') }} as question
    from question_ids

),

listed as (

    select
        survey_id,
        question_id,
        {{ json_part('question', 'Choices') }} as choices,
        {{ json_part('question', 'RecodeValues') }} as recode_values
    from questions
    where {{ json_part('question', 'Choices') }} is not null

),

numbered as (

    select
        survey_id,
        question_id,
        choices,
        recode_values,
        {{ unnest_json_keys('choices') }} as choice_id
    from listed

),

choices as (

    select
        survey_id,
        question_id,
        choice_id,
        {{ json_text(json_part_at('choices', 'choice_id'), 'Display') }} as label,
        -- answers hold the recode value, which is the choice's number until somebody changes it
        coalesce({{ json_text_at('recode_values', 'choice_id') }}, choice_id) as answer_value
    from numbered

)

select * from choices
