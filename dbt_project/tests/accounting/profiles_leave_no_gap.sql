-- A customer is in exactly one profile at every instant from the first trace on: stretches join up, and one is open.
with spells as (

    select
        customer_id,
        spell_no,
        profile,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by customer_id order by spell_no) as next_from,
        lead(profile) over (partition by customer_id order by spell_no) as next_profile
    from {{ ref('profile_history') }}

),

people as (

    select customer_id from {{ ref('dim_customers') }} where not is_test

)

select
    customer_id,
    spell_no,
    'stretches do not join up' as broken_rule
from spells
where
    valid_to is distinct from next_from
    or valid_to <= valid_from
    or profile = next_profile
union all
select
    people.customer_id,
    null as spell_no,
    'no profile' as broken_rule
from people
left join spells on people.customer_id = spells.customer_id
where spells.customer_id is null
