with

users as (

    select * from {{ ref('stg_zendesk_support__users') }}
    where coalesce(role, 'end-user') = 'end-user'

),

tickets as (

    select * from {{ ref('stg_zendesk_support__tickets') }}

),

own_ids as (

    select
        user_id,
        'zendesk_user_id' as identifier_type,
        cast(user_id as {{ dbt.type_string() }}) as identifier_value,
        true as is_issuer
    from users

),

customer_numbers as (

    select
        user_id,
        'erp_customer_number' as identifier_type,
        external_id as identifier_value,
        false as is_issuer
    from users
    where external_id is not null

),

-- whoever names a ticket names the person who opened it
ticket_ids as (

    select
        users.user_id,
        'zendesk_ticket_id' as identifier_type,
        cast(tickets.ticket_id as {{ dbt.type_string() }}) as identifier_value,
        true as is_issuer
    from tickets
    inner join users on tickets.requester_id = users.user_id

),

person_ids as (

    select * from own_ids
    union all
    select * from customer_numbers
    union all
    select * from ticket_ids

),

keyed as (

    select
        {{ node_id('zendesk_support', 'users', ['user_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
