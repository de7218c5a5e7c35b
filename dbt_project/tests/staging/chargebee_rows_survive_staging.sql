-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('chargebee', [
    'customers', 'item_prices', 'subscriptions', 'invoices', 'credit_notes'
]) }}
