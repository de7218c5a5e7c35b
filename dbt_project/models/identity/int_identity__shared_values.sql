-- Who uses a value, and what that makes it: a person's own, a family's, a function's, or nobody's.

with

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}
    where not is_strong

),

records as (

    select * from {{ ref('int_identity__records') }}

),

role_mailboxes as (

    select * from {{ ref('role_mailboxes') }}

),

blocked_values as (

    select * from {{ ref('blocked_identifiers') }}

),

limits as (

    select * from {{ ref('identifier_limits') }}

),

-- a spelling hardly anybody has is a slip as likely as a name
established_names as (

    select first_name_canonical
    from records
    where length(first_name_canonical) > 1
    group by first_name_canonical
    having count(*) > 3

),

uses as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        case
            when identifiers.identifier_type = 'email' then split_part(identifiers.identifier_value, '@', 1)
        end as local_part,
        count(*) as n_records,
        count(distinct case
            when length(identifiers.first_name_canonical) > 1 then identifiers.first_name_canonical
        end) as n_people,
        min(established_names.first_name_canonical) as first_in_order,
        max(established_names.first_name_canonical) as last_in_order
    from identifiers
    left join established_names on identifiers.first_name_canonical = established_names.first_name_canonical
    group by identifiers.identifier_type, identifiers.identifier_value

),

judged as (

    select
        uses.identifier_type,
        uses.identifier_value,
        uses.n_records,
        uses.n_people,
        -- two established names are two people
        coalesce(uses.first_in_order <> uses.last_in_order, false) as is_shared,
        case
            when blocked_values.identifier_value is not null then 'placeholder'
            when uses.n_people > limits.people_before_blocked then 'used by too many'
        end as blocked_because,
        case
            when role_mailboxes.local_part is not null then 'role mailbox'
            when uses.n_people > limits.people_before_full_name then 'shared'
        end as needs_full_name_because
    from uses
    left join limits on uses.identifier_type = limits.identifier_type
    left join role_mailboxes on uses.local_part = role_mailboxes.local_part
    -- an e-mail is blocked by what stands before its @, whatever the domain
    left join blocked_values
        on
            uses.identifier_type = blocked_values.identifier_type
            and coalesce(uses.local_part || '@', uses.identifier_value) = blocked_values.identifier_value
)

select * from judged
where n_records > 1 or blocked_because is not null or needs_full_name_because is not null
