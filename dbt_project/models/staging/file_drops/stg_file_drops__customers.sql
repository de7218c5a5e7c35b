with

customers as (

    select * from {{ source('raw_file_drops', 'customers') }}

),

files as (

    {{ newest_versions_of_files('customers') }}

),

cleaned as (

    select
        customers.outlet_customer_id,
        {{ blank_to_null('customers.erp_customer_number') }} as erp_customer_number,

        {{ blank_to_null('customers.first_name') }} as first_name,
        {{ blank_to_null('customers.last_name') }} as last_name,
        {{ blank_to_null('customers.email') }} as email,
        {{ blank_to_null('customers.phone') }} as phone,
        {{ blank_to_null('customers.city') }} as city,
        {{ blank_to_null('customers.postal_code') }} as postal_code,
        {{ blank_to_null('customers.country') }} as country,

        coalesce(customers.objects_to_advertising, false) as is_opted_out,
        coalesce(lower(customers.status) in ('gelöscht', 'deleted'), false)
        or customers.file_modified_at < files.modified_at as is_deleted,

        customers.joined_on,
        customers.changed_at,
        customers.file_name,
        customers.file_modified_at,
        customers._observed_at

    from customers
    inner join files on customers.file_name = files.file_name

)

select * from cleaned
