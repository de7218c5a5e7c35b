"""The sandbox: a planted company with a known truth, and servers that speak its vendors' wire formats.

Connectors, dbt models and orchestration never import from here; tests, benchmarks and the demo do.
"""
