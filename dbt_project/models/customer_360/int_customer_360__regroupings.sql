with registry as (

    select * from {{ source('identity_state', 'customer_registry') }}

),

events as (

    select * from {{ source('identity_state', 'customer_events') }}

),

regroupings as (

    select
        customer_id,
        merged_into as other_id,
        case when merged_into is null then 'erasure' else 'merge' end as cause
    from registry
    where status <> 'active'
    union
    select
        events.customer_id,
        events.other_id,
        'split' as cause
    from events
    inner join registry on events.customer_id = registry.customer_id
    where events.event in ('split', 'moved') and registry.status = 'active'

)

select * from regroupings
