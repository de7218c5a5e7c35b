with

prices as (

    select * from {{ source('raw_stripe', 'prices') }}

),

deleted as (

    {{ stripe_deleted_ids('price') }}

),

cleaned as (

    select
        prices.id as price_id,
        prices.product_id,

        prices.type,
        prices.billing_scheme,
        prices.usage_type,
        prices.recurring_interval,
        coalesce(prices.recurring_interval_count, 1) as recurring_interval_count,
        upper(prices.currency) as currency_code,
        prices.metadata,

        prices.unit_amount,
        {{ try_cast('prices.unit_amount_decimal', 'decimal(38, 12)') }} as unit_amount_decimal,

        coalesce(prices.active, false) as is_active,
        not coalesce(prices.livemode, true) as is_test_mode,
        deleted.id is not null as is_deleted,

        prices.created_at,
        prices._observed_at

    from prices
    left join deleted on prices.id = deleted.id

)

select * from cleaned
