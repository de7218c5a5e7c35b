"""The gates at the two borders: what landed (gate 1) and what will be published (gate 3), judged by Great Expectations.

DuckDB measures each table in one query; Great Expectations judges the measures. No row and no personal value ever enters
an expectation, a result or Data Docs. Keys, relations and accounting identities are dbt's, freshness is Dagster's.
"""
