{{ config(materialized='table') }}

with

survey_details as (

    select * from {{ ref('stg_surveymonkey__survey_details') }}

),

pages as (

    select
        survey_id,
        {{ unnest_json('pages') }} as page
    from survey_details

),

listed as (

    select
        survey_id,
        {{ json_text('page', 'id') }} as page_id,
        {{ unnest_json(json_part('page', 'questions')) }} as question
    from pages

),

questions as (

    select
        survey_id,
        page_id,
        {{ json_text('question', 'id') }} as question_id,
        {{ json_text('question', 'family') }} as family,
        {{ json_text('question', 'subtype') }} as subtype,
        {{ json_text('question', 'headings[0].heading') }} as heading,
        {{ try_cast(json_text('question', 'position'), 'bigint') }} as position,
        {{ json_part('question', 'answers.choices') }} as choices
    from listed

)

select * from questions
