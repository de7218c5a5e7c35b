with

memberships as (

    select * from {{ source('identity_state', 'customer_xref') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

members as (

    select
        memberships.node_id,
        memberships.customer_id,

        records.source,
        records.is_reference

    from memberships
    inner join records on memberships.node_id = records.node_id
    where memberships.valid_to is null

)

select * from members
