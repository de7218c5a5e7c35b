"""A mailbox over IMAP: new messages by their number, read without leaving a trace.

A message number (UID) grows with arrival and means something only together with the folder's UIDVALIDITY; the position is
both, per folder, and another UIDVALIDITY lists the folder in full. Folders are opened with EXAMINE and read with
BODY.PEEK, so that nothing is marked as seen; each message is fetched up to its first megabyte.
"""

from __future__ import annotations

import imaplib
import ipaddress
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from ingest.core.calls import Call
from ingest.core.errors import IngestError
from ingest.core.readers.mail_files import own_domains, readable
from ingest.core.readers.message_headers import moment_of
from ingest.core.readers.messages import MAX_BYTES, Arrived
from ingest.core.settings import variable

TIMEOUT = 60.0  # seconds, for every step
ATTEMPTS = 4
_NUMBERS = 50_000  # listed at once
_BATCH, _BATCH_BYTES = 100, 8 * MAX_BYTES  # fetched at once
_TRANSIENT = (imaplib.IMAP4.abort, OSError)
_FACTS = re.compile(rb'UID (?P<uid>\d+)|RFC822\.SIZE (?P<size>\d+)|INTERNALDATE "(?P<date>[^"]+)"')

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A Reader over the folders in setting `mailboxes` of the server in setting `host`; nothing without one, if mail files are read."""

    def pages(self, call: Call) -> Iterator[list[dict[str, Any]]]:
        if not call.settings["host"]:
            if call.settings["folder"]:
                return
            names = (variable(call.source, s) for s in call.source.settings if s.name in ("host", "folder"))
            raise IngestError(f"{call.source.name}: neither a mail server nor a folder is named", f"Set {' or '.join(names)}.")
        kept: dict[str, list[int]] = orjson.loads(call.position) if call.position else {}
        reached: dict[str, list[int]] = {}
        server = _Server(call)
        try:
            for name in filter(None, map(str.strip, call.settings["mailboxes"].split(","))):
                folder = server.examine(name)
                known = kept.get(name, [0, 0])
                after = known[1] if known[0] == folder.validity != 0 else 0
                yield from _messages_after(server, folder, after)
                reached[name] = [folder.validity, max(after, folder.last)]
        finally:
            server.close()
        call.keep(orjson.dumps(reached).decode())


@dataclass(slots=True)
class _Folder:
    """An opened folder; `next_uid` bounds what a run reads, `last` is the highest number it saw."""

    name: str
    validity: int
    next_uid: int | None
    last: int = 0


def _messages_after(server: _Server, folder: _Folder, after: int) -> Iterator[list[dict[str, Any]]]:
    own = own_domains(server.call)
    for batch in _batches(server.numbers(folder, after)):
        page = [record for arrived in server.fetch(folder, batch) if (record := readable(server.call, arrived, own))]
        folder.last = max(folder.last, *(uid for uid, _ in batch))
        yield page


def _batches(listed: Iterator[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Groups (number, size) so that neither count nor bytes grow large."""
    batch, weight = list[tuple[int, int]](), 0
    for uid, size in listed:
        batch.append((uid, size))
        weight += min(size, MAX_BYTES)
        if len(batch) >= _BATCH or weight >= _BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


