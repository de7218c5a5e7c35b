with

survey_details as (

    select * from {{ source('raw_surveymonkey', 'survey_details') }}

),

cleaned as (

    select
        id as survey_id,
        title,
        pages,
        modified_at,
        _observed_at
    from survey_details

)

select * from cleaned
