with

companies as (

    select * from {{ ref('stg_intercom__companies') }}

),

accounts as (

    select
        'intercom:' || company_ref as account_key,
        'intercom' as source,
        name,
        domain,
        cast(null as {{ dbt.type_string() }}) as registry_id,
        cast(null as {{ dbt.type_string() }}) as country,
        industry,
        cast(null as {{ dbt.type_string() }}) as parent_key
    from companies

)

select * from accounts
