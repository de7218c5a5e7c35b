-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('brandwatch', ['projects', 'queries', 'mentions']) }}
