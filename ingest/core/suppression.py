"""Who was erased stays out: a list of salted hashes, and the check of every landed row against it.

The list (`data/suppression/`) holds hashes of identifiers and of record names, never the values; without the salt beside it, which
never leaves the data directory, they tell nothing. Vendors go on telling about a person, so landing drops their rows and counts
them, takes their addresses out of the rows of others, and adds the keys of what it dropped, so that what hangs on them follows.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.core.ownership import (
    EMAIL,
    LEAST_PHONE_DIGITS,
    PHONE,
    WEAK_KINDS,
    Link,
    Rows,
    normalised,
    record_name,
    values_at,
    without_entries,
)
from ingest.core.paths import Paths
from ingest.core.spec import Resource

ERASED = "[erased]"
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
NUMBER = re.compile(rf"\+?\(?\d[\d ()/.-]{{{LEAST_PHONE_DIGITS - 1},}}\d")
RECORD = "record"


@dataclass(slots=True)
class Suppression:
    """The list. `add` and `keep` write it; a value is asked for by kind."""

    folder: Path
    salt: bytes = b""
    hashes: set[str] = field(default_factory=set)
    newest: str = ""  # the id of the last erasure that had begun when the list was read
    _new: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, paths: Paths) -> Suppression:
        """The list of this data directory; empty where nobody was erased."""
        folder = paths.suppression
        told = folder / "hashes.txt"
        if not told.exists():
            return cls(folder, newest=newest_erasure(paths))
        return cls(folder, (folder / "salt").read_bytes(), set(told.read_text(encoding="ascii").split()), newest_erasure(paths))

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def hash_of(self, kind: str, value: str) -> str:
        """The salted hash of a normalised identifier or record name."""
        return hashlib.blake2b(f"{kind}|{value}".encode(), key=self.salt, digest_size=16).hexdigest()

    def holds(self, kind: str, value: str) -> bool:
        return bool(value) and self.hash_of(kind, value) in self.hashes

    def add(self, kind: str, value: str) -> None:
        """Lists a value; `keep` writes it."""
        if not self.salt:
            self.salt = self._make_salt()
        told = self.hash_of(kind, value)
        if value and told not in self.hashes:
            self.hashes.add(told)
            self._new.append(told)

    def keep(self) -> None:
        """Writes what was added, whole or not at all; what another process added meanwhile stays. The caller holds the writer lock."""
        if not self._new:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / "hashes.txt"
        before = set(target.read_text(encoding="ascii").split()) if target.exists() else set()
        beside = self.folder / f".hashes.{os.getpid()}"
        with beside.open("w", encoding="ascii") as handle:
            handle.write("\n".join(sorted(before | set(self._new))) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(target)
        self._new.clear()

    def _make_salt(self) -> bytes:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self.folder / "salt"
        if not target.exists():
            made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as handle:
                handle.write(secrets.token_bytes(32))
                handle.flush()
                os.fsync(handle.fileno())
        return target.read_bytes()


def newest_erasure(paths: Paths) -> str:
    """The id of the last erasure that has begun; "" before the first."""
    told = paths.suppression / "newest"
    return told.read_text(encoding="ascii").strip() if told.exists() else ""


class Doorkeeper:
    """Applies the list to what one source lands. An empty list costs nothing."""

    def __init__(self, source: str, listed: Suppression, owned: dict[str, Rows]) -> None:
        self.source, self.listed, self._owned = source, listed, owned

    def __bool__(self) -> bool:
        return bool(self.listed)

    def admit(self, resource: Resource, table: pa.Table) -> tuple[pa.Table, int]:
        """The rows that may land, without addresses of the erased, and how many were kept out."""
        if not self.listed or not table.num_rows:
            return table, 0
        dropped = 0
        rows = self._owned.get(resource.name)
        if rows is not None:
            table, dropped = self._without_erased(resource, rows, table)
            table = self._without_links(rows, table)
        return self._redacted(table), dropped

    def keys(self, resource: Resource, keys: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """The listed keys of records that may land."""
        rows = self._owned.get(resource.name)
        if not self.listed or rows is None:
            return set(keys)
        order = [resource.key.index(name) for name in rows.key or resource.key if name in resource.key]
        return {key for key in keys if not self._is_record(resource.name, "/".join(key[at] for at in order))}

    def refuses(self, resource: Resource, key: str | None, text: str) -> bool:
        """Whether a record that fits no type is of somebody erased: by its key, or by an address or number in its text."""
        if not self.listed or resource.name not in self._owned:
            return False
        if key and self._is_record(resource.name, key):
            return True
        return any(self.listed.holds(kind, normalised(kind, told)) for kind, told in _identifiers(text))

    def redact(self, text: str) -> str:
        """The text without addresses and numbers of the erased."""
        for kind, told in set(_identifiers(text)):
            if self.listed.holds(kind, normalised(kind, told)):
                text = text.replace(told, ERASED)
        return text

    def _is_record(self, resource: str, key: str) -> bool:
        return self.listed.holds(RECORD, record_name(self.source, resource, key))

    def _names_erased(self, link: Link, key: str) -> bool:
        if link.to == EMAIL:
            return self.listed.holds(EMAIL, normalised(EMAIL, key))
        return self._is_record(link.to, key.removeprefix(link.prefix))

    def _without_erased(self, resource: Resource, rows: Rows, table: pa.Table) -> tuple[pa.Table, int]:
        keys = joined(table, rows.key or resource.key)
        evidence = [self._evidence_of_link(link, table) for link in rows.of] + [
            self._evidence_of_value(name, kind, table) for name, kind in rows.told.items()
        ]
        stays = [
            not self._is_erased(resource.name, key, [column[at] for column in evidence], rows) for at, key in enumerate(keys)
        ]
        dropped = len(stays) - sum(stays)
        if not dropped:
            return table, 0
        gone = table.filter(pa.array([not stay for stay in stays]))
        for key in joined(gone, rows.key or resource.key):
            self.listed.add(RECORD, record_name(self.source, resource.name, key))
        for link in rows.brings:
            for key in joined(gone, link.columns):
                self.listed.add(RECORD, record_name(self.source, link.to, key))
        return table.filter(pa.array(stays)), dropped

    def _is_erased(self, resource: str, key: str, evidence: Sequence[bool | None], rows: Rows) -> bool:
        """evidence: per link and told column whether it names the erased, None where it names nobody."""
        if self._is_record(resource, key):
            return True
        weak = [link.weak for link in rows.of] + [kind in WEAK_KINDS for kind in rows.told.values()]
        strong = [told for told, is_weak in zip(evidence, weak, strict=True) if not is_weak and told is not None]
        if strong:
            return any(strong)
        return any(told for told, is_weak in zip(evidence, weak, strict=True) if is_weak)

    def _evidence_of_link(self, link: Link, table: pa.Table) -> list[bool | None]:
        if link.path:
            return [self._all_erased(link, text) for text in table[link.columns[0]].to_pylist()]
        missing = _missing(table, link.columns)
        keys = joined(table, link.columns)
        return [None if gone else self._names_erased(link, key) for key, gone in zip(keys, missing, strict=True)]

    def _all_erased(self, link: Link, text: str | None) -> bool | None:
        told = list(values_at(text, link.path))
        return all(self._names_erased(link, key) for key in told) if told else None

    def _evidence_of_value(self, name: str, kind: str, table: pa.Table) -> list[bool | None]:
        spelt = (normalised(kind, str(value)) if value is not None else "" for value in table[name].to_pylist())
        return [self.listed.holds(kind, value) if value else None for value in spelt]

    def _without_links(self, rows: Rows, table: pa.Table) -> pa.Table:
        """Lists that name others too lose the entries of the erased."""
        for link in rows.of:
            if link.path:
                name = link.columns[0]
                told = [self._cleaned(link, text) for text in table[name].to_pylist()]
                table = table.set_column(table.column_names.index(name), name, pa.array(told, pa.string()))
        return table

    def _cleaned(self, link: Link, text: str | None) -> str | None:
        if text is None or not any(self._names_erased(link, key) for key in values_at(text, link.path)):
            return text
        return without_entries(text, link.path, lambda key: self._names_erased(link, key))

    def _redacted(self, table: pa.Table) -> pa.Table:
        """Text of others that holds an address or a number of the erased."""
        for at, name in enumerate(table.column_names):
            if not pa.types.is_string(table[name].type) or name in ("_run_id",):
                continue
            if not pc.any(pc.match_substring_regex(table[name], f"@|{NUMBER.pattern}")).as_py():
                continue
            told = [text if text is None else self.redact(text) for text in table[name].to_pylist()]
            table = table.set_column(at, name, pa.array(told, pa.string()))
        return table


def joined(table: pa.Table, columns: Sequence[str]) -> list[str]:
    """The values of these columns as text, joined by `/`, a missing one as nothing."""
    texts = [["" if value is None else str(value) for value in table[name].to_pylist()] for name in columns]
    return texts[0] if len(texts) == 1 else ["/".join(parts) for parts in zip(*texts, strict=True)]


def _missing(table: pa.Table, columns: Sequence[str]) -> list[bool]:
    gone = [table[name].is_null().to_pylist() for name in columns]
    return [any(one) for one in zip(*gone, strict=True)]


def _identifiers(text: str) -> Iterator[tuple[str, Any]]:
    yield from ((EMAIL, found) for found in ADDRESS.findall(text))
    yield from ((PHONE, found) for found in NUMBER.findall(text))
