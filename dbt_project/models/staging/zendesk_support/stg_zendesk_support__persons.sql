with

users as (

    select * from {{ ref('stg_zendesk_support__users') }}

),

end_users as (

    select
        {{ node_id('zendesk_support', 'users', ['user_id']) }} as node_id,
        'zendesk_support' as source,
        'users' as resource,
        {{ record_key(['user_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        -- a user made from an e-mail or a call is named after its address or number
        case when name like '%@%' or {{ matches('name', '[0-9]') }} then null else name end as full_name,
        email,
        phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        created_at as first_seen_at,
        updated_at as last_seen_at

    from users
    where coalesce(role, 'end-user') = 'end-user'

)

select * from end_users