class _Server:
    """One connection to the server, opened again when it breaks."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._connection: imaplib.IMAP4 | None = None
        self._opened: _Folder | None = None

    def examine(self, name: str) -> _Folder:
        """Opens a folder for reading; IngestError when there is none of that name."""
        return self._patiently(lambda: self._examined(name))

    def numbers(self, folder: _Folder, after: int) -> Iterator[tuple[int, int]]:
        """Number and size of every message behind `after`. A range always names the last message too, however old it is."""
        start, end = after + 1, folder.next_uid - 1 if folder.next_uid else None
        while end is None or start <= end:
            stop = "*" if end is None else str(min(start + _NUMBERS - 1, end))
            found = [_facts(line) for line in self._uid(folder, "FETCH", f"{start}:{stop}", "(UID RFC822.SIZE)") if line]
            yield from sorted((told["uid"], told.get("size", 0)) for told in found if told.get("uid", 0) >= start)
            if end is None:
                return
            start += _NUMBERS

    def fetch(self, folder: _Folder, batch: list[tuple[int, int]]) -> Iterator[Arrived]:
        """The messages of a batch; one that was deleted meanwhile is left out."""
        numbers = ",".join(str(uid) for uid, _ in batch)
        data = self._uid(folder, "FETCH", numbers, f"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{MAX_BYTES}>)")
        for at, item in enumerate(data):
            if isinstance(item, tuple):
                tail = data[at + 1] if at + 1 < len(data) and isinstance(data[at + 1], bytes) else b""
                told, raw = _facts(item[0] + b" " + tail), bytes(item[1])
                date = told.get("date")
                came = moment_of(date) if date else None
                yield Arrived(raw, told.get("size") or len(raw), folder.name, came, folder.validity, told.get("uid"))
            elif isinstance(item, bytes) and b"BODY[" in item:  # nothing in it
                yield Arrived(b"", 0, folder.name, None, folder.validity, _facts(item).get("uid"))

    def close(self) -> None:
        if self._connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._connection.logout()
        self._drop()

    def _drop(self) -> None:
        """Forgets a connection that is of no more use."""
        connection, self._connection, self._opened = self._connection, None, None
        if connection is not None:
            with suppress(OSError):
                connection.shutdown()

    def _uid(self, folder: _Folder, *command: str) -> list[Any]:
        """A UID command in that folder; the answer's lines, literals as (line, bytes)."""

        def ask() -> list[Any]:
            connection = self._in(folder)
            self.call.client.calls += 1
            status, data = connection.uid(*command)
            if status != "OK":
                raise IngestError(f"{self._name}: the server refused to read {folder.name}", "Run again; nothing is lost.")
            return data

        return self._patiently(ask)

    def _patiently(self, step: Callable[[], _Answer]) -> _Answer:
        """Does a step; after a broken connection again on a new one, a few times."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return step()
            except _TRANSIENT as error:
                self._drop()
                if attempt == ATTEMPTS or isinstance(error, ssl.SSLCertVerificationError):
                    raise IngestError(
                        f"{self._name}: no answer from the mail server ({type(error).__name__})",
                        f"Check {self._variable('host')} and the network; run again, nothing is lost.",
                    ) from error
                time.sleep(random.uniform(0.1, 0.5) * 2 ** (attempt - 1))  # noqa: S311
            except imaplib.IMAP4.error as error:
                raise IngestError(f"{self._name}: the mail server did not understand", "Run again; nothing is lost.") from error
        raise AssertionError("unreachable")

    def _in(self, folder: _Folder) -> imaplib.IMAP4:
        """The connection with that folder open. Numbers given before would mean other messages under a new UIDVALIDITY."""
        is_open = self._connection is not None and self._opened is not None and self._opened.name == folder.name
        if not is_open and self._examined(folder.name).validity != folder.validity:
            raise IngestError(f"{self._name}: {folder.name} was numbered anew meanwhile", "Run again; nothing is lost.")
        assert self._connection is not None
        return self._connection

    def _examined(self, name: str) -> _Folder:
        if self._connection is None:
            self._connection = self._logged_in()
        self.call.client.calls += 1
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        status, _ = self._connection.select(f'"{quoted}"', readonly=True)
        if status != "OK":
            raise IngestError(f"{self._name}: there is no mailbox folder {name!r}", f"Check {self._variable('mailboxes')}.")
        validity, next_uid = (self._connection.response(code)[1][0] for code in ("UIDVALIDITY", "UIDNEXT"))
        self._opened = _Folder(name, int(validity or 0), int(next_uid) if next_uid else None)
        return self._opened

    def _logged_in(self) -> imaplib.IMAP4:
        connection = self._connected()
        user, password = self.call.settings["user"], self.call.settings["password"]
        try:
            if "AUTH=PLAIN" in connection.capabilities:
                connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                connection.login(user, password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeError) as error:
            names = f"{self._variable('user')} and {self._variable('password')}"
            raise IngestError(f"{self._name}: access denied: the mail server refused the login", f"Check {names}.") from error
        return connection

    def _connected(self) -> imaplib.IMAP4:
        settings = self.call.settings
        host, port, security = settings["host"], int(settings["port"]), settings["security"]
        if security == "none" and not _is_loopback(host):
            raise IngestError(
                f"{self._name}: a mailbox elsewhere is read over TLS only",
                f"Set {self._variable('security')} to tls or starttls.",
            )
        self.call.client.calls += 1
        if security == "tls":
            return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
        connection = imaplib.IMAP4(host, port, timeout=TIMEOUT)
        if security != "none":
            connection.starttls(ssl.create_default_context())
        return connection

    @property
    def _name(self) -> str:
        return self.call.source.name

    def _variable(self, setting: str) -> str:
        return next(variable(self.call.source, s) for s in self.call.source.settings if s.name == setting)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _facts(line: bytes | tuple[bytes, bytes]) -> dict[str, Any]:
    """UID, size and date out of a FETCH answer, in whatever order the server tells them."""
    told: dict[str, Any] = {}
    for match in _FACTS.finditer(line if isinstance(line, bytes) else line[0]):
        name, value = match.lastgroup or "", match[match.lastgroup or 0]
        told.setdefault(name, value.decode() if name == "date" else int(value))
    return told
