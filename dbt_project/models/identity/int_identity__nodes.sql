with

records as (

    select * from {{ ref('int_identity__records') }}

),

edges as (

    select * from {{ ref('int_identity__edges') }}

),

-- answers and posts count once they lead to somebody
resolved_references as (

    select distinct node_r as node_id from edges

),

nodes as (

    select
        records.node_id,

        records.source,
        records.resource,
        records.record_key,
        'person' as entity_type,
        records.first_name_canonical,
        records.last_name_canonical,

        records.first_seen_at,
        records.last_seen_at

    from records
    left join resolved_references on records.node_id = resolved_references.node_id
    where not records.is_reference or resolved_references.node_id is not null

)

select * from nodes
