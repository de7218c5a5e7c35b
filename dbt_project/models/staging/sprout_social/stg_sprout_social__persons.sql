with

messages as (

    select * from {{ ref('stg_sprout_social__messages') }}
    where not is_own and author_handle is not null

),

-- a message is evidence of a person other systems know, never a person by itself
authors as (

    select
        {{ node_id('sprout_social', 'messages', ['message_id']) }} as node_id,
        'sprout_social' as source,
        'messages' as resource,
        {{ record_key(['message_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        -- authors choose the name they show: it proves nothing
        cast(null as {{ dbt.type_string() }}) as full_name,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        -- other systems know the handle on X; the same one elsewhere may be another's
        case when network in ('twitter', 'x') then author_handle else network || ':' || author_handle end as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        true as is_reference,
        false as is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        created_at as first_seen_at,
        created_at as last_seen_at

    from messages

)

select * from authors
