with

persons as (

    select * from {{ ref('stg_netsuite__customers') }}
    where is_person and not is_deleted and parent_id is not null

),

account_people as (

    select
        'netsuite:' || parent_id as account_key,
        {{ node_id('netsuite', 'customers', ['customer_id']) }} as node_id
    from persons

)

select * from account_people
