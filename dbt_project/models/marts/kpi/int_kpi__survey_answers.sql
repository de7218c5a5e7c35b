with feedback as (

    select * from {{ ref('fct_feedback') }}

),

answers as (

    select
        feedback_id,
        coalesce(respondent_ref, feedback_id) as respondent_ref,
        survey_id,
        metric,
        score,
        scale_min,
        scale_max,
        top_box_min,
        case polarity
            when 'ease_high' then score
            when 'effort_high' then scale_min + scale_max - score
        end as ease_score,
        {{ local_date('responded_at') }} as answered_on,
        responded_at
    from feedback
    where
        kind = 'survey_answer'
        and metric in ('nps', 'csat', 'ces')
        and score >= scale_min
        and score <= scale_max

)

select * from answers
