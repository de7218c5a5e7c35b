with

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}
    where billing_reason = 'manual' and not is_deleted

),

charges as (

    select * from {{ ref('stg_stripe__charges') }}

),

refunds as (

    select * from {{ ref('stg_stripe__refunds') }}
    where coalesce(status, 'succeeded') = 'succeeded'

),

currencies as (

    select * from {{ ref('currencies') }}

),

refunded as (

    select
        charges.invoice_id,
        sum(refunds.amount) as amount
    from refunds
    inner join charges on refunds.charge_id = charges.charge_id
    where charges.invoice_id is not null
    group by charges.invoice_id

),

orders as (

    select
        'stripe:' || invoices.invoice_id as order_id,
        {{ node_id('stripe', 'customers', ['invoices.customer_id']) }} as node_id,
        'stripe' as source,

        {{ local_date('invoices.created_at') }} as ordered_on,
        invoices.created_at as ordered_at,
        case
            when invoices.status in ('paid', 'open', 'draft') then invoices.status
            else 'cancelled'
        end as status,
        invoices.is_test_mode as is_test,
        invoices.currency_code,

        cast(round({{ stripe_minor(
            'invoices.total_excluding_tax', 'currencies.minor_digits', 'currencies.stripe_digits'
        ) }}) as bigint) as net_amount_minor,
        cast(round({{ stripe_minor(
            '(invoices.total - invoices.total_excluding_tax)', 'currencies.minor_digits', 'currencies.stripe_digits'
        ) }}) as bigint) as tax_minor,
        -- a refund gives tax back too
        cast(round({{ stripe_minor(
            'coalesce(refunded.amount * invoices.total_excluding_tax / nullif(invoices.total, 0), 0)',
            'currencies.minor_digits', 'currencies.stripe_digits'
        ) }}) as bigint) as refunded_minor

    from invoices
    left join refunded on invoices.invoice_id = refunded.invoice_id
    left join currencies on invoices.currency_code = currencies.currency_code

)

select * from orders
