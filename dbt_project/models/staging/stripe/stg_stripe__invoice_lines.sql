{{ config(materialized='table') }}

with

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}

),

listed as (

    select
        invoice_id,
        {{ unnest_json(json_part('lines', 'data')) }} as line
    from invoices

),

-- up to 2025-02 a line named its subscription, price and proration itself; from 2025-03-31 (basil) on it names a parent
lines as (

    select
        {{ json_text('line', 'id') }} as invoice_line_id,
        invoice_id,
        coalesce(
            {{ json_text('line', 'parent.subscription_item_details.subscription') }},
            {{ json_text('line', 'parent.invoice_item_details.subscription') }},
            {{ json_text('line', 'subscription') }}
        ) as subscription_id,
        coalesce(
            {{ json_text('line', 'parent.subscription_item_details.subscription_item') }},
            {{ json_text('line', 'subscription_item') }}
        ) as subscription_item_id,
        coalesce(
            {{ json_text('line', 'pricing.price_details.price') }},
            {{ json_text('line', 'price.id') }},
            {{ json_text('line', 'plan.id') }}
        ) as price_id,

        case
            when {{ json_text('line', 'parent.type') }} = 'subscription_item_details' then 'subscription'
            when {{ json_text('line', 'parent.type') }} = 'invoice_item_details' then 'invoice_item'
            when {{ json_text('line', 'type') }} = 'subscription' then 'subscription'
            else 'invoice_item'
        end as line_type,
        upper({{ json_text('line', 'currency') }}) as currency_code,
        coalesce(
            {{ json_text('line', 'price.recurring.interval') }},
            {{ json_text('line', 'plan.interval') }}
        ) as recurring_interval,
        {{ try_cast(
            'coalesce(' ~ json_text('line', 'price.recurring.interval_count') ~ ', '
            ~ json_text('line', 'plan.interval_count') ~ ')', 'bigint'
        ) }} as recurring_interval_count,

        {{ try_cast(json_text('line', 'amount'), 'bigint') }} as amount,
        coalesce({{ try_cast(json_text('line', 'quantity'), 'bigint') }}, 1) as quantity,

        coalesce(
            {{ json_text('line', 'parent.subscription_item_details.proration') }},
            {{ json_text('line', 'parent.invoice_item_details.proration') }},
            {{ json_text('line', 'proration') }},
            'false'
        ) = 'true' as is_proration,

        {{ from_epoch_seconds(try_cast(json_text('line', 'period.start'), 'bigint')) }} as period_start_at,
        {{ from_epoch_seconds(try_cast(json_text('line', 'period.end'), 'bigint')) }} as period_end_at

    from listed

)

select * from lines
