with

currencies as (

    select * from {{ source('raw_netsuite', 'currencies') }}

),

cleaned as (

    select
        id as currency_id,
        -- an account's first currencies may have a sign for a symbol, and the code as their name
        case
            when {{ matches("upper(trim(symbol))", '^[A-Z]{3}$') }} then upper(trim(symbol))
            when {{ matches("upper(trim(name))", '^[A-Z]{3}$') }} then upper(trim(name))
        end as currency_code,
        {{ blank_to_null('name') }} as name,
        _observed_at
    from currencies

)

select * from cleaned
