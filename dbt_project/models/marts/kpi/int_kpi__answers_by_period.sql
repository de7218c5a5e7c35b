with answers as (

    select * from {{ ref('int_kpi__survey_answers') }}

),

period_days as (

    select * from {{ ref('int_kpi__period_days') }}

),

answers_by_period as (

    select
        period_days.grain,
        period_days.period_start,
        answers.feedback_id,
        answers.metric,
        answers.survey_id,
        answers.country_code,
        answers.score,
        answers.scale_min,
        answers.scale_max,
        answers.top_box_min,
        answers.ease_score,
        row_number() over (
            partition by
                answers.metric,
                answers.survey_id,
                answers.respondent_ref,
                period_days.grain,
                period_days.period_start
            order by answers.responded_at desc, answers.feedback_id desc
        ) = 1 as is_latest
    from answers
    inner join period_days on answers.answered_on = period_days.on_day

)

select * from answers_by_period
