with

customers as (

    select * from {{ ref('stg_file_drops__customers') }}

),

call_ratings as (

    select * from {{ ref('stg_file_drops__call_ratings') }}
    where not is_withdrawn

),

outlet_customers as (

    select
        {{ node_id('file_drops', 'customers', ['outlet_customer_id']) }} as node_id,
        'file_drops' as source,
        'customers' as resource,
        {{ record_key(['outlet_customer_id']) }} as record_key,

        first_name as given_name,
        last_name as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        email,
        phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        city,
        postal_code,
        country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        is_deleted,
        is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        {{ local_midnight('joined_on') }} as first_seen_at,
        changed_at as last_seen_at

    from customers

),

-- a rating is evidence of a person other systems know, never a person by itself
callers as (

    select
        {{ node_id('file_drops', 'call_ratings', ['rating_id']) }} as node_id,
        'file_drops' as source,
        'call_ratings' as resource,
        {{ record_key(['rating_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        true as is_reference,
        false as is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        called_at as first_seen_at,
        called_at as last_seen_at

    from call_ratings

),

persons as (

    select * from outlet_customers
    union all
    select * from callers

)

select * from persons
