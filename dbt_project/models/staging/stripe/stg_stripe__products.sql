with

products as (

    select * from {{ source('raw_stripe', 'products') }}

),

deleted as (

    {{ stripe_deleted_ids('product') }}

),

cleaned as (

    select
        products.id as product_id,
        products.name,
        products.metadata,

        coalesce(products.active, false) as is_active,
        not coalesce(products.livemode, true) as is_test_mode,
        deleted.id is not null as is_deleted,

        products.created_at,
        products._observed_at

    from products
    left join deleted on products.id = deleted.id

)

select * from cleaned
