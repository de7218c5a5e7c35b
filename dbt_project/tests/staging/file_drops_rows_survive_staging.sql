-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('file_drops', ['customers', 'spend', 'call_ratings']) }}
