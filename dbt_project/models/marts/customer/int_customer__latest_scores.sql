with answers as (

    select
        *,
        row_number() over (
            partition by customer_id, metric
            order by responded_at desc, feedback_id desc
        ) as newness
    from {{ ref('fct_feedback') }}
    where
        kind = 'survey_answer'
        and customer_id is not null
        and score >= scale_min
        and score <= scale_max

),

by_customer as (

    select
        customer_id,
        max(score) filter (where metric = 'nps') as latest_nps_score,
        max(score) filter (where metric = 'csat') as latest_csat_score,
        max(score) filter (where metric = 'ces') as latest_ces_score,
        max(responded_at) filter (where metric = 'nps') as latest_nps_at,
        max(responded_at) filter (where metric = 'csat') as latest_csat_at,
        max(responded_at) filter (where metric = 'ces') as latest_ces_at
    from answers
    where newness = 1
    group by customer_id

)

select * from by_customer
