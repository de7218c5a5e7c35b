with

call_ratings as (

    select * from {{ ref('stg_file_drops__call_ratings') }}
    where not is_withdrawn and score is not null

),

survey_questions as (

    select * from {{ ref('survey_questions') }}
    where source = 'file_drops' and survey_id = 'call_centre'

),

feedback as (

    select
        'file_drops:' || call_ratings.rating_id as feedback_id,
        {{ node_id('file_drops', 'call_ratings', ['call_ratings.rating_id']) }} as node_id,
        'file_drops' as source,

        'survey' as channel,
        'survey_answer' as kind,
        survey_questions.metric,
        'call_centre' as survey_id,
        'call_score' as question_id,

        -- outside its scale a score is no score
        case
            when call_ratings.score between survey_questions.scale_min and survey_questions.scale_max
                then cast(call_ratings.score as double)
        end as score,
        cast(survey_questions.scale_min as double) as scale_min,
        cast(survey_questions.scale_max as double) as scale_max,
        survey_questions.polarity,
        cast(survey_questions.top_box_min as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        call_ratings.comment,

        call_ratings.called_at as responded_at,
        'zendesk_support:' || call_ratings.ticket_id as case_id

    from call_ratings
    left join survey_questions on survey_questions.question_id = 'call_score'

)

select * from feedback
