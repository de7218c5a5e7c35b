-- What a customer can be looked up by. A value that names nobody, or so many that it may as well, leads nowhere; a number
-- that an authority or a clinic gave is not for looking people up.

with

members as (

    select * from {{ ref('int_customer_360__members') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}
    where identifier_type not in ('national_id', 'medical_record_number')

),

records as (

    select * from {{ ref('int_identity__records') }}

),

registry as (

    select * from {{ source('identity_state', 'customer_registry') }}
    where status = 'merged'

),

memberships as (

    select * from {{ source('identity_state', 'customer_xref') }}

),

shared_values as (

    select * from {{ ref('int_identity__shared_values') }}
    where blocked_because is not null

),

-- an id that was merged into another stands in other systems for years: it leads to the survivor, by the records it had
former_ids as (

    select
        memberships.node_id,
        memberships.customer_id
    from memberships
    inner join registry on memberships.customer_id = registry.customer_id
    inner join members on memberships.node_id = members.node_id and registry.merged_into = members.customer_id

),

written as (

    select
        node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from identifiers
    union all
    -- every record of a person by its own name
    select
        node_id,
        'record' as identifier_type,
        node_id as identifier_value,
        true as is_issuer
    from records
    where not is_reference
    union all
    select
        node_id,
        'former_customer_id' as identifier_type,
        customer_id as identifier_value,
        true as is_issuer
    from former_ids

),

usable as (

    select written.*
    from written
    left join shared_values
        on
            written.identifier_type = shared_values.identifier_type
            and written.identifier_value = shared_values.identifier_value
    where shared_values.identifier_value is null

),

-- of several records that tell the same, the one that issued it, then one of the person's own, then the oldest
named as (

    select
        members.customer_id,
        usable.identifier_type,
        usable.identifier_value,
        records.source,
        records.record_key as source_record_id
    from usable
    inner join members on usable.node_id = members.node_id
    inner join records on usable.node_id = records.node_id
    where members.customer_id is not null
    qualify row_number() over (
        partition by members.customer_id, usable.identifier_type, usable.identifier_value
        order by usable.is_issuer desc, records.is_reference asc, records.first_seen_at asc, usable.node_id asc
    ) = 1

)

select * from named
