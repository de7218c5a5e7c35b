with touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

along_the_way as (

    select
        touchpoints.customer_id,
        touchpoints.touchpoint_id,
        touchpoints.stage,
        touchpoints.channel,
        touchpoints.occurred_at,
        lag(touchpoints.stage) over (
            partition by touchpoints.customer_id order by touchpoints.occurred_at, touchpoints.touchpoint_id
        ) as stage_before
    from touchpoints
    inner join customers on touchpoints.customer_id = customers.customer_id

),

-- contacts of one stage that follow each other are one step
numbered as (

    select
        *,
        sum(case when stage_before = stage then 0 else 1 end) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
            rows between unbounded preceding and current row
        ) as running_step
    from along_the_way

),

steps as (

    select
        customer_id,
        cast(running_step as bigint) as step_no,
        min(stage) as stage,
        count(*) as contacts,
        count(distinct channel) as channels,
        min(occurred_at) as entered_at
    from numbered
    group by customer_id, running_step

),

in_sequence as (

    select
        *,
        lead(stage) over (partition by customer_id order by step_no) as next_stage,
        lead(entered_at) over (partition by customer_id order by step_no) as left_at,
        {{ month_of('min(entered_at) over (partition by customer_id)') }} as cohort_month
    from steps

)

select * from in_sequence
