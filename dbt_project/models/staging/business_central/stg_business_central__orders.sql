with

sales_orders as (

    select * from {{ ref('stg_business_central__sales_orders') }}
    where not is_deleted and order_number is not null

),

sales_invoices as (

    select * from {{ ref('stg_business_central__sales_invoices') }}
    where not is_deleted

),

sales_credit_memos as (

    select * from {{ ref('stg_business_central__sales_credit_memos') }}
    where not is_deleted and status not in ('draft', 'canceled')

),

currencies as (

    select * from {{ ref('currencies') }}

),

credits as (

    select
        company_id,
        invoice_number,
        sum(total_amount_excluding_tax) as net_amount
    from sales_credit_memos
    group by company_id, invoice_number

),

invoices as (

    select
        sales_invoices.company_id,
        -- an invoice written without an order is its own order
        coalesce(sales_invoices.order_number, sales_invoices.invoice_number) as order_number,
        sales_invoices.customer_id,
        sales_invoices.currency_code,
        sales_invoices.status,
        sales_invoices.invoiced_on,
        sales_invoices.total_amount_excluding_tax as net_amount,
        sales_invoices.total_tax_amount as tax_amount,
        coalesce(credits.net_amount, 0) as refunded_amount,
        coalesce(sales_invoices.external_document_number like 'TEST-%', false) as is_test,
        sales_invoices.status = 'canceled' as is_cancelled
    from sales_invoices
    left join credits
        on
            sales_invoices.company_id = credits.company_id
            and sales_invoices.invoice_number = credits.invoice_number

),

-- cancelled invoices count only where the whole order was cancelled
countable_invoices as (

    select *
    from invoices
    qualify not is_cancelled or bool_and(is_cancelled) over (partition by company_id, order_number)

),

invoiced_orders as (

    select
        company_id,
        order_number,
        min(customer_id) as customer_id,
        min(currency_code) as currency_code,
        case
            when bool_and(is_cancelled) then 'cancelled'
            when bool_and(status = 'paid') then 'paid'
            when bool_and(status = 'draft') then 'draft'
            else 'open'
        end as status,
        min(invoiced_on) as ordered_on,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(refunded_amount) as refunded_amount,
        bool_or(is_test) as is_test
    from countable_invoices
    group by company_id, order_number

),

open_orders as (

    select
        company_id,
        order_number,
        customer_id,
        currency_code,
        case when status = 'draft' then 'draft' else 'open' end as status,
        ordered_on,
        total_amount_excluding_tax as net_amount,
        total_tax_amount as tax_amount,
        coalesce(external_document_number like 'TEST-%', false) as is_test
    from sales_orders

),

-- once anything is invoiced the invoices speak: posting removes the order and its date, so history may not hang on them
orders as (

    select
        coalesce(invoiced_orders.company_id, open_orders.company_id) as company_id,
        coalesce(invoiced_orders.order_number, open_orders.order_number) as order_number,
        coalesce(invoiced_orders.customer_id, open_orders.customer_id) as customer_id,
        coalesce(invoiced_orders.currency_code, open_orders.currency_code) as currency_code,
        coalesce(invoiced_orders.status, open_orders.status) as status,
        coalesce(invoiced_orders.ordered_on, open_orders.ordered_on) as ordered_on,
        coalesce(invoiced_orders.net_amount, open_orders.net_amount) as net_amount,
        coalesce(invoiced_orders.tax_amount, open_orders.tax_amount) as tax_amount,
        coalesce(invoiced_orders.refunded_amount, 0) as refunded_amount,
        coalesce(invoiced_orders.is_test, false) or coalesce(open_orders.is_test, false) as is_test
    from invoiced_orders
    full outer join open_orders
        on
            invoiced_orders.company_id = open_orders.company_id
            and invoiced_orders.order_number = open_orders.order_number

),

in_minor_units as (

    select
        'business_central:' || orders.company_id || '/' || orders.order_number as order_id,
        {{ node_id('business_central', 'customers', ['orders.company_id', 'orders.customer_id']) }} as node_id,
        'business_central' as source,

        orders.ordered_on,
        -- the ERP knows the day only
        {{ local_midnight('orders.ordered_on') }} as ordered_at,
        orders.status,
        orders.is_test,
        orders.currency_code,

        {{ to_minor('orders.net_amount', 'currencies.minor_digits') }} as net_amount_minor,
        {{ to_minor('orders.tax_amount', 'currencies.minor_digits') }} as tax_minor,
        {{ to_minor('orders.refunded_amount', 'currencies.minor_digits') }} as refunded_minor

    from orders
    left join currencies on orders.currency_code = currencies.currency_code

)

select * from in_minor_units
