with

sale_orders as (

    select * from {{ ref('stg_erp_postgres__sale_orders') }}
    where not is_deleted

),

account_moves as (

    select * from {{ ref('stg_erp_postgres__account_moves') }}
    where not is_deleted and state = 'posted'

),

erp_currencies as (

    select * from {{ ref('stg_erp_postgres__currencies') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

invoices as (

    select * from account_moves
    where move_type = 'out_invoice'

),

-- an invoice may be for several orders: each of them is paid when it is
invoice_orders as (

    select
        {{ unnest_split('order_numbers', ',') }} as order_number,
        payment_state
    from invoices
    where order_numbers is not null

),

payments as (

    select
        trim(order_number) as order_number,
        -- what was reversed had been paid: the refund takes it off
        bool_and(payment_state in ('paid', 'in_payment', 'reversed')) as is_paid
    from invoice_orders
    group by trim(order_number)

),

-- a refund counts once: for the first order of its invoice
refunds as (

    select
        trim(split_part(coalesce(invoices.order_numbers, refunds.order_numbers), ',', 1)) as order_number,
        sum(refunds.amount_untaxed) as net_amount
    from account_moves as refunds
    left join invoices on refunds.reversed_move_id = invoices.account_move_id
    where refunds.move_type = 'out_refund'
    group by trim(split_part(coalesce(invoices.order_numbers, refunds.order_numbers), ',', 1))

),

in_minor_units as (

    select
        'erp_postgres:' || sale_orders.sale_order_id as order_id,
        {{ node_id('erp_postgres', 'partners', ['sale_orders.partner_id']) }} as node_id,
        'erp_postgres' as source,

        {{ local_date('sale_orders.ordered_at') }} as ordered_on,
        sale_orders.ordered_at,
        case
            when sale_orders.state = 'cancel' then 'cancelled'
            when sale_orders.state in ('draft', 'sent') then 'draft'
            when payments.is_paid then 'paid'
            else 'open'
        end as status,
        coalesce(sale_orders.customer_reference like 'TEST-%', false) as is_test,
        erp_currencies.currency_code,

        {{ to_minor('sale_orders.amount_untaxed', 'currencies.minor_digits') }} as net_amount_minor,
        {{ to_minor('sale_orders.amount_tax', 'currencies.minor_digits') }} as tax_minor,
        {{ to_minor('coalesce(refunds.net_amount, 0)', 'currencies.minor_digits') }} as refunded_minor

    from sale_orders
    left join payments on sale_orders.order_number = payments.order_number
    left join refunds on sale_orders.order_number = refunds.order_number
    left join erp_currencies on sale_orders.currency_id = erp_currencies.currency_id
    left join currencies on erp_currencies.currency_code = currencies.currency_code

)

select * from in_minor_units
