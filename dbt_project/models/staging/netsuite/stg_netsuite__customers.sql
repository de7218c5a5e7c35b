with

customers as (

    select * from {{ source('raw_netsuite', 'customers') }}

),

deleted as (

    {{ netsuite_deleted_ids('customer') }}

),

cleaned as (

    select
        customers.id as customer_id,
        {{ blank_to_null('customers.entity_number') }} as entity_number,
        {{ blank_to_null('customers.account_number') }} as account_number,
        customers.parent_id,
        customers.address_id,

        coalesce(customers.is_person, false) as is_person,
        {{ blank_to_null('customers.company_name') }} as company_name,
        {{ blank_to_null('customers.first_name') }} as first_name,
        {{ blank_to_null('customers.last_name') }} as last_name,
        {{ blank_to_null('customers.email') }} as email,
        {{ blank_to_null('customers.phone') }} as phone,
        {{ blank_to_null('customers.mobile_phone') }} as mobile_phone,
        {{ blank_to_null('customers.url') }} as url,
        {{ blank_to_null('customers.vat_number') }} as vat_number,
        {{ blank_to_null('customers.category') }} as category,

        coalesce(customers.is_inactive, false) as is_inactive,
        deleted.record_id is not null as is_deleted,

        customers.created_at,
        customers.last_modified_at,
        customers._observed_at

    from customers
    left join deleted on customers.id = deleted.record_id

)

select * from cleaned
