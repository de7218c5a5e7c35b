-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('stripe', [
    'customers', 'products', 'prices', 'subscriptions', 'invoices', 'charges', 'refunds', 'events'
]) }}
