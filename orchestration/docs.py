"""`cx docs`: what the warehouse means, as pages below the data directory's docs folder.

index.html        what there is
dictionary.html   the published tables, column by column
kpis.html         what each KPI counts, of whom, and who answers for it
lineage.html      which columns every column is made of, from the published file back to the vendors
project.html      dbt's own page over the whole project: models, tests, lineage of tables, SQL
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

from ingest.core.errors import CxError, LockHeld
from ingest.core.lock import writer
from ingest.core.paths import Paths
from orchestration import lineage
from orchestration.layers import PUBLISHED, Manifest
from orchestration.parts import CHECKOUT
from orchestration.reach.contracts import contracts
from orchestration.reach.dictionary import write_dictionary
from orchestration.reach.page import links, rows, write_page
from orchestration.reader import query
from orchestration.transformer import Transformer

PAGES = {
    "dictionary.html": "The published tables, column by column",
    "kpis.html": "What each KPI counts, of whom, and who answers for it",
    "lineage.html": "Which columns every column is made of, back to the vendors",
    "project.html": "dbt's own page over the whole project: models, tests, SQL",
}
_KPIS = """
select kpi_id, variant, name, formula, numerator, denominator, unit, direction, anchor, time_window, grain, exclusions, owner
from kpi_catalog order by name, variant
"""


def write_docs(paths: Paths) -> Sequence[Path]:
    """Writes all pages; where they are. CxError where nothing has been built yet."""
    if not paths.warehouse.exists():
        raise CxError(f"nothing has been built yet: {paths.warehouse} does not exist", "`cx demo` or `cx run` makes it.")
    transformer = Transformer(CHECKOUT / "dbt_project", paths)
    manifest = transformer.manifest()
    with writer(paths, "docs"):
        known = columns_of_the_warehouse(paths)
        project = transformer.document(paths.docs / ".dbt")
    origins = lineage.write(transformer.project, manifest, transformer.compiled, known)
    shutil.move(project, paths.docs / "project.html")
    shutil.rmtree(paths.docs / ".dbt")
    told = [
        write_dictionary(paths, contracts(paths)),
        _kpis(paths),
        _lineage(paths, manifest, origins),
        paths.docs / "project.html",
    ]
    return [_index(paths), *told]


def refresh_lineage(paths: Paths) -> None:
    """Works column lineage out where it is not known for the project as it is, for Dagster to tell.

    Leaves it as it is while a run writes the warehouse, and before anything was built: the next start of the page tries again.
    """
    transformer = Transformer(CHECKOUT / "dbt_project", paths)
    manifest = transformer.manifest()
    if lineage.read(transformer.project) or not paths.warehouse.exists():
        return
    with suppress(LockHeld, lineage.NothingCompiled):
        with writer(paths, "column lineage", wait_seconds=0):
            known = columns_of_the_warehouse(paths)
        lineage.write(transformer.project, manifest, transformer.compiled, known)


def columns_of_the_warehouse(paths: Paths) -> lineage.Catalog:
    """(schema, table) -> column -> type. The caller holds the writer lock."""
    import duckdb

    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        for schema, table, column, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal order by all"
        ).fetchall():
            found[schema, table][column] = kind
    return found


def _index(paths: Paths) -> Path:
    told = (f'<li><a href="{file}">{escape(about)}</a></li>' for file, about in PAGES.items())
    return write_page(paths.docs / "index.html", "What the warehouse means", ["<ul>", *told, "</ul>"])


def _kpis(paths: Paths) -> Path:
    """The catalogue as it is published: the formulas stand in the dbt project, and nowhere else."""
    names, found = query(paths, _KPIS)
    return write_page(paths.docs / "kpis.html", "KPI glossary", (_kpi(dict(zip(names, row, strict=True))) for row in found))


def _kpi(told: Mapping[str, object]) -> str:
    place = escape(f"{told['kpi_id']}.{told['variant']}")
    facts = ((name, value) for name, value in told.items() if name != "name" and value not in (None, ""))
    lines = ((escape(name.replace("_", " ")), escape(str(value))) for name, value in facts)
    return f'<h2 id="{place}">{escape(str(told["name"]))}</h2>' + rows(("", ""), lines)


def _lineage(paths: Paths, manifest: Manifest, origins: lineage.Lineage) -> Path:
    """Every table with its columns, what each is made of, and what is made of it."""
    tables = {lineage.name_of(manifest["nodes"][unique_id]): columns for unique_id, columns in origins.items()}
    feeds: dict[lineage.Origin, list[lineage.Origin]] = defaultdict(list)
    for (layer, table), columns in tables.items():
        for column, made_of in columns.items():
            for origin in made_of:
                feeds[tuple(origin)].append((layer, table, column))  # type: ignore[index]
    raw = {(schema, table) for schema, table, _ in feeds} - tables.keys()
    published = links((f"#{layer}.{table}", table) for layer, table in sorted(tables) if layer == PUBLISHED)
    body = ["<p>A constant and a count of rows are made of no column. From the published tables backwards:</p>", published]
    for (layer, table), columns in sorted(tables.items()):
        lines = (
            (_anchor(layer, table, column), _named(made_of), _named(feeds[layer, table, column]))
            for column, made_of in columns.items()
        )
        body.append(_heading(layer, table) + rows(("column", "made of", "feeds"), lines))
    body += _raw(raw, feeds)
    return write_page(paths.docs / "lineage.html", "Column lineage", body)


def _raw(tables: set[tuple[str, str]], feeds: dict[lineage.Origin, list[lineage.Origin]]) -> Iterator[str]:
    """What nobody makes here: vendors' tables, seeds, the identity step's."""
    for schema, table in sorted(tables):
        used = sorted((origin, made) for origin, made in feeds.items() if origin[:2] == (schema, table))
        lines = ((_anchor(*origin), _named(made)) for origin, made in used)
        yield _heading(schema, table) + rows(("column", "feeds"), lines)


def _heading(schema: str, table: str) -> str:
    name = escape(f"{schema}.{table}")
    return f'<h2 id="{name}">{name}</h2>'


def _anchor(layer: str, table: str, column: str) -> str:
    return f'<code id="{escape(f"{layer}.{table}.{column}")}">{escape(column)}</code>'


def _named(origins: Sequence[lineage.Origin]) -> str:
    return links((f"#{'.'.join(origin)}", ".".join(origin)) for origin in origins) if origins else ""
