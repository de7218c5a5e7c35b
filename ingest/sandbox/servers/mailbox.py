"""The mailbox customers write to: an IMAP server with two folders, and mail files that somebody put aside.

Messages arrive in the order they became visible, so that their numbers are the same after a restart. Switches: `reset` breaks
the next connections in the middle, `uid_validity` gives the folders another UIDVALIDITY as messages arrive.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.drops import keep_in_step
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.imap_server import ImapServer
from ingest.sandbox.servers.mail_wire import wire
from ingest.sandbox.servers.world import Table, World

USER = "feedback@aurora-home.example"
PASSWORD = "sandbox-mailbox-password"  # a fixed sandbox value
FOLDERS = ("INBOX", "Archive")
_MESSAGES = Table("mailbox__messages")


class Mailbox(Feed):
    name = "mailbox"
    own_switches = frozenset({"uid_validity"})

    def __init__(self, folder: Path, world: World, switches: Switches) -> None:
        super().__init__(folder, world, switches)
        self.server = ImapServer(USER, PASSWORD, switches)
        self._filled_to: datetime | None = None
        self._numbers: dict[str, tuple[str, int]] = {}

    def settings(self, url: str) -> dict[str, str]:
        return {
            "own_domains": "aurora-home.example",
            "host": "127.0.0.1",
            "port": str(self.server.port),
            "security": "none",
            "user": USER,
            "password": PASSWORD,
            "mailboxes": ", ".join(FOLDERS),
            "folder": str(self.folder),
            "clock_url": url,
        }

    def move(self) -> None:
        """Delivers and deletes what the time up to the clock brings; going back empties the mailbox first."""
        clock, filled_to = self.world.clock, self._filled_to
        if filled_to is not None and clock < filled_to:
            self.server.clear()
            self._numbers.clear()
            filled_to = None
        for row in self._rows("_visible_at > coalesce($2, '-infinity'::timestamptz)", filled_to):
            self._deliver(row)
        self._filled_to = clock
        self._write_files()

    def stop(self) -> None:
        self.server.stop()

    def _rows(self, where: str, *params: Any) -> list[dict[str, Any]]:
        """Versions visible by the clock, in the order they became so."""
        table = self.world.versions(_MESSAGES)
        names = [row[0] for row in self.world.rows(f"SELECT column_name FROM (DESCRIBE {table})")]
        rows = self.world.rows(
            f"SELECT * FROM {table} WHERE _visible_at <= $1 AND {where} ORDER BY _visible_at, id", [self.world.clock, *params]
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _deliver(self, row: dict[str, Any]) -> None:
        if row["found_in"] not in FOLDERS:
            return
        if not row["_is_gone"]:
            self._numbers[row["id"]] = row["found_in"], self.server.append(row["found_in"], wire(row), row["received_at"])
        elif row["id"] in self._numbers:
            self.server.delete(*self._numbers.pop(row["id"]))

    def _write_files(self) -> None:
        """One file per name: a message, or all messages of an archive."""
        inside: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows(f"found_in NOT IN {FOLDERS}"):
            inside.setdefault(row["found_in"], []).append(row)

        def write(name: str, path: Path) -> None:
            rows = inside[name]
            path.write_bytes(b"".join(map(_archived, rows)) if name.endswith(".mbox") else wire(rows[0]))

        keep_in_step(self.folder, {name: max(row["_visible_at"] for row in rows) for name, rows in inside.items()}, write)


def _archived(row: dict[str, Any]) -> bytes:
    """A message as it stands in an mbox: behind a `From ` line, its own lines of that kind marked."""
    came = row["received_at"].strftime("%a %b %d %H:%M:%S %Y")
    lines = wire(row).replace(b"\r\n", b"\n").split(b"\n")
    marked = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
    return f"From {row['from_address']} {came}\n".encode() + b"\n".join(marked) + b"\n\n"


SERVER = Mailbox
