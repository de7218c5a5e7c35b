"""Extraction and loading: from each vendor's API to typed raw tables in DuckDB. Knows nothing of Dagster or dbt."""
