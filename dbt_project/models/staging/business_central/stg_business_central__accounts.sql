with

customers as (

    select * from {{ ref('stg_business_central__customers') }}
    where lower(customer_type) = 'company' and not is_deleted

),

accounts as (

    select
        'business_central:' || {{ record_key(['company_id', 'customer_id']) }} as account_key,
        'business_central' as source,
        display_name as name,
        cast(null as {{ dbt.type_string() }}) as domain,
        tax_registration_number as registry_id,
        country,
        cast(null as {{ dbt.type_string() }}) as industry,
        cast(null as {{ dbt.type_string() }}) as parent_key
    from customers

)

select * from accounts
