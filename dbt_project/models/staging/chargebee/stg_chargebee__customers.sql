with

customers as (

    select * from {{ source('raw_chargebee', 'customers') }}

),

cleaned as (

    select
        id as customer_id,
        {{ blank_to_null('crm_contact_id') }} as crm_contact_id,
        {{ blank_to_null('customer_number') }} as erp_customer_number,

        {{ blank_to_null('first_name') }} as first_name,
        {{ blank_to_null('last_name') }} as last_name,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('address_line_1') }} as address,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('postal_code') }} as postal_code,
        upper({{ blank_to_null('country') }}) as country,
        upper(preferred_currency_code) as currency_code,

        coalesce(deleted, false) as is_deleted,

        created_at,
        updated_at,
        _observed_at

    from customers

)

select * from cleaned
