{%- set conversion_days = 90 -%}

with customers as (

    select * from {{ ref('dim_customers') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

leads as (

    select
        customers.customer_id,
        customers.acquisition_source,
        customers.country_code,
        {{ plus_days('customers.lead_created_at', conversion_days) }} <= as_of.as_of as is_mature,
        coalesce(
            customers.became_customer_at <= {{ plus_days('customers.lead_created_at', conversion_days) }},
            false
        ) as is_converted,
        {{ local_date('customers.lead_created_at') }} as created_on
    from customers
    cross join as_of
    where
        customers.lead_created_at is not null
        and not customers.is_test
        and not coalesce(customers.became_customer_at < customers.lead_created_at, false)

)

select * from leads
