with

invoices as (

    select * from {{ ref('stg_chargebee__invoices') }}
    where not is_deleted and status not in ('voided', 'pending')

),

invoice_lines as (

    select * from {{ ref('stg_chargebee__invoice_lines') }}
    where {{ chargebee_bills_a_period() }}

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
        {{ chargebee_months() }} as months,
        {{ elapsed_minutes('invoice_lines.period_start_at', 'invoice_lines.period_end_at') }} / 1440 as days
    from invoice_lines
    inner join invoices on invoice_lines.invoice_id = invoices.invoice_id
    left join item_prices on invoice_lines.item_price_id = item_prices.item_price_id
    left join subscriptions on invoice_lines.subscription_id = subscriptions.subscription_id

),

whole_periods as (

    select * from lines
    where {{ chargebee_is_whole('days', 'months') }}

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
