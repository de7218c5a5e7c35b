{{ config(materialized='table') }}

with

invoices as (

    select * from {{ ref('stg_chargebee__invoices') }}

),

listed as (

    select
        invoice_id,
        subscription_id,
        price_type,
        {{ unnest_json('line_items') }} as line
    from invoices

),

lines as (

    select
        {{ json_text('line', 'id') }} as invoice_line_id,
        invoice_id,
        -- an invoice over several subscriptions names them line by line
        coalesce({{ json_text('line', 'subscription_id') }}, subscription_id) as subscription_id,
        {{ json_text('line', 'entity_id') }} as item_price_id,

        {{ json_text('line', 'entity_type') }} as entity_type,

        -- without tax, before discounts
        coalesce({{ try_cast(json_text('line', 'amount'), 'bigint') }}, 0)
        - case
            when price_type = 'tax_inclusive' then coalesce({{ try_cast(json_text('line', 'tax_amount'), 'bigint') }}, 0)
            else 0
        end as amount,
        coalesce({{ try_cast(json_text('line', 'quantity'), 'bigint') }}, 1) as quantity,

        {{ from_epoch_seconds(try_cast(json_text('line', 'date_from'), 'bigint')) }} as period_start_at,
        {{ from_epoch_seconds(try_cast(json_text('line', 'date_to'), 'bigint')) }} as period_end_at

    from listed

)

select * from lines
