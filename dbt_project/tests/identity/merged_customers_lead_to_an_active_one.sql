-- Every id that was merged leads to its survivor in one hop; no other id leads anywhere.

with

registry as (

    select * from {{ source('identity_state', 'customer_registry') }}

),

hops as (

    select
        registry.customer_id,
        registry.status,
        registry.merged_into,
        survivors.status as survivor_status
    from registry
    left join registry as survivors on registry.merged_into = survivors.customer_id

)

select * from hops
where
    (status = 'merged' and (merged_into is null or survivor_status = 'merged'))
    or (status <> 'merged' and merged_into is not null)
