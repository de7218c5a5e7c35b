with

interactions as (

    select * from {{ ref('int_customer_360__interactions') }}

),

touchpoint_map as (

    select * from {{ ref('touchpoint_map') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

touchpoints as (

    select
        interactions.event || ':' || interactions.reference
        || case when interactions.event like 'deal%' then ':' || interactions.customer_id else '' end as touchpoint_id,
        interactions.customer_id,

        interactions.occurred_at,
        case
            when
                touchpoint_map.is_onboarding_early
                and interactions.occurred_at >= customers.became_customer_at
                and interactions.occurred_at < {{ plus_days('customers.became_customer_at', var('onboarding_days')) }}
                then 'onboarding'
            else touchpoint_map.stage
        end as stage,
        coalesce(interactions.channel, touchpoint_map.channel) as channel,
        touchpoint_map.touchpoint,
        interactions.source,
        touchpoint_map.direction,

        interactions.sentiment,
        interactions.effort,
        interactions.outcome,
        interactions.reference

    from interactions
    inner join touchpoint_map on interactions.event = touchpoint_map.event
    left join customers on interactions.customer_id = customers.customer_id

)

select * from touchpoints
