with

users as (

    select * from {{ ref('stg_web_events__users') }}

),

-- what the site calls its users by, unless it is their address
user_ids as (

    select
        user_key,
        '{{ var("web_user_id_type", "erp_customer_number") }}' as identifier_type,
        user_id as identifier_value
    from users
    where user_id is not null and user_id not like '%@%'

),

email_hashes as (

    select
        user_key,
        'email_sha256' as identifier_type,
        email_sha256 as identifier_value
    from users
    where email_sha256 is not null

),

person_ids as (

    select * from user_ids
    union all
    select * from email_hashes

),

keyed as (

    select
        {{ node_id('web_events', 'users', ['user_key']) }} as node_id,
        identifier_type,
        identifier_value,
        false as is_issuer
    from person_ids

)

select * from keyed
