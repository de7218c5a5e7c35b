-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('erp_postgres', [
    'countries', 'currencies', 'partners', 'product_templates', 'products', 'sale_orders', 'sale_order_lines', 'account_moves'
]) }}
