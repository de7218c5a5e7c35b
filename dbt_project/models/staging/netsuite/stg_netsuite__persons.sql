with

customers as (

    select * from {{ ref('stg_netsuite__customers') }}

),

addresses as (

    select * from {{ ref('stg_netsuite__addresses') }}

),

persons as (

    select
        {{ node_id('netsuite', 'customers', ['customers.customer_id']) }} as node_id,
        'netsuite' as source,
        'customers' as resource,
        {{ record_key(['customers.customer_id']) }} as record_key,

        customers.first_name as given_name,
        customers.last_name as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        customers.email,
        customers.phone,
        customers.mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        addresses.city,
        addresses.postal_code,
        addresses.country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        customers.is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        customers.created_at as first_seen_at,
        customers.last_modified_at as last_seen_at

    from customers
    left join addresses on customers.address_id = addresses.address_id
    where customers.is_person

)

select * from persons
