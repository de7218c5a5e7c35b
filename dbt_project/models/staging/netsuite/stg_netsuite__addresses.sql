with

addresses as (

    select * from {{ source('raw_netsuite', 'addresses') }}

),

cleaned as (

    select
        id as address_id,
        {{ blank_to_null('address') }} as address,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('postal_code') }} as postal_code,
        upper({{ blank_to_null('country') }}) as country,
        _observed_at
    from addresses

)

select * from cleaned
