-- What was invoiced is what the orders add up to, per currency: no join multiplies or drops money.

with

invoices as (

    select
        currency_code,
        sum(total_amount_excluding_tax) as amount
    from {{ ref('stg_business_central__sales_invoices') }}
    where not is_deleted and status <> 'canceled'
    group by currency_code

),

orders as (

    select
        orders.currency_code,
        sum(orders.net_amount_minor / power(10, currencies.minor_digits)) as amount
    from {{ ref('fct_orders') }} as orders
    inner join {{ ref('currencies') }} as currencies on orders.currency_code = currencies.currency_code
    where
        orders.source = 'business_central'
        and orders.status <> 'cancelled'
        -- orders not invoiced yet stand aside
        and orders.order_id in (
            select 'business_central:' || company_id || '/' || coalesce(order_number, invoice_number)
            from {{ ref('stg_business_central__sales_invoices') }}
            where not is_deleted
        )
    group by orders.currency_code

)

select
    invoices.currency_code,
    invoices.amount as invoiced,
    orders.amount as ordered
from invoices
full outer join orders on invoices.currency_code = orders.currency_code
where abs(coalesce(invoices.amount, 0) - coalesce(orders.amount, 0)) > 0.01
