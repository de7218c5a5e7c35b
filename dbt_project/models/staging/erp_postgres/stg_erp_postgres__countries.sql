with

countries as (

    select * from {{ source('raw_erp_postgres', 'countries') }}

),

cleaned as (

    select
        id as country_id,
        upper({{ blank_to_null('code') }}) as country_code,
        _observed_at
    from countries

)

select * from cleaned
