with

person_keys as (

    select * from {{ ref('int_identity__person_keys') }}

),

-- every key is a star: the record that issued it, else its first own record, joined to each other record
hubs as (

    select
        identifier_type,
        identifier_value,
        person,
        min(
            case when is_reference then '2' else '1' end || case when is_issuer then '1' else '2' end || node_id
        ) as first_in_order
    from person_keys
    where is_reference is not null
    group by identifier_type, identifier_value, person
    having count(*) > 1

),

stars as (

    select
        person_keys.identifier_type,
        person_keys.node_id,
        substr(hubs.first_in_order, 3) as hub_node_id
    from person_keys
    inner join hubs
        on
            person_keys.identifier_type = hubs.identifier_type
            and person_keys.identifier_value = hubs.identifier_value
            and person_keys.person = hubs.person
    -- references alone lead to nobody
    where hubs.first_in_order like '1%'

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
    where node_id <> hub_node_id

)

select * from edges
