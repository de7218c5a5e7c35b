"""How the rows of a raw table belong to people: words for `ingest/owners.py`, read by erasure, export and landing alike.

A row is a person's when it is a record identity knows them by, when it names such a row (or a row that is theirs), or when it
tells an identifier that is theirs alone. Nothing here reads the warehouse or the environment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Columns = tuple[str, ...]
EMAIL, PHONE, HANDLE, NUMBER = "email", "phone", "social_handle", "erp_customer_number"
WEAK_KINDS = frozenset({PHONE})  # lines are shared and handed on: a phone speaks only where nothing else does
PHONE_DIGITS = 9  # without country and trunk prefixes, which are written in many ways
LEAST_PHONE_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Link:
    """Columns that name a row of another resource: their values, joined by `/`, are its key.

    path: the column is JSON, and these values in it (`$[*].id`) are the keys; the row belongs to them all, and goes with the
    last of them. prefix: stands before the key (`Patient/`). weak: counts only where the row names nobody otherwise.
    unless: for `brings`, rows that stay keep what they name only while this column is filled.
    """

    columns: Columns
    to: str
    path: str = ""
    prefix: str = ""
    weak: bool = False
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one resource. key: columns that make the key identity knows them by, where it is not the resource's own.

    of: what a row belongs to; told: columns that identify a person by themselves, with the kind of identifier;
    brings: what goes with a row when no row that stays names it (an address of its own, a deal of one contact).
    """

    key: Columns = ()
    of: tuple[Link, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    brings: tuple[Link, ...] = ()


def link(columns: str, to: str, **more: Any) -> Link:
    """A link written shortly: columns separated by blanks."""
    return Link(tuple(columns.split()), to, **more)


def record_name(source: str, resource: str, key: str) -> str:
    """What identity calls a record: source:resource:key."""
    return f"{source}:{resource}:{key}"


def normalised(kind: str, value: str) -> str:
    """One spelling per identifier; empty when the value is none."""
    if kind == EMAIL:
        return clean_email(value)
    if kind == PHONE:
        digits = re.sub(r"\D", "", value)
        return digits[-PHONE_DIGITS:] if len(digits) >= LEAST_PHONE_DIGITS else ""
    return value.strip().lower().removeprefix("@")


def clean_email(value: str) -> str:
    """The mailbox behind an address: what comes after a plus and the dots of Gmail change nothing. As the macro `clean_email`."""
    address = value.strip().lower().removeprefix("mailto:")
    if not re.fullmatch(r"[^@ +][^@ ]*@[^@ ]+[.][a-z0-9-]+", address):
        return ""
    mailbox, _, domain = address.partition("@")
    mailbox = mailbox.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{mailbox.replace('.', '')}@gmail.com"
    return f"{mailbox}@{domain}"


def values_at(text: str | None, path: str) -> Iterator[str]:
    """The values at a path like `$.a[*].b` of a JSON text; nothing where the text is none."""
    if not text:
        return
    try:
        document = json.loads(text)
    except ValueError:
        return
    yield from _found(document, path)


def without_entries(text: str, path: str, is_gone: Callable[[str], bool]) -> str:
    """The JSON text without those entries of the list at `path` (up to its `[*]`) whose value there is gone.

    The whole entry goes: beside the key of a person it may tell their name.
    """
    before, _, within = path.partition("[*]")
    document = {"$": json.loads(text)}
    *folders, name = before.split(".")
    holder = document
    for step in folders:
        holder = holder[step]
    holder[name] = [entry for entry in holder[name] if not any(is_gone(told) for told in _found(entry, within))]
    return json.dumps(document["$"], ensure_ascii=False, separators=(",", ":"))


def _found(document: Any, path: str) -> Iterator[str]:
    found = [document]
    for step in path.removeprefix("$").replace("[*]", ".[*]").strip(".").split("."):
        if not step:
            continue
        if step == "[*]":
            found = [one for value in found if isinstance(value, list) for one in value]
        else:
            found = [value[step] for value in found if isinstance(value, dict) and value.get(step) is not None]
    yield from (str(value) for value in found)
