with touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

-- what was said about a case belongs to the contact in which help was asked for
about_cases as (

    select
        'case_opened:' || feedback.case_id as touchpoint_id,
        {{ worst_sentiment('feedback.sentiment') }} as sentiment,
        max({{ effort_percent('feedback') }}) as effort
    from feedback
    where feedback.case_id is not null and feedback.kind in ('survey_answer', 'case_rating')
    group by feedback.case_id

),

said_about_cases as (

    select feedback.feedback_id
    from feedback
    inner join touchpoints on 'case_opened:' || feedback.case_id = touchpoints.touchpoint_id
    where feedback.kind in ('survey_answer', 'case_rating')

),

contacts as (

    select
        touchpoints.touchpoint_id,
        touchpoints.customer_id,
        touchpoints.stage,
        touchpoints.channel,
        touchpoints.touchpoint,
        touchpoints.direction,
        coalesce(about_cases.sentiment, touchpoints.sentiment) as sentiment,
        coalesce(about_cases.effort, touchpoints.effort) as effort,
        touchpoints.reference,
        touchpoints.occurred_at,
        min(case when touchpoints.touchpoint in ('survey answered', 'case rated') then touchpoints.occurred_at end) over (
            partition by touchpoints.customer_id
            order by touchpoints.occurred_at, touchpoints.touchpoint_id
            rows between 1 following and unbounded following
        ) as next_answer_at
    from touchpoints
    inner join customers on touchpoints.customer_id = customers.customer_id
    left join about_cases on touchpoints.touchpoint_id = about_cases.touchpoint_id

),

placed as (

    select
        contacts.*,
        {{ month_of('contacts.occurred_at') }} as month,
        cast({{ dbt.date_trunc('week', local_date('contacts.occurred_at')) }} as date) as week
    from contacts
    left join said_about_cases on contacts.reference = said_about_cases.feedback_id
    where said_about_cases.feedback_id is null

)

select * from placed
