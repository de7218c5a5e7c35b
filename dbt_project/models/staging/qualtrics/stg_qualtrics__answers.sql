{{ config(materialized='table') }}

with

responses as (

    select * from {{ ref('stg_qualtrics__responses') }}

),

listed as (

    select
        response_id,
        survey_id,
        answer_values,
        {{ unnest_json_keys('answer_values') }} as answer_key
    from responses
    where answer_values is not null

),

-- a matrix row, a free text or a derived group stands behind the question's id: QID4_2, QID3_TEXT, QID1_NPS_GROUP
answers as (

    select
        response_id,
        survey_id,
        answer_key,
        split_part(answer_key, '_', 1) as question_id,
        coalesce(answer_key like '%_TEXT', false) as is_text,
        {{ blank_to_null(json_text_at('answer_values', 'answer_key')) }} as answer_value
    from listed
    where answer_key like 'QID%'

)

select * from answers
where answer_value is not null
