with

surveys as (

    select * from {{ source('raw_surveymonkey', 'surveys') }}

),

cleaned as (

    select
        id as survey_id,
        title,
        {{ blank_to_null('nickname') }} as nickname,
        language,
        question_count,
        response_count,
        created_at,
        modified_at,
        _observed_at
    from surveys

)

select * from cleaned
