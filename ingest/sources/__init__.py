"""One declaration per vendor; `ingest/registry.py` lists them."""
