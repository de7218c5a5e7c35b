with

account_people as (

    {% for source in var('account_sources') -%}
        select
            account_key,
            node_id
        from {{ ref('stg_' ~ source ~ '__account_people') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

memberships as (

    select * from {{ source('identity_state', 'account_xref') }}
    where valid_to is null

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

-- one account each: that of a live record, of the one touched last
customer_accounts as (

    select
        members.customer_id,
        memberships.account_id
    from account_people
    inner join memberships on account_people.account_key = memberships.account_key
    inner join members on account_people.node_id = members.node_id
    inner join records on account_people.node_id = records.node_id
    qualify row_number() over (
        partition by members.customer_id
        order by records.is_deleted asc, records.last_seen_at desc, account_people.account_key asc
    ) = 1

)

select * from customer_accounts
