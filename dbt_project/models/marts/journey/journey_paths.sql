with steps as (

    select * from {{ ref('int_journey__steps') }}

),

first_touches as (

    select * from {{ ref('int_journey__first_touches') }}

),

worth as (

    select * from {{ ref('int_customer__orders') }}

),

-- up to the first purchase, and from it on
phased as (

    select
        steps.customer_id,
        steps.step_no,
        steps.stage,
        steps.contacts,
        steps.entered_at,
        first_touches.became_customer_at,
        case
            when first_touches.became_customer_at is null or steps.entered_at < first_touches.became_customer_at
                then 'before_purchase'
            else 'from_purchase_on'
        end as phase
    from steps
    inner join first_touches on steps.customer_id = first_touches.customer_id

),

within_phase as (

    select
        *,
        row_number() over (partition by customer_id, phase order by step_no) as step_of_phase
    from phased

),

by_customer as (

    select
        customer_id,
        phase,
        string_agg(stage, ' > ' order by step_no) filter (where step_of_phase <= {{ var('journey_steps_shown') }})
        || case when max(step_of_phase) > {{ var('journey_steps_shown') }} then ' > ...' else '' end as path,
        least(max(step_of_phase), {{ var('journey_steps_shown') }}) as steps,
        sum(contacts) as contacts,
        min(entered_at) as begun_at,
        max(became_customer_at) as became_customer_at
    from within_phase
    group by customer_id, phase

),

by_path as (

    select
        by_customer.phase,
        by_customer.path,
        max(by_customer.steps) as steps,
        count(*) as customers,
        count(by_customer.became_customer_at) as buyers,
        cast(sum(by_customer.contacts) as bigint) as contacts,
        {{ percentile(
            "case when by_customer.phase = 'before_purchase' then "
            ~ elapsed_minutes('by_customer.begun_at', 'by_customer.became_customer_at') ~ ' / 1440 end', 0.5
        ) }} as median_days_to_purchase,
        coalesce(sum(worth.net_revenue_reporting), 0) as net_revenue_reporting
    from by_customer
    left join worth on by_customer.customer_id = worth.customer_id
    group by by_customer.phase, by_customer.path

),

journey_paths as (

    select
        phase,
        path,
        steps,
        customers,
        {{ percent_of('customers', 'sum(customers) over (partition by phase)') }} as percent_of_customers,
        buyers,
        {{ percent_of('buyers', 'customers') }} as buyers_percent,
        contacts,
        median_days_to_purchase,
        net_revenue_reporting,
        row_number() over (partition by phase order by customers desc, path asc) as path_rank
    from by_path

)

select * from journey_paths
