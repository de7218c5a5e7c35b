-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('netsuite', [
    'currencies', 'customers', 'addresses', 'items', 'transactions', 'transaction_lines', 'deleted_records'
]) }}
