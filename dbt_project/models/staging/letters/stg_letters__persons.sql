with

letters as (

    select * from {{ ref('stg_letters__letters') }}

),

-- a letter is evidence of a person other systems know, never a person by itself
senders as (

    select
        {{ node_id('letters', 'letters', ['letter_id']) }} as node_id,
        'letters' as source,
        'letters' as resource,
        {{ record_key(['letter_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        sender_name as full_name,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        city,
        postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        true as is_reference,
        is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        {{ local_midnight('received_on') }} as first_seen_at,
        {{ local_midnight('received_on') }} as last_seen_at

    from letters

)

select * from senders
