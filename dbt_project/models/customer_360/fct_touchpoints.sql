with

interactions as (

    select * from {{ ref('int_customer_360__interactions') }}

),

touchpoint_map as (

    select * from {{ ref('touchpoint_map') }}

),

touchpoints as (

    select
        interactions.event || ':' || interactions.reference
        || case when interactions.event like 'deal%' then ':' || interactions.customer_id else '' end as touchpoint_id,
        interactions.customer_id,

        interactions.occurred_at,
        touchpoint_map.stage,
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

)

select * from touchpoints
