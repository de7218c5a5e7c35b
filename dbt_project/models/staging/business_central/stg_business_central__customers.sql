with

customers as (

    select * from {{ source('raw_business_central', 'customers') }}

),

listed_keys as (

    select * from {{ source('raw_business_central', 'customers_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_business_central', 'customers') }}

),

cleaned as (

    select
        customers.company_id,
        customers.id as customer_id,
        {{ blank_to_null('customers.number') }} as customer_number,

        {{ blank_to_null('customers.display_name') }} as display_name,
        {{ blank_to_null('customers.type') }} as customer_type,
        {{ blank_to_null('customers.email') }} as email,
        {{ blank_to_null('customers.phone_number') }} as phone,
        {{ blank_to_null('customers.address_line_1') }} as address,
        {{ blank_to_null('customers.city') }} as city,
        {{ blank_to_null('customers.postal_code') }} as postal_code,
        upper({{ blank_to_null('customers.country') }}) as country,
        {{ blank_to_null('customers.tax_registration_number') }} as tax_registration_number,
        {{ blank_to_null('customers.blocked') }} as blocked,
        {{ local_currency('customers.currency_code') }} as currency_code,

        {{ is_missing_from_listing(
            'customers._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        customers.last_modified_at,
        customers._observed_at

    from customers
    left join listed_keys
        on
            customers.company_id = listed_keys.company_id
            and customers.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
