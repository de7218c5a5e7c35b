-- Every node belongs to one active customer now.

with

nodes as (

    select * from {{ ref('int_identity__nodes') }}

),

memberships as (

    select * from {{ source('identity_state', 'customer_xref') }}
    where valid_to is null

),

registry as (

    select * from {{ source('identity_state', 'customer_registry') }}
    where status = 'active'

),

owners as (

    select
        coalesce(nodes.node_id, memberships.node_id) as node_id,
        count(nodes.node_id) as n_nodes,
        count(registry.customer_id) as n_customers
    from nodes
    full outer join memberships on nodes.node_id = memberships.node_id
    left join registry on memberships.customer_id = registry.customer_id
    group by coalesce(nodes.node_id, memberships.node_id)

)

select * from owners
where n_nodes <> 1 or n_customers <> 1
