with feedback as (

    select * from {{ ref('fct_feedback') }}

),

period_days as (

    select * from {{ ref('int_kpi__period_days') }}

),

ratings as (

    select
        feedback_id,
        coalesce(case_id, feedback_id) as case_ref,
        score >= top_box_min as is_good,
        {{ local_date('responded_at') }} as rated_on,
        responded_at
    from feedback
    where
        kind = 'case_rating'
        and metric = 'good_bad'
        and score is not null

),

ratings_by_period as (

    select
        period_days.grain,
        period_days.period_start,
        ratings.feedback_id,
        ratings.is_good,
        row_number() over (
            partition by ratings.case_ref, period_days.grain, period_days.period_start
            order by ratings.responded_at desc, ratings.feedback_id desc
        ) = 1 as is_latest
    from ratings
    inner join period_days on ratings.rated_on = period_days.on_day

)

select * from ratings_by_period
