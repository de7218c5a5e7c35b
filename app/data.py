"""Reading the published file for the pages: one connection, answers kept for as long as the publication stands.

A publication is known by its file (inode, time, size): one that was swapped in is another file, and is followed with the next
rerun. DuckDB gives a second connection to a path the old file while the first is open, so there is one connection, and it is
closed before the next is opened.
"""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.reader import opened

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

ROLES = ("full", "pseudonymised")


class Replaced(Exception):
    """Another publication was swapped in while a page was being made; make the page again."""


class NoSuchRole(CxError):
    """CX_APP_ROLE says something else than full or pseudonymised."""


class NothingPublished(CxError):
    """There is no file to read yet."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One publication as a file. `stamp` tells it from every other."""

    file: Path
    stamp: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What the publication says of itself. `scale`: minor units per unit of the reporting currency."""

    run_id: str
    published_at: datetime
    data_as_of: datetime
    currency: str
    scale: float
    time_zone: str


class _Connection:
    """The one open connection; asked by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._edition: Edition | None = None
        self._duckdb: DuckDBPyConnection | None = None

    def ask(self, edition: Edition, sql: str, parameters: tuple[Any, ...]) -> pd.DataFrame:
        with self._lock:
            if self._edition != edition:
                self._exchange(edition)
            assert self._duckdb is not None
            return self._duckdb.execute(sql, list(parameters)).df()

    def _exchange(self, edition: Edition) -> None:
        self._edition = None
        self._open.close()
        self._duckdb = self._open.enter_context(opened(edition.file))
        if stamp(edition.file) != edition.stamp:
            raise Replaced
        self._edition = edition


@st.cache_resource(show_spinner=False)
def _connection() -> _Connection:
    return _Connection()


def role() -> str:
    """Who looks: `full`, or `pseudonymised`, who sees no names, addresses, numbers and free text."""
    told = os.environ.get("CX_APP_ROLE") or "full"
    if told not in ROLES:
        raise NoSuchRole(f"CX_APP_ROLE is {told!r}", f"Known are: {', '.join(ROLES)}.")
    return told


def edition() -> Edition:
    """The publication that stands now, for this role. NothingPublished while there is none."""
    paths = Paths.from_environment()
    if role() == "full":
        file = paths.published
        remedy = "`make demo` publishes a planted company, `cx run` your own."
    else:
        file = paths.published.with_name("cx_pseudonymised.duckdb")
        remedy = "The role pseudonymised reads that file alone; it is written beside the published one."
    try:
        return Edition(file, stamp(file))
    except FileNotFoundError:
        raise NothingPublished(f"nothing has been published yet: {file} does not exist", remedy) from None


def stamp(file: Path) -> str:
    """Tells the file from the one that replaces it."""
    found = file.stat()
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


def begin() -> Edition:
    """Fixes the publication this run of a page reads, so that no page mixes two."""
    st.session_state["edition"] = now = edition()
    return now


def ask(sql: str, *parameters: Any) -> pd.DataFrame:
    """What the publication answers, kept while it stands. Instants are UTC or carry their zone."""
    return _kept(*_key(), sql, parameters)


def look_up(sql: str, *parameters: Any) -> pd.DataFrame:
    """As `ask`, but nothing is kept: for what somebody typed, and for single people."""
    return _asked(*_key(), sql, parameters)


def _key() -> tuple[str, str]:
    now: Edition = st.session_state.get("edition") or begin()
    return str(now.file), now.stamp


@st.cache_data(show_spinner=False, max_entries=300)
def _kept(file: str, stamp: str, sql: str, parameters: tuple[Any, ...]) -> pd.DataFrame:
    return _asked(file, stamp, sql, parameters)


def _asked(file: str, stamp: str, sql: str, parameters: tuple[Any, ...]) -> pd.DataFrame:
    return _connection().ask(Edition(Path(file), stamp), sql, parameters)


def basis() -> Basis:
    """Which run published when, what the money is, whose days they are."""
    told = ask("""
        select run_id, published_at, publication.data_as_of, reporting_currency, minor_digits, reporting_time_zone
        from publication cross join reporting limit 1
    """)
    if told.empty:
        raise CxError(
            "the published file says nothing of itself: `publication` or `reporting` is empty", "`cx run` publishes anew."
        )
    row = told.iloc[0]
    return Basis(
        run_id=str(row["run_id"]),
        published_at=row["published_at"].to_pydatetime(),
        data_as_of=row["data_as_of"].to_pydatetime(),
        currency=str(row["reporting_currency"]),
        scale=10.0 ** int(row["minor_digits"]),
        time_zone=str(row["reporting_time_zone"]),
    )
