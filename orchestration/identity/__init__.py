"""Who is who: from the edges dbt found to customers whose ids last. No vendor is known here, and no name or address is read."""
