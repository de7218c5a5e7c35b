with feedback as (

    select * from {{ ref('fct_feedback') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        feedback.feedback_id,
        feedback.customer_id,
        feedback.source,
        feedback.channel,
        feedback.kind,
        feedback.metric,
        feedback.survey_id,
        feedback.question_id,
        feedback.score,
        feedback.scale_min,
        feedback.scale_max,
        feedback.polarity,
        feedback.top_box_min,
        feedback.sentiment,
        feedback.comment,
        feedback.responded_at,
        feedback.case_id,
        feedback.respondent_ref,
        data_as_of.as_of as data_as_of
    from feedback
    cross join data_as_of

)

select * from published
order by customer_id, responded_at
