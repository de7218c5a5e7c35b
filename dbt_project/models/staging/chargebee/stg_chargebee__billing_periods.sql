with

invoices as (

    select * from {{ ref('stg_chargebee__invoices') }}
    where not is_deleted and status not in ('voided', 'pending')

),

-- plans and addons for a stretch of time; what is bought once has none
invoice_lines as (

    select * from {{ ref('stg_chargebee__invoice_lines') }}
    where
        entity_type in ('plan', 'addon', 'plan_item_price', 'addon_item_price')
        and subscription_id is not null
        and period_end_at > period_start_at

),

item_prices as (

    select * from {{ ref('stg_chargebee__item_prices') }}

),

subscriptions as (

    select * from {{ ref('stg_chargebee__subscriptions') }}

),

lines as (

    select
        invoice_lines.*,
        invoices.customer_id,
        invoices.currency_code,
        invoices.status as invoice_status,
        subscriptions.trial_end_at,
        {{ months_per_interval(
            'coalesce(item_prices.billing_interval, subscriptions.billing_interval)',
            'coalesce(item_prices.billing_interval_count, subscriptions.billing_interval_count, 1)',
            'invoice_lines.period_start_at', 'invoice_lines.period_end_at'
        ) }} as months,
        {{ elapsed_minutes('invoice_lines.period_start_at', 'invoice_lines.period_end_at') }} / 1440 as days
    from invoice_lines
    inner join invoices on invoice_lines.invoice_id = invoices.invoice_id
    left join item_prices on invoice_lines.item_price_id = item_prices.item_price_id
    left join subscriptions on invoice_lines.subscription_id = subscriptions.subscription_id

),

-- a line for clearly less than its interval is a proration
whole_periods as (

    select * from lines
    where days > 0.9 * months * 365.25 / 12

),

billing_periods as (

    select
        'chargebee:' || invoice_line_id as billing_period_id,
        'chargebee:' || subscription_id as subscription_id,
        {{ node_id('chargebee', 'customers', ['customer_id']) }} as node_id,
        'chargebee' as source,

        period_start_at,
        period_end_at,
        currency_code,

        amount / months as mrr_minor,

        amount = 0 and coalesce(period_start_at < trial_end_at, false) as is_trial,
        invoice_status = 'not_paid' as is_uncollectible

    from whole_periods

)

select * from billing_periods
