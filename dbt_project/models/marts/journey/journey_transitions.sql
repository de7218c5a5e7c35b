with steps as (

    select * from {{ ref('int_journey__steps') }} where step_no <= {{ var('journey_steps_shown') }}

),

journey_transitions as (

    select
        cohort_month,
        step_no,
        stage as from_stage,
        coalesce(next_stage, 'no further contact') as to_stage,
        count(*) as customers,
        count(left_at) as moved_on,
        sum({{ elapsed_minutes('entered_at', 'left_at') }}) / 1440 as days_total,
        {{ percentile(elapsed_minutes('entered_at', 'left_at') ~ ' / 1440', 0.5) }} as median_days
    from steps
    group by cohort_month, step_no, stage, coalesce(next_stage, 'no further contact')

)

select * from journey_transitions
