{{ config(materialized='table') }}

with

subscriptions as (

    select * from {{ ref('stg_stripe__subscriptions') }}

),

listed as (

    select
        subscription_id,
        {{ unnest_json(json_part('items', 'data')) }} as item
    from subscriptions

),

items as (

    select
        {{ json_text('item', 'id') }} as subscription_item_id,
        subscription_id,
        -- `plan` is the older name of a price
        coalesce({{ json_text('item', 'price.id') }}, {{ json_text('item', 'plan.id') }}) as price_id,

        coalesce(
            {{ json_text('item', 'price.recurring.interval') }},
            {{ json_text('item', 'plan.interval') }}
        ) as recurring_interval,
        {{ try_cast(
            'coalesce(' ~ json_text('item', 'price.recurring.interval_count') ~ ', '
            ~ json_text('item', 'plan.interval_count') ~ ')', 'bigint'
        ) }} as recurring_interval_count,

        coalesce({{ try_cast(json_text('item', 'quantity'), 'bigint') }}, 1) as quantity,

        {{ from_epoch_seconds(try_cast(json_text('item', 'current_period_start'), 'bigint')) }}
            as current_period_start_at,
        {{ from_epoch_seconds(try_cast(json_text('item', 'current_period_end'), 'bigint')) }}
            as current_period_end_at

    from listed

)

select * from items
