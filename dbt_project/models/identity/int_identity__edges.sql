with

person_keys as (

    select * from {{ ref('int_identity__person_keys') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

-- every key is a star: the record that issued it, else its first own record, joined to each other record
stars as (

    select
        person_keys.identifier_type,
        person_keys.node_id,
        first_value(person_keys.node_id) over by_key as hub_node_id,
        first_value(records.is_reference) over by_key as has_only_references
    from person_keys
    inner join records on person_keys.node_id = records.node_id
    window by_key as (
        partition by person_keys.identifier_type, person_keys.identifier_value, person_keys.person
        order by records.is_reference asc, person_keys.is_issuer desc, person_keys.node_id asc
    )

),

edges as (

    select distinct
        hub_node_id as node_l,
        node_id as node_r,
        case identifier_type
            when 'email' then 'same_email'
            when 'phone' then 'same_phone_and_name'
            when 'social_handle' then 'same_handle'
            when 'national_id' then 'same_national_id'
            else 'same_external_id'
        end as rule,
        identifier_type
    from stars
    where node_id <> hub_node_id and not has_only_references

)

select * from edges
