with feedback as (

    select * from {{ ref('fct_feedback') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

-- a case is rated by whoever it is about: one vote per case
answers as (

    select
        feedback.feedback_id,
        case
            when feedback.kind = 'case_rating' then coalesce(feedback.case_id, feedback.feedback_id)
            else coalesce(feedback.respondent_ref, feedback.feedback_id)
        end as respondent_ref,
        feedback.survey_id,
        customers.country_code,
        feedback.metric,
        feedback.score,
        feedback.scale_min,
        feedback.scale_max,
        feedback.top_box_min,
        case feedback.polarity
            when 'ease_high' then feedback.score
            when 'effort_high' then feedback.scale_min + feedback.scale_max - feedback.score
        end as ease_score,
        {{ local_date('feedback.responded_at') }} as answered_on,
        feedback.responded_at
    from feedback
    left join customers on feedback.customer_id = customers.customer_id
    where
        (
            feedback.kind = 'survey_answer'
            and feedback.metric in ('nps', 'csat', 'ces')
            and feedback.score >= feedback.scale_min
            and feedback.score <= feedback.scale_max
        )
        or (feedback.kind = 'case_rating' and feedback.metric = 'good_bad' and feedback.score is not null)

)

select * from answers
