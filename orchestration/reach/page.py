"""The frame of the pages `cx docs` writes: one file each, that needs nothing but a browser and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 74rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }} td, th {{ border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left;
vertical-align: top; }} code {{ overflow-wrap: anywhere; }} .personal {{ color: light-dark(#a02020, #ff9a8a); }} nav a {{ margin-right: .8rem; }}
code[id] {{ scroll-margin-top: 4rem; }} :target {{ background: light-dark(#ffef9e, #5a4a00); }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""


def write_page(place: Path, title: str, body: Iterable[str]) -> Path:
    """Writes a page; `body` is HTML already."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(_FRAME.format(title=escape(title), body="\n".join(body)), encoding="utf-8")
    return place


def links(named: Iterable[tuple[str, str]]) -> str:
    """Links in a row: (address, text)."""
    told = " ".join(f'<a href="{escape(address)}">{escape(text)}</a>' for address, text in named)
    return f"<nav>{told}</nav>"


def rows(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    told = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f"<table><tr>{head}</tr>\n{told}</table>"
