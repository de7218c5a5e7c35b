-- Who, among those who use a value, a record is: the guards between "the same e-mail" and "the same person".

with

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

shared_values as (

    select * from {{ ref('int_identity__shared_values') }}

),

-- an external id that one record knows leads nowhere, one that two claim to have issued says nothing
telling_ids as (

    select
        identifier_type,
        identifier_value
    from identifiers
    where is_strong
    group by identifier_type, identifier_value
    having count(*) > 1 and sum(case when is_issuer then 1 else 0 end) <= 1

),

strong as (

    select identifiers.*
    from identifiers
    inner join telling_ids
        on
            identifiers.identifier_type = telling_ids.identifier_type
            and identifiers.identifier_value = telling_ids.identifier_value
    where identifiers.is_strong

),

named_records as (

    select
        node_id,
        first_name_canonical,
        last_name_canonical
    from records
    where first_name_canonical is not null

),

-- whose id it is: the record that issued it, else the first own record that names it
owners as (

    select
        strong.identifier_type,
        strong.identifier_value,
        named_records.first_name_canonical,
        named_records.last_name_canonical
    from strong
    inner join named_records on strong.node_id = named_records.node_id
    qualify row_number() over (
        partition by strong.identifier_type, strong.identifier_value
        order by strong.is_issuer desc, strong.node_id asc
    ) = 1

),

-- whoever borrows an id is named after themselves
strong_keys as (

    select
        strong.node_id,
        strong.identifier_type,
        strong.identifier_value,
        case
            when
                {{ names_conflict(
                    'named_records.first_name_canonical', 'named_records.last_name_canonical',
                    'owners.first_name_canonical', 'owners.last_name_canonical'
                ) }}
                then named_records.first_name_canonical
            else ''
        end as person,
        strong.is_issuer
    from strong
    left join named_records on strong.node_id = named_records.node_id
    left join owners
        on
            strong.identifier_type = owners.identifier_type
            and strong.identifier_value = owners.identifier_value

),

nameless_records as (

    select node_id from records where first_name_canonical is null

),

-- a record without a name goes by the name of the one person its external ids lead to
borrowed_names as (

    select
        own.node_id,
        min(named_records.first_name_canonical) as first_name_canonical,
        min(named_records.last_name_canonical) as last_name_canonical
    from nameless_records
    inner join strong_keys as own on nameless_records.node_id = own.node_id
    inner join strong_keys as relative
        on
            own.identifier_type = relative.identifier_type
            and own.identifier_value = relative.identifier_value
            and own.person = relative.person
    inner join named_records on relative.node_id = named_records.node_id
    group by own.node_id
    having count(distinct named_records.first_name_canonical) = 1

),

names as (

    select * from named_records
    union all
    select * from borrowed_names

),

uses as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.node_id,
        names.first_name_canonical as first_name,
        names.last_name_canonical as last_name,
        length(names.first_name_canonical) > 1 as has_full_first_name,
        shared_values.needs_full_name_because is not null as needs_full_name
    from identifiers
    inner join shared_values
        on
            identifiers.identifier_type = shared_values.identifier_type
            and identifiers.identifier_value = shared_values.identifier_value
    left join names on identifiers.node_id = names.node_id
    where
        not identifiers.is_strong
        and shared_values.n_records > 1
        and shared_values.blocked_because is null

),

people as (

    select distinct
        identifier_type,
        identifier_value,
        first_name
    from uses
    where has_full_first_name and not needs_full_name

),

people_counts as (

    select
        identifier_type,
        identifier_value,
        count(*) as n_people
    from people
    group by identifier_type, identifier_value

),

-- a missing or abbreviated first name fits everybody it does not contradict
fitting_people as (

    select
        uses.identifier_type,
        uses.identifier_value,
        uses.node_id,
        count(*) as n_fitting,
        min(people.first_name) as first_name
    from uses
    inner join people
        on
            uses.identifier_type = people.identifier_type
            and uses.identifier_value = people.identifier_value
    where
        not coalesce(uses.has_full_first_name, false)
        and people.first_name like coalesce(uses.first_name, '') || '%'
    group by uses.identifier_type, uses.identifier_value, uses.node_id

),

weak_keys as (

    select
        uses.node_id,
        uses.identifier_type,
        uses.identifier_value,
        case
            -- phones are handed on, role mailboxes and switchboards are shared: only the whole name tells
            when uses.needs_full_name
                then case when uses.has_full_first_name then uses.first_name || ' ' || uses.last_name end
            when uses.has_full_first_name then uses.first_name
            when fitting_people.n_fitting = 1 then fitting_people.first_name
            -- nobody who uses it has a name
            when people_counts.n_people is null and uses.first_name is null then ''
        end as person,
        false as is_issuer
    from uses
    left join people_counts
        on
            uses.identifier_type = people_counts.identifier_type
            and uses.identifier_value = people_counts.identifier_value
    left join fitting_people
        on
            uses.identifier_type = fitting_people.identifier_type
            and uses.identifier_value = fitting_people.identifier_value
            and uses.node_id = fitting_people.node_id

),

person_keys as (

    select * from strong_keys
    union all
    select * from weak_keys

)

select * from person_keys
where person is not null
