with touchpoints as (

    select * from {{ ref('fct_touchpoints') }} where customer_id is not null

),

contacts as (

    select
        customer_id,
        count(*) as touchpoint_count,
        count(distinct channel) as channel_count,
        min(occurred_at) as first_touchpoint_at,
        max(occurred_at) as last_touchpoint_at,
        max(occurred_at) filter (where direction = 'inbound') as last_inbound_at,
        max(occurred_at) filter (where direction = 'outbound') as last_outbound_at
    from touchpoints
    group by customer_id

)

select * from contacts
