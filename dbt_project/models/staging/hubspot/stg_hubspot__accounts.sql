with

companies as (

    select * from {{ ref('stg_hubspot__companies') }}
    where not is_deleted

),

accounts as (

    select
        'hubspot:' || company_id as account_key,
        'hubspot' as source,
        name,
        domain,
        cast(null as {{ dbt.type_string() }}) as registry_id,
        country,
        industry,
        cast(null as {{ dbt.type_string() }}) as parent_key
    from companies

)

select * from accounts
