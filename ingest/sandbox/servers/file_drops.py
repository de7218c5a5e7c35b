"""The partners' drop folder: the outlet's customers, the agency's spend, the call centre's ratings, as each partner writes them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.sandbox.servers.drops import files_of, keep_in_step
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.workbook import write_workbook
from ingest.sandbox.servers.world import Table

CUSTOMERS = Table("file_drops__customers", ("outlet_customer_id", "file_name"))
SPEND = Table("file_drops__spend", ("campaign_id", "spent_on", "file_name"))
RATINGS = Table("file_drops__call_ratings", ("rating_id", "file_name"))

_GERMAN_INSTANT = "strftime(changed_at AT TIME ZONE 'Europe/Berlin', '%d.%m.%Y %H:%M:%S')"
_CUSTOMER = {
    "Kundennr": "outlet_customer_id", "Vorname": "first_name", "Nachname": "last_name", "E-Mail": "email", "Telefon": "phone",
    "PLZ": "postal_code", "Ort": "city", "Land": "country", "Aurora-Kundennr": "erp_customer_number",
    "Werbewiderspruch": "if(objects_to_advertising, 'ja', 'nein')", "Status": "status",
    "Angelegt am": "strftime(joined_on, '%d.%m.%Y')", "Geändert am": _GERMAN_INSTANT,
}  # fmt: skip
_SPEND = {
    "Kampagnen-ID": "campaign_id", "Kampagne": "campaign", "Kanal": "channel", "Tag": "strftime(spent_on, '%d.%m.%Y')",
    "Währung": "currency", "Kosten": "replace(round(cost, 2)::decimal(18, 2)::varchar, '.', ',')", "Klicks": "clicks",
    "Einblendungen": "replace(format('{:,}', impressions), ',', '.')",
}  # fmt: skip
_RATING = """to_json({'rating_id': rating_id, 'call': {'started_at': iso_s(called_at), 'agent': agent},
    'customer_number': customer_number, 'ticket_id': ticket_id, 'rating': {'score': score, 'of': 5}, 'comment': comment})"""


class FileDrops(Feed):
    """Rewrites a file whenever the clock brings another version of it."""

    name = "file_drops"

    def settings(self, url: str) -> dict[str, str]:
        return {"folder": str(self.folder), "clock_url": url}

    def move(self) -> None:
        wanted: dict[str, datetime] = {}
        for table in (CUSTOMERS, SPEND, RATINGS):
            wanted |= files_of(self.world, table)
        keep_in_step(self.folder, wanted, self._write)

    def _write(self, name: str, path: Path) -> None:
        if name.startswith("call_ratings/"):
            lines = "".join(f"{line}\n" for (line,) in self._rows(RATINGS, [_RATING], name, "rating_id"))
            content = lines.encode()
            path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        elif name.startswith("customers/"):
            rows = self._rows(CUSTOMERS, _CUSTOMER.values(), name, "outlet_customer_id")
            if name.endswith(".xlsx"):
                write_workbook(path, [[h.replace("Telefon", "Telefonnummer") for h in _CUSTOMER], *rows])
            else:
                _write_csv(path, _CUSTOMER, rows, encoding="cp1252")
        elif name.endswith(".csv"):
            _write_csv(path, _SPEND, self._rows(SPEND, _SPEND.values(), name, "spent_on, campaign_id"), encoding="utf-8")
        else:
            target = str(path).replace("'", "''")
            self.world.rows(
                f"""COPY (SELECT * EXCLUDE (cost, file_name, file_modified_at), cost::decimal(18, 2) AS cost
                FROM {self.world.current(SPEND)} WHERE file_name = '{name}' ORDER BY spent_on, campaign_id)
                TO '{target}' (FORMAT parquet)"""
            )

    def _rows(self, table: Table, columns: Iterable[str], name: str, order: str) -> list[tuple[Any, ...]]:
        return self.world.rows(
            f"SELECT {', '.join(columns)} FROM {self.world.current(table)} WHERE file_name = $1 ORDER BY {order}", [name]
        )


def _write_csv(path: Path, header: Mapping[str, str], rows: Iterable[tuple[Any, ...]], *, encoding: str) -> None:
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        lines = csv.writer(file, delimiter=";", lineterminator="\r\n")
        lines.writerow(header)
        lines.writerows(rows)


SERVER = FileDrops
