"""The stages that read vendors: our way, the ways it is held against, and every connector by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.core.paths import Paths
from ingest.core.spec import Listing, Source
from orchestration.bench.usage import Told, cpu_of


def _tickets() -> Source:
    """The Zendesk connector with its widest export alone: thousand-row pages, nested records, 26 columns."""
    from ingest.registry import SOURCES

    source = SOURCES["zendesk_support"]
    return replace(source, resources=(source.resource("tickets"),))


def _listed(source: Source) -> Iterator[Any]:
    """The pages of that export by the same client, for the ways it is compared with."""
    from ingest.core.http import VendorClient
    from ingest.core.settings import resolve

    settings, listing = resolve(source), source.resources[0].full
    assert isinstance(listing, Listing)
    params = {k: v.format(position="", **settings) for k, v in listing.params.items()}
    client = VendorClient(source, settings, lambda body: "")
    yield from client.paginate(
        listing.path, params=params, paginator=listing.pages(), data_selector=listing.records, hooks={"response": []}
    )


def pages(paths: Paths, *, folder: str) -> Told:
    """Saves the pages of the ticket export as the vendor sent them, one file each."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    rows, size = 0, 0
    for number, page in enumerate(_listed(_tickets())):
        (target / f"{number:06}.json").write_bytes(page.response.content)
        rows, size = rows + len(page), size + len(page.response.content)
    return {"rows": rows, "bytes": size}


def _load_libraries(paths: Paths) -> None:
    """One row through dlt, since it imports its destination and SQLAlchemy on first use, which belongs to no way of loading."""
    import dlt

    destination = dlt.destinations.duckdb(str(paths.root / "libraries.duckdb"))
    pipeline = dlt.pipeline("libraries", pipelines_dir=str(paths.dlt), destination=destination, dataset_name="raw")
    pipeline.run([{"id": 1}], table_name="rows", loader_file_format="parquet")


def ingest_engine(paths: Paths) -> Told:
    """Our way from HTTP page to DuckDB row."""
    from ingest.core.load import configure_dlt, ingest_source

    configure_dlt()
    _load_libraries(paths)
    told: Told = {}
    source = _tickets()
    with cpu_of(told):
        runs, errors = ingest_source(source, paths)
    if errors:
        raise errors[0]
    return {**told, "rows": runs[0].extracted}


def ingest_long(paths: Paths, *, folder: str, rows: int) -> Told:
    """Our way over one listing of `rows` tickets: what a resource costs in memory when its vendor has a million of it."""
    from ingest.core.load import configure_dlt, ingest_source
    from orchestration.bench.long_listing import serving

    configure_dlt()
    told: Told = {}
    with serving(folder, rows) as address:
        os.environ["SOURCES__ZENDESK_SUPPORT__BASE_URL"] = address
        with cpu_of(told):
            runs, errors = ingest_source(_tickets(), paths)
    if errors:
        raise errors[0]
    return {**told, "rows": runs[0].landed}


def ingest_dicts(paths: Paths, *, limit: int) -> Told:
    """dlt's default path over the same pages: dictionaries, merged on the same key."""
    import dlt

    from ingest.core.load import configure_dlt

    configure_dlt()
    _load_libraries(paths)
    seen = 0

    @dlt.resource(name="tickets", primary_key="id", write_disposition={"disposition": "merge", "strategy": "delete-insert"})
    def tickets() -> Iterator[list[dict[str, Any]]]:
        nonlocal seen
        for page in _listed(_tickets()):
            seen += len(page)
            yield list(page)
            if seen >= limit:
                return

    told: Told = {}
    with cpu_of(told):
        pipeline = dlt.pipeline(
            "dicts",
            pipelines_dir=str(paths.dlt),
            destination=dlt.destinations.duckdb(str(paths.root / "dicts.duckdb")),
            dataset_name="raw",
        )
        pipeline.run(tickets())
    return {**told, "rows": seen}


def ingest_reader(paths: Paths, *, folder: str) -> Told:
    """DuckDB's own JSON reader over the same pages, into a table: the floor nobody who parses JSON gets under."""
    import duckdb

    told: Told = {}
    with duckdb.connect(str(paths.root / "reader.duckdb")) as connection, cpu_of(told):
        connection.execute(
            f"create table tickets as select t.* from (select unnest(tickets) as t from read_json('{folder}/*.json', maximum_object_size=100000000))"
        )
        rows = connection.execute("select count(*) from tickets").fetchall()[0][0]
    return {**told, "rows": rows}


def connector(paths: Paths, *, source: str) -> Told:
    """One source from its vendor to its raw tables, a first run."""
    from ingest.core.load import configure_dlt, ingest_source
    from ingest.registry import SOURCES

    configure_dlt()
    told: Told = {}
    with cpu_of(told):
        runs, errors = ingest_source(SOURCES[source], paths)
    if errors:
        raise errors[0]
    return {**told, "rows": sum(run.extracted for run in runs)}


def connector_floor(paths: Paths, *, source: str) -> Told:
    """The rows that source landed, as JSON lines through DuckDB's own reader into tables."""
    import duckdb

    from ingest.registry import SOURCES

    declared, told, rows = SOURCES[source], Told(), 0
    with duckdb.connect(str(paths.warehouse)) as connection:
        for resource in declared.resources:
            connection.execute(
                f"copy {declared.schema}.{resource.name} to '{paths.root / resource.name}.{source}.jsonl' (format json)"
            )
    with duckdb.connect(str(paths.root / f"{source}.duckdb")) as connection, cpu_of(told):
        for resource in declared.resources:
            lines = paths.root / f"{resource.name}.{source}.jsonl"
            connection.execute(
                f"create table {resource.name} as select * from read_json('{lines}', format = 'newline_delimited')"
            )
            rows += connection.execute(f"select count(*) from {resource.name}").fetchall()[0][0]
    return {**told, "rows": rows}
