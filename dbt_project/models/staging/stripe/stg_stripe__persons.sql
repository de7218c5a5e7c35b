with

customers as (

    select * from {{ ref('stg_stripe__customers') }}

),

persons as (

    select
        {{ node_id('stripe', 'customers', ['customer_id']) }} as node_id,
        'stripe' as source,
        'customers' as resource,
        {{ record_key(['customer_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        name as full_name,
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
        false as is_opted_out,
        is_test_mode as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        created_at as first_seen_at,
        created_at as last_seen_at

    from customers

)

select * from persons
