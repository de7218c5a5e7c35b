with

currencies as (

    select * from {{ source('raw_erp_postgres', 'currencies') }}

),

cleaned as (

    select
        id as currency_id,
        upper({{ blank_to_null('name') }}) as currency_code,
        _observed_at
    from currencies

)

select * from cleaned
