{{ config(materialized='view') }}

with memberships as (

    select * from {{ source('identity_state', 'customer_xref') }}
    where valid_to is null

),

records as (

    select * from {{ ref('int_identity__records') }}

),

known as (

    select * from {{ ref('int_identity__identifiers') }}

),

-- a record's own key is the identifier every record has
written as (

    select
        node_id,
        'record' as identifier_type,
        record_key as identifier_value,
        true as is_issued
    from records
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        bool_or(is_strong) as is_issued
    from known
    group by node_id, identifier_type, identifier_value

),

identifiers as (

    select
        memberships.customer_id,
        written.identifier_type,
        written.identifier_value,

        records.source,
        written.node_id as record_id,
        memberships.reason as joined_by,

        written.is_issued,
        records.is_reference,
        records.is_deleted,

        memberships.valid_from
    from written
    inner join records on written.node_id = records.node_id
    inner join memberships on written.node_id = memberships.node_id

)

select * from identifiers
