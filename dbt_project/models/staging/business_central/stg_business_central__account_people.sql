with

customers as (

    select * from {{ ref('stg_business_central__customers') }}
    where lower(customer_type) = 'company' and not is_deleted

),

-- who answers at a company customer's address works there
account_people as (

    select
        'business_central:' || {{ record_key(['company_id', 'customer_id']) }} as account_key,
        {{ node_id('business_central', 'customers', ['company_id', 'customer_id']) }} as node_id
    from customers

)

select * from account_people
