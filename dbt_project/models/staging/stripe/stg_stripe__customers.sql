with

customers as (

    select * from {{ source('raw_stripe', 'customers') }}

),

deleted as (

    {{ stripe_deleted_ids('customer') }}

),

cleaned as (

    select
        customers.id as customer_id,
        {{ blank_to_null('customers.crm_contact_id') }} as crm_contact_id,

        {{ blank_to_null('customers.email') }} as email,
        {{ blank_to_null('customers.name') }} as name,
        {{ blank_to_null('customers.phone') }} as phone,
        {{ blank_to_null('customers.address_line_1') }} as address,
        {{ blank_to_null('customers.city') }} as city,
        {{ blank_to_null('customers.postal_code') }} as postal_code,
        upper({{ blank_to_null('customers.country') }}) as country,
        upper(customers.currency) as currency_code,
        customers.metadata,

        coalesce(customers.delinquent, false) as is_delinquent,
        not coalesce(customers.livemode, true) as is_test_mode,
        deleted.id is not null as is_deleted,

        customers.created_at,
        customers._observed_at

    from customers
    left join deleted on customers.id = deleted.id

)

select * from cleaned
