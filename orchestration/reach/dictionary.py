"""The data dictionary: every published table with its grain, key and columns, as one page that needs nothing but a browser.

Made from the dbt project each time it is asked for, and not kept with it: a page that is committed is stale with the next change.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from ingest.core.paths import Paths
from orchestration.reach.contracts import Contract

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Data dictionary</title><style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }} td, th {{ border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left;
vertical-align: top; }} code {{ white-space: nowrap; }} .personal {{ color: #a02020; }} nav a {{ margin-right: .8rem; }}
</style></head><body><h1>Data dictionary</h1>
<p>The tables of the published file, <code>published/cx.duckdb</code>. Instants are UTC; amounts in columns ending in _minor or
_reporting are minor units.</p>
<nav>{links}</nav>
{tables}
</body></html>
"""


def write_dictionary(paths: Paths, contracts: Mapping[str, Contract]) -> Path:
    """Writes the page below the data directory's docs; where it is."""
    place = paths.docs / "dictionary.html"
    place.parent.mkdir(parents=True, exist_ok=True)
    links = " ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in contracts)
    place.write_text(_PAGE.format(links=links, tables="\n".join(map(_table, contracts.values()))), encoding="utf-8")
    return place


def _table(contract: Contract) -> str:
    key = f"<p>Key: <code>{escape(', '.join(contract.key))}</code></p>" if contract.key else ""
    rows = "\n".join(
        f"<tr><td><code>{escape(column.name)}</code></td><td>{escape(column.kind)}</td>"
        f'<td class="personal">{"personal" if column.is_personal else ""}</td><td>{escape(column.about)}</td></tr>'
        for column in contract.columns
    )
    head = "<tr><th>column</th><th>type</th><th></th><th>what it says</th></tr>"
    name = escape(contract.name)
    return f'<h2 id="{name}">{name}</h2><p>{escape(contract.about)}</p>{key}<table>{head}{rows}</table>'
