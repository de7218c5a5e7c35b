with

customers as (

    select * from {{ ref('stg_chargebee__customers') }}

),

persons as (

    select
        {{ node_id('chargebee', 'customers', ['customer_id']) }} as node_id,
        'chargebee' as source,
        'customers' as resource,
        {{ record_key(['customer_id']) }} as record_key,

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
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        created_at as first_seen_at,
        updated_at as last_seen_at

    from customers

)

select * from persons
