"""The data dictionary: every published table with its grain, key and columns, as one page that needs nothing but a browser.

Made from the dbt project each time it is asked for, and not kept with it: a page that is committed is stale with the next change.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from ingest.core.paths import Paths
from orchestration.reach.contracts import Contract
from orchestration.reach.page import links, rows, write_page

_ABOUT = """<p>The tables of the published file, <code>published/cx.duckdb</code>. Instants are UTC; amounts in columns ending in _minor or
_reporting are minor units.</p>"""


def write_dictionary(paths: Paths, contracts: Mapping[str, Contract]) -> Path:
    """Writes the page below the data directory's docs; where it is."""
    tables = links((f"#{name}", name) for name in contracts)
    return write_page(paths.docs / "dictionary.html", "Data dictionary", [_ABOUT, tables, *map(_table, contracts.values())])


def _table(contract: Contract) -> str:
    key = f"<p>Key: <code>{escape(', '.join(contract.key))}</code></p>" if contract.key else ""
    told = rows(
        ("column", "type", "", "what it says"),
        (
            (
                f"<code>{escape(column.name)}</code>",
                escape(column.kind),
                '<span class="personal">personal</span>' if column.is_personal else "",
                escape(column.about),
            )
            for column in contract.columns
        ),
    )
    name = escape(contract.name)
    return f'<h2 id="{name}">{name}</h2><p>{escape(contract.about)}</p>{key}{told}'
