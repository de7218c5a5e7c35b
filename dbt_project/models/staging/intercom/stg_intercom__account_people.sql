with

contacts as (

    select * from {{ ref('stg_intercom__contacts') }}
    where not is_deleted and companies is not null

),

memberships as (

    select
        contact_id,
        {{ unnest_json('companies') }} as company
    from contacts

),

account_people as (

    select distinct
        'intercom:' || {{ json_text('company', 'id') }} as account_key,
        {{ node_id('intercom', 'contacts', ['contact_id']) }} as node_id
    from memberships

)

select * from account_people
where account_key is not null
