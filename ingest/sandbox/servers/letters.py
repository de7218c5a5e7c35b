"""The scanning station's folder: an index as a German spreadsheet saves it, text files in two charsets, some PDFs.

A corrected letter has two lines in the index, the later one below; a withdrawn one has neither line nor file.
"""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from ingest.core.readers.letters import COLUMNS
from ingest.sandbox.servers.drops import keep_in_step
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.world import Table

INDEX = "index.csv"
_LETTERS = Table("letters__letters", ("letter_id",))


class Letters(Feed):
    name = "letters"

    def settings(self, url: str) -> dict[str, str]:
        return {"folder": str(self.folder), "index": INDEX, "clock_url": url}

    def move(self) -> None:
        lines = self._lines()
        files = {line["file_name"]: line for line in reversed(lines)}
        times = {name: line["_visible_at"] for name, line in files.items()}
        newest: datetime = max((line["_visible_at"] for line in lines), default=self.world.clock)

        def write(name: str, path: Path) -> None:
            if name == INDEX:
                path.write_bytes(_index(lines))
            elif name.endswith(".pdf"):
                path.write_bytes(_printed(files[name]["text"], files[name]["_visible_at"]))
            else:
                path.write_bytes(_typed(files[name]))

        keep_in_step(self.folder, {**times, INDEX: max(newest, self._last_withdrawal(newest))}, write)

    def _lines(self) -> list[dict[str, Any]]:
        """The index lines at the clock: every version of the letters that are there, oldest first."""
        names = ("letter_id", "received_on", "sender_name", "address", "customer_number", "file_name", "text", "_visible_at")
        rows = self.world.rows(
            f"""SELECT {", ".join(names)} FROM {self.world.versions(_LETTERS)}
            WHERE _visible_at <= $1 AND letter_id IN (SELECT letter_id FROM {self.world.current(_LETTERS)})
            ORDER BY _visible_at, letter_id""",
            [self.world.clock],
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _last_withdrawal(self, otherwise: datetime) -> datetime:
        """When a line last vanished, which is a change of the index too."""
        [(moment,)] = self.world.rows(
            f"SELECT max(_visible_at) FROM {self.world.versions(_LETTERS)} WHERE _is_gone AND _visible_at <= $1",
            [self.world.clock],
        )
        return moment or otherwise


def _index(lines: list[dict[str, Any]]) -> bytes:
    """Semicolons, German dates, a byte order mark."""
    text = StringIO()
    table = csv.writer(text, delimiter=";")
    table.writerow(COLUMNS)
    for line in lines:
        table.writerow([line[name].strftime("%d.%m.%Y") if name == "received_on" else line[name] for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _typed(line: dict[str, Any]) -> bytes:
    charset = "cp1252" if line["letter_id"].endswith("7") else "utf-8"
    return str(line["text"]).replace("\n", "\r\n").encode(charset, "replace")


def _printed(text: str, made_at: datetime) -> bytes:
    """The letter as a page of PDF."""
    from fpdf import FPDF

    page = FPDF()
    page.set_creation_date(made_at)
    page.add_page()
    page.set_font("Helvetica", size=12)
    page.multi_cell(0, 7, text.encode("latin-1", "replace").decode("latin-1"))
    return bytes(page.output())


SERVER = Letters
