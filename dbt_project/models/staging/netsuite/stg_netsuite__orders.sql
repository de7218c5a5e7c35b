with

transactions as (

    select * from {{ ref('stg_netsuite__transactions') }}
    where not is_deleted

),

transaction_lines as (

    select * from {{ ref('stg_netsuite__transaction_lines') }}
    where not is_deleted

),

vendor_currencies as (

    select * from {{ ref('stg_netsuite__currencies') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

-- what leaves is booked with a minus, what comes back with a plus: the sums count, not their signs
line_sums as (

    select
        transaction_id,
        max(created_from_id) as created_from_id,
        abs(sum(case when not is_main_line and not is_tax_line then amount else 0 end)) as net_amount,
        abs(sum(case when is_tax_line then amount else 0 end)) as tax_amount
    from transaction_lines
    group by transaction_id

),

documents as (

    select
        transactions.*,
        line_sums.created_from_id,
        line_sums.net_amount,
        line_sums.tax_amount,
        coalesce(transactions.customer_reference like 'TEST-%', false) as is_test
    from transactions
    left join line_sums on transactions.transaction_id = line_sums.transaction_id

),

credits as (

    select
        created_from_id as invoice_id,
        sum(net_amount) as net_amount
    from documents
    where transaction_type = 'credit_memo' and not is_voided
    group by created_from_id

),

invoices as (

    select
        -- an invoice written without an order is its own order
        coalesce(documents.created_from_id, documents.transaction_id) as order_key,
        documents.customer_id,
        documents.currency_id,
        documents.dated_on,
        documents.net_amount,
        documents.tax_amount,
        coalesce(credits.net_amount, 0) as refunded_amount,
        documents.is_test,
        documents.is_voided,
        documents.status_code = 'B' as is_paid
    from documents
    left join credits on documents.transaction_id = credits.invoice_id
    where documents.transaction_type = 'invoice'

),

-- voided invoices count only where the whole order was voided
countable_invoices as (

    select *
    from invoices
    qualify not is_voided or bool_and(is_voided) over (partition by order_key)

),

invoiced_orders as (

    select
        order_key,
        min(customer_id) as customer_id,
        min(currency_id) as currency_id,
        case
            when bool_and(is_voided) then 'cancelled'
            when bool_and(is_paid) then 'paid'
            else 'open'
        end as status,
        min(dated_on) as ordered_on,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(refunded_amount) as refunded_amount,
        bool_or(is_test) as is_test
    from countable_invoices
    group by order_key

),

sales_orders as (

    select
        transaction_id as order_key,
        customer_id,
        currency_id,
        case
            when is_voided or status_code in ('C', 'H') then 'cancelled'
            when status_code = 'A' then 'draft'
            else 'open'
        end as status,
        dated_on as ordered_on,
        net_amount,
        tax_amount,
        is_test
    from documents
    where transaction_type = 'sales_order'

),

-- the order keeps its day, the invoices say what came of it
orders as (

    select
        coalesce(sales_orders.order_key, invoiced_orders.order_key) as order_key,
        coalesce(sales_orders.customer_id, invoiced_orders.customer_id) as customer_id,
        coalesce(sales_orders.currency_id, invoiced_orders.currency_id) as currency_id,
        coalesce(invoiced_orders.status, sales_orders.status) as status,
        coalesce(sales_orders.ordered_on, invoiced_orders.ordered_on) as ordered_on,
        coalesce(invoiced_orders.net_amount, sales_orders.net_amount) as net_amount,
        coalesce(invoiced_orders.tax_amount, sales_orders.tax_amount) as tax_amount,
        coalesce(invoiced_orders.refunded_amount, 0) as refunded_amount,
        coalesce(invoiced_orders.is_test, false) or coalesce(sales_orders.is_test, false) as is_test
    from sales_orders
    full outer join invoiced_orders on sales_orders.order_key = invoiced_orders.order_key

),

in_minor_units as (

    select
        'netsuite:' || orders.order_key as order_id,
        {{ node_id('netsuite', 'customers', ['orders.customer_id']) }} as node_id,
        'netsuite' as source,

        orders.ordered_on,
        -- the ERP knows the day only
        {{ local_midnight('orders.ordered_on') }} as ordered_at,
        orders.status,
        orders.is_test,
        vendor_currencies.currency_code,

        {{ to_minor('orders.net_amount', 'currencies.minor_digits') }} as net_amount_minor,
        {{ to_minor('orders.tax_amount', 'currencies.minor_digits') }} as tax_minor,
        {{ to_minor('orders.refunded_amount', 'currencies.minor_digits') }} as refunded_minor

    from orders
    left join vendor_currencies on orders.currency_id = vendor_currencies.currency_id
    left join currencies on vendor_currencies.currency_code = currencies.currency_code

)

select * from in_minor_units
