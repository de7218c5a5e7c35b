with

users as (

    select * from {{ ref('stg_web_events__users') }}

),

-- a visit is evidence of a person other systems know, never a person by itself
visitors as (

    select
        {{ node_id('web_events', 'users', ['user_key']) }} as node_id,
        'web_events' as source,
        'users' as resource,
        {{ record_key(['user_key']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        case when user_id like '%@%' then user_id end as email,
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
        first_seen_at,
        last_seen_at

    from users

)

select * from visitors
