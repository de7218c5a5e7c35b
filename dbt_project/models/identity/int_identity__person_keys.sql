{{ config(materialized='view') }}

-- Who, among those who use a value, a record is: the guards between "the same e-mail" and "the same person".

with

issued_ids as (

    select * from {{ ref('int_identity__identifiers') }}
    where is_strong

),

written_values as (

    select * from {{ ref('int_identity__identifiers') }}
    where not is_strong

),

shared_values as (

    select * from {{ ref('int_identity__shared_values') }}

),

-- an external id that one record knows leads nowhere, one that two claim to have issued says nothing
telling_ids as (

    select
        identifier_type,
        identifier_value
    from issued_ids
    group by identifier_type, identifier_value
    having count(*) > 1 and sum(case when is_issuer then 1 else 0 end) <= 1

),

-- whose id it is: the record that issued it, else the first own record that names it; only one with a name can say
owned as (

    select
        issued_ids.*,
        {%- for name in ['first_name_canonical', 'last_name_canonical'] %}
            first_value(issued_ids.{{ name }}) over (
                partition by issued_ids.identifier_type, issued_ids.identifier_value
                order by
                    case when issued_ids.first_name_canonical is null then 1 else 0 end asc,
                    issued_ids.is_issuer desc,
                    issued_ids.node_id asc
            ) as owner_{{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from issued_ids
    inner join telling_ids
        on
            issued_ids.identifier_type = telling_ids.identifier_type
            and issued_ids.identifier_value = telling_ids.identifier_value

),

-- whoever borrows an id is named after themselves
strong_keys as (

    select
        node_id,
        identifier_type,
        identifier_value,
        case
            when
                {{ names_conflict(
                    'first_name_canonical', 'last_name_canonical',
                    'owner_first_name_canonical', 'owner_last_name_canonical'
                ) }}
                then first_name_canonical
            else ''
        end as person,
        is_issuer,
        first_name_canonical,
        last_name_canonical,
        is_reference
    from owned

),

nameless_keys as (

    select * from strong_keys
    where first_name_canonical is null

),

-- a record without a name goes by the name of the one person its external ids lead to
borrowed_names as (

    select
        nameless_keys.node_id,
        min(relatives.first_name_canonical) as first_name,
        min(relatives.last_name_canonical) as last_name
    from nameless_keys
    inner join strong_keys as relatives
        on
            nameless_keys.identifier_type = relatives.identifier_type
            and nameless_keys.identifier_value = relatives.identifier_value
            and nameless_keys.person = relatives.person
    where relatives.first_name_canonical is not null
    group by nameless_keys.node_id
    having count(distinct relatives.first_name_canonical) = 1

),

uses as (

    select
        written_values.node_id,
        written_values.identifier_type,
        written_values.identifier_value,
        coalesce(written_values.first_name_canonical, borrowed_names.first_name) as first_name,
        case
            when written_values.first_name_canonical is null then borrowed_names.last_name
            else written_values.last_name_canonical
        end as last_name,
        shared_values.needs_full_name_because is not null as needs_full_name,
        written_values.is_reference
    from written_values
    inner join shared_values
        on
            written_values.identifier_type = shared_values.identifier_type
            and written_values.identifier_value = shared_values.identifier_value
    left join borrowed_names on written_values.node_id = borrowed_names.node_id
    where
        shared_values.n_records > 1
        and shared_values.blocked_because is null

),

-- phones are handed on, role mailboxes and switchboards are shared: only the whole name tells
named_keys as (

    select
        node_id,
        identifier_type,
        identifier_value,
        case when needs_full_name then first_name || ' ' || last_name else first_name end as person,
        is_reference
    from uses
    where length(first_name) > 1

),

guests as (

    select * from uses
    where coalesce(length(first_name), 0) <= 1 and not needs_full_name

),

visited as (

    select distinct
        identifier_type,
        identifier_value
    from guests

),

hosts as (

    select distinct
        uses.identifier_type,
        uses.identifier_value,
        uses.first_name
    from uses
    inner join visited
        on uses.identifier_type = visited.identifier_type and uses.identifier_value = visited.identifier_value
    where length(uses.first_name) > 1

),

-- a missing or abbreviated first name fits everybody it does not contradict
fitting as (

    select
        guests.node_id,
        guests.identifier_type,
        guests.identifier_value,
        guests.first_name,
        guests.is_reference,
        hosts.first_name as host,
        case when hosts.first_name like coalesce(guests.first_name, '') || '%' then hosts.first_name end as fitting_host
    from guests
    left join hosts
        on guests.identifier_type = hosts.identifier_type and guests.identifier_value = hosts.identifier_value

),

guest_keys as (

    select
        node_id,
        identifier_type,
        identifier_value,
        case
            when count(fitting_host) = 1 then min(fitting_host)
            -- nobody who uses it has a name
            when count(host) = 0 and first_name is null then ''
        end as person,
        is_reference
    from fitting
    group by node_id, identifier_type, identifier_value, first_name, is_reference

),

person_keys as (

    select
        node_id,
        identifier_type,
        identifier_value,
        person,
        is_issuer,
        is_reference
    from strong_keys
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        person,
        false as is_issuer,
        is_reference
    from named_keys
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        person,
        false as is_issuer,
        is_reference
    from guest_keys

)

select * from person_keys
where person is not null
