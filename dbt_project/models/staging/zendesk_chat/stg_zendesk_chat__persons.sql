with

visitors as (

    select * from {{ ref('stg_zendesk_chat__visitors') }}

),

persons as (

    select
        {{ node_id('zendesk_chat', 'visitors', ['visitor_id']) }} as node_id,
        'zendesk_chat' as source,
        'visitors' as resource,
        {{ record_key(['visitor_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        name as full_name,
        email,
        phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        -- who leaves neither address nor number is evidence of a person at most
        email is null and phone is null as is_reference,
        false as is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        first_seen_at,
        last_seen_at

    from visitors

)

select * from persons
