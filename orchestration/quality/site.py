"""Data Docs as a folder of plain pages that load nothing from the network.

Great Expectations' own pages fetch styles, scripts and a logo stamped with the time of the run from other hosts: taken out.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

_TAKEN_OUT = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<footer\b.*?</footer>|url\(\s*['\"]?https?:[^)]*\)",
    re.IGNORECASE | re.DOTALL,
)
_STYLE = """<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 1rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #ccc; padding: .3rem .6rem; text-align: left; }
.sticky, .card { display: none; } ol { list-style: none; padding: 0; }
.fa-check-circle::before { content: "met"; color: #17692e; } .fa-times::before { content: "not met"; color: #a4161a; }
</style>"""
_INDEX = "<!DOCTYPE html><html lang='en'><head><meta charset='UTF-8'><title>{title}</title>{style}</head><body><h1>{title}</h1>{table}</body></html>"


def build_site(context: Any, gate: str, verdicts: Mapping[str, str], folder: Path) -> None:
    """Builds the gate's site beside the old one, then takes its place. verdicts: one word or more per table, for the index."""
    fresh = folder.with_name(f".{folder.name}.next")
    shutil.rmtree(fresh, ignore_errors=True)
    context.add_data_docs_site(
        gate,
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(fresh)},
            "site_section_builders": {"expectations": "None"},
        },
    )
    context.build_data_docs(site_names=[gate])
    shutil.rmtree(fresh / "static", ignore_errors=True)
    for page in fresh.rglob("*.html"):
        _keep_local(page)
    _write_index(gate, verdicts, fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _keep_local(page: Path) -> None:
    html = _TAKEN_OUT.sub("", page.read_text(encoding="utf-8"))
    page.write_text(html.replace("</head>", f"{_STYLE}</head>", 1), encoding="utf-8")


def _write_index(gate: str, verdicts: Mapping[str, str], site: Path) -> None:
    """One row per table with a link to its page; the original index is empty without its scripts."""
    pages = {_table_of(page): page for page in (found.relative_to(site) for found in site.glob("validations/**/*.html"))}
    rows = "".join(
        f"<tr><td><a href='{escape(pages[table].as_posix())}'>{escape(table)}</a></td><td>{escape(verdict)}</td></tr>"
        for table, verdict in verdicts.items()
    )
    table = f"<table><tr><th>Table</th><th>Result</th></tr>{rows}</table>"
    (site / "index.html").write_text(_INDEX.format(title=f"Gate: {gate}", style=_STYLE, table=table), encoding="utf-8")


def _table_of(page: Path) -> str:
    """validations/<schema>/<table>/<run>/<time>/<batch>.html: a name with a dot becomes two folders."""
    return ".".join(page.parts[1:-3])
