with touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        touchpoints.touchpoint_id,
        touchpoints.customer_id,
        touchpoints.occurred_at,
        touchpoints.stage,
        touchpoints.channel,
        touchpoints.touchpoint,
        touchpoints.source,
        touchpoints.direction,
        touchpoints.sentiment,
        touchpoints.effort,
        touchpoints.outcome,
        touchpoints.reference,
        data_as_of.as_of as data_as_of
    from touchpoints
    cross join data_as_of

)

select * from published
order by customer_id, occurred_at
