with

survey_definitions as (

    select * from {{ source('raw_qualtrics', 'survey_definitions') }}

),

cleaned as (

    select
        id as survey_id,
        name as title,
        lower(status) as status,
        question_count,
        questions,
        modified_at,
        _observed_at
    from survey_definitions

)

select * from cleaned
