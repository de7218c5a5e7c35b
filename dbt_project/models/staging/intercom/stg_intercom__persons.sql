with

contacts as (

    select * from {{ ref('stg_intercom__contacts') }}

),

persons as (

    select
        {{ node_id('intercom', 'contacts', ['contact_id']) }} as node_id,
        'intercom' as source,
        'contacts' as resource,
        {{ record_key(['contact_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        -- a contact without a name is shown by its address
        case when name like '%@%' or {{ matches('name', '[0-9]') }} then null else name end as full_name,
        email,
        phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        is_deleted,
        is_unsubscribed as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        created_at as first_seen_at,
        updated_at as last_seen_at

    from contacts

)

select * from persons
