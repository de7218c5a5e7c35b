-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('business_central', [
    'companies', 'customers', 'items', 'sales_orders', 'sales_invoices', 'sales_credit_memos', 'customer_payments'
]) }}
