with

item_prices as (

    select * from {{ source('raw_chargebee', 'item_prices') }}

),

cleaned as (

    select
        id as item_price_id,
        item_id,

        name,
        item_type,
        pricing_model,
        status,
        upper(currency_code) as currency_code,
        period_unit as billing_interval,
        coalesce(period, 1) as billing_interval_count,

        price,

        coalesce(deleted, false) as is_deleted,

        created_at,
        updated_at,
        _observed_at

    from item_prices

)

select * from cleaned
