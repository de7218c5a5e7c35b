{{ config(materialized='table') }}

with

responses as (

    select * from {{ ref('stg_surveymonkey__responses') }}

),

pages as (

    select
        response_id,
        survey_id,
        {{ unnest_json('pages') }} as page
    from responses

),

questions as (

    select
        response_id,
        survey_id,
        {{ unnest_json(json_part('page', 'questions')) }} as question
    from pages

),

listed as (

    select
        response_id,
        survey_id,
        {{ json_text('question', 'id') }} as question_id,
        {{ unnest_json(json_part('question', 'answers')) }} as answer
    from questions

),

answers as (

    select
        response_id,
        survey_id,
        question_id,
        coalesce({{ json_text('answer', 'row_id') }}, '') as row_id,
        coalesce({{ json_text('answer', 'choice_id') }}, {{ json_text('answer', 'other_id') }}, '') as choice_id,
        coalesce({{ json_text('answer', 'col_id') }}, '') as col_id,
        {{ blank_to_null(json_text('answer', 'text')) }} as answer_text
    from listed

)

select * from answers
