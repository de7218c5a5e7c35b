with

mentions as (

    select * from {{ ref('stg_brandwatch__mentions') }}

),

-- a post is evidence of a person other systems know, never a person by itself
authors as (

    select
        {{ node_id('brandwatch', 'mentions', ['resource_id', 'query_id']) }} as node_id,
        'brandwatch' as source,
        'mentions' as resource,
        {{ record_key(['resource_id', 'query_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        -- authors choose the name they show: it proves nothing
        cast(null as {{ dbt.type_string() }}) as full_name,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        author as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        true as is_reference,
        false as is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        coalesce(posted_at, added_at) as first_seen_at,
        coalesce(posted_at, added_at) as last_seen_at

    from mentions
    where author is not null

)

select * from authors
