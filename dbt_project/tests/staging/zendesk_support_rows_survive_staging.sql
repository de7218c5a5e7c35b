-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('zendesk_support', ['users', 'tickets', 'satisfaction_ratings']) }}
