with

customers as (

    select * from {{ ref('stg_business_central__customers') }}

),

invoices as (

    select
        company_id,
        customer_id,
        min(invoiced_on) as first_invoiced_on
    from {{ ref('stg_business_central__sales_invoices') }}
    group by company_id, customer_id

),

persons as (

    select
        {{ node_id('business_central', 'customers', ['customers.company_id', 'customers.customer_id']) }} as node_id,
        'business_central' as source,
        'customers' as resource,
        {{ record_key(['customers.company_id', 'customers.customer_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        -- an organisation's name is no person's name
        case when lower(customers.customer_type) = 'company' then null else customers.display_name end as full_name,
        customers.email,
        customers.phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        customers.city,
        customers.postal_code,
        customers.country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        customers.is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        -- the ERP keeps no creation stamp
        least({{ local_midnight('invoices.first_invoiced_on') }}, customers.last_modified_at) as first_seen_at,
        customers.last_modified_at as last_seen_at

    from customers
    left join invoices
        on
            customers.company_id = invoices.company_id
            and customers.customer_id = invoices.customer_id

)

select * from persons
