{{ config(materialized='table') }}

with

questions as (

    select * from {{ ref('stg_surveymonkey__questions') }}

),

listed as (

    select
        survey_id,
        question_id,
        {{ unnest_json('choices') }} as choice
    from questions

),

choices as (

    select
        survey_id,
        question_id,
        {{ json_text('choice', 'id') }} as choice_id,
        {{ json_text('choice', 'text') }} as label,
        {{ try_cast(json_text('choice', 'position'), 'bigint') }} as position,
        {{ try_cast(json_text('choice', 'weight'), 'double') }} as weight
    from listed

)

select * from choices
