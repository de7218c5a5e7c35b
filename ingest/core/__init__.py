"""The one engine every connector runs on. What a vendor is like stands in `ingest/sources`, not here."""
