with

responses as (

    select * from {{ ref('stg_surveymonkey__responses') }}

),

-- a response is evidence of a person other systems know, never a person by itself
respondents as (

    select
        {{ node_id('surveymonkey', 'responses', ['response_id']) }} as node_id,
        'surveymonkey' as source,
        'responses' as resource,
        {{ record_key(['response_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        email,
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
        created_at as first_seen_at,
        modified_at as last_seen_at

    from responses

)

select * from respondents
