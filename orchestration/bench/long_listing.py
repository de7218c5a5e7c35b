"""A vendor's export made long: its saved pages told again and again, each record with an id of its own, until there are enough.

`python -m orchestration.bench.long_listing FOLDER ROWS` serves it on a free port of 127.0.0.1, prints the port and goes on until
it is ended. It is a process of its own, so that its memory is not counted as the reader's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import parse_qs, urlparse

import orjson


class LongListing(HTTPServer):
    """Zendesk's incremental ticket export over the pages of `folder`; the cursor is the number of records told so far."""

    def __init__(self, folder: Path, rows: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = [orjson.loads(path.read_bytes())["tickets"] for path in sorted(folder.glob("*.json"))[:-1]]
        self.rows = rows

    def page(self, told: int) -> dict[str, Any]:
        """The page after `told` records; ids count on from 1."""
        records = self.pages[(told // len(self.pages[0])) % len(self.pages)]
        numbered = [{**record, "id": told + at} for at, record in enumerate(records, start=1)][: self.rows - told]
        after = told + len(numbered)
        return {"tickets": numbered, "after_cursor": str(after), "end_of_stream": after >= self.rows}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LongListing

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        asked = parse_qs(urlparse(self.path).query)
        self._answer(orjson.dumps(self.server.page(int(asked.get("cursor", ["0"])[0] or 0))))

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: Any) -> None:
        """A line for each of a thousand pages would only hide what matters."""


@contextmanager
def serving(folder: str, rows: int) -> Iterator[str]:
    """The address of such a server, ended with the block."""
    with Popen([sys.executable, "-m", __name__, folder, str(rows)], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    server = LongListing(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
