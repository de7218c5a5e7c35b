with

responses as (

    select * from {{ ref('stg_qualtrics__responses') }}
    where is_real

),

-- a response is evidence of a person other systems know, never a person by itself
respondents as (

    select
        {{ node_id('qualtrics', 'responses', ['response_id']) }} as node_id,
        'qualtrics' as source,
        'responses' as resource,
        {{ record_key(['response_id']) }} as record_key,

        recipient_first_name as given_name,
        recipient_last_name as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        recipient_email as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        true as is_reference,
        is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        started_at as first_seen_at,
        recorded_at as last_seen_at

    from responses

)

select * from respondents
