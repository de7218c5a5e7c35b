with

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}
    where not is_deleted and not is_test_mode and coalesce(status, 'draft') <> 'void'

),

invoice_lines as (

    select * from {{ ref('stg_stripe__invoice_lines') }}
    where line_type = 'subscription' and not is_proration and subscription_id is not null

),

subscriptions as (

    select * from {{ ref('stg_stripe__subscriptions') }}

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

lines as (

    select
        invoice_lines.*,
        invoices.customer_id,
        invoices.status as invoice_status,
        coalesce(invoice_lines.recurring_interval, prices.recurring_interval) as billing_interval,
        coalesce(invoice_lines.recurring_interval_count, prices.recurring_interval_count, 1) as billing_interval_count,
        subscriptions.trial_end_at
    from invoice_lines
    inner join invoices on invoice_lines.invoice_id = invoices.invoice_id
    left join prices on invoice_lines.price_id = prices.price_id
    left join subscriptions on invoice_lines.subscription_id = subscriptions.subscription_id

),

billing_periods as (

    select
        'stripe:' || lines.invoice_line_id as billing_period_id,
        'stripe:' || lines.subscription_id as subscription_id,
        {{ node_id('stripe', 'customers', ['lines.customer_id']) }} as node_id,
        'stripe' as source,

        lines.period_start_at,
        lines.period_end_at,
        lines.currency_code,

        {{ stripe_minor('lines.amount', 'currencies.minor_digits', 'currencies.stripe_digits') }}
        / {{ months_per_interval(
                'lines.billing_interval', 'lines.billing_interval_count', 'lines.period_start_at', 'lines.period_end_at'
            ) }} as mrr_minor,

        lines.amount = 0 and coalesce(lines.period_start_at < lines.trial_end_at, false) as is_trial,
        lines.invoice_status = 'uncollectible' as is_uncollectible

    from lines
    left join currencies on lines.currency_code = currencies.currency_code

)

select * from billing_periods
