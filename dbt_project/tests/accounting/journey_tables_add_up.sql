-- Everybody is in the journey's tables once: flows join up, every step and path has its customers, every person one first touch.
with transitions as (

    select * from {{ ref('journey_transitions') }}

),

flow as (

    select
        cohort_month,
        step_no,
        from_stage as stage,
        sum(customers) as customers
    from transitions
    group by cohort_month, step_no, from_stage
    union all
    select
        cohort_month,
        step_no + 1 as step_no,
        to_stage as stage,
        -sum(customers) as customers
    from transitions
    where to_stage <> 'no further contact' and step_no < {{ var('journey_steps_shown') }}
    group by cohort_month, step_no, to_stage

),

counts as (

    select
        'journey_transitions' as counted,
        (select count(distinct customer_id) from {{ ref('int_journey__steps') }}) as expected,
        (select sum(customers) from transitions where step_no = 1) as found
    union all
    select
        'first_touch_attribution' as counted,
        (select count(*) from {{ ref('dim_customers') }} where not is_test) as expected,
        (select sum(people) from {{ ref('first_touch_attribution') }}) as found
    union all
    select
        'first_touch_attribution spend' as counted,
        (select round(sum(amount_reporting)) from {{ ref('fct_campaign_spend') }}) as expected,
        (select round(sum(spend_reporting)) from {{ ref('first_touch_attribution') }}) as found
    union all
    select
        'feedback_coverage' as counted,
        (select count(*) from {{ ref('int_journey__contacts') }} where direction = 'inbound') as expected,
        (select sum(contacts) from {{ ref('feedback_coverage') }}) as found

)

select
    'what flows into a step does not leave it' as broken_rule,
    cast(sum(customers) as double) as difference
from flow
where step_no > 1
group by cohort_month, step_no, stage
having sum(customers) <> 0
union all
select
    counted as broken_rule,
    cast(found - expected as double) as difference
from counts
where found <> expected
