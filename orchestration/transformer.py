"""dbt inside this process: parse when the project changed, build with one event per node as it ends.

A dbt subprocess per half would import dbt again and parse again (several CPU seconds each). dbt keeps one adapter per
process, so builds take turns: the caller holds the writer lock. Which nodes become which assets stands in
`assets/transform.py`.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import hashlib
import json
import os
import queue
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.core.errors import CxError
from ingest.core.masking import masked
from ingest.core.paths import Paths
from ingest.core.storage import make_ready

_RESULT_EVENTS = {"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"}
_TABLES = {"table", "incremental", "seed", "snapshot"}
_WATCHED = ("models", "seeds", "macros", "snapshots", "tests", "dbt_project.yml", "profiles.yml", "packages.yml")
_STOPS_WITHIN_SECONDS = 10.0
_SAID_NOTHING = "dbt ended without saying why"

# By project: its mark and dbt's own object, which the parser takes seconds to make and every build of this process can use.
_parsed: dict[Path, tuple[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one dbt node ended. `status` is success for what was built, pass, warn, fail or error for a test.

    rows: how many the table has; None for a view, a test and what failed.
    """

    unique_id: str
    status: str
    seconds: float
    failing_rows: int
    rows: int | None = None


class TransformError(CxError):
    """dbt could not parse or build the project."""


class Transformer:
    """One dbt project against one data directory."""

    def __init__(self, project: Path, paths: Paths) -> None:
        self.project, self.paths = project, paths
        self.results: list[Any] = []  # dbt's results of the newest build
        self._manifest: Any = None  # dbt's own object, kept so that the second half does not parse again

    def manifest(self) -> dict[str, Any]:
        """The parsed project as a dictionary; parses when `target/manifest.json` is missing or older than the project."""
        with self._parsing():
            if not self._is_told():
                self._parse()
            try:
                return _load(self._told)
            except ValueError:  # whoever wrote it was killed on the way
                self._told.unlink()
                self._parse()
                return _load(self._told)

    @property
    def _told(self) -> Path:
        """What dbt tells of the project once it has parsed it."""
        return self.project / "target" / "manifest.json"

    def _is_told(self) -> bool:
        return self._told.exists() and self._told.stat().st_mtime >= _newest_change(self.project)

    def mark(self) -> str:
        """A hash of everything the parser reads: two projects with the same mark build the same."""
        told = hashlib.sha256()
        for path in sorted(_watched(self.project)):
            if path.is_file():
                told.update(f"{path.relative_to(self.project)}\n".encode() + path.read_bytes())
        return told.hexdigest()

    def build(self, selection: Sequence[str]) -> Iterator[NodeResult]:
        """Runs `dbt build` with these selection arguments; yields every node as it ends.

        Unit tests are left out: they try the formulas on examples, whatever the data, and run with the project's own tests.

        Raises TransformError at the end when anything failed; `results` then tells what.
        """
        if self._manifest is None:
            with self._parsing():
                self._parse()
        make_ready(self.paths.warehouse)
        self.paths.staging_file.parent.mkdir(parents=True, exist_ok=True)
        events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        told: list[Any] = []

        def work() -> None:
            try:
                told.append(
                    self._invoke(["build", "--no-write-json", "--exclude-resource-type", "unit_test", *selection], events.put)
                )
            finally:
                events.put(None)

        thread = threading.Thread(target=work, name="dbt", daemon=True)
        with self._environment(self.paths.warehouse, self.paths.staging_file):
            thread.start()
            atexit.register(_finish, thread)  # an interrupted run may drop this generator without closing it
            try:
                yield from _decoded(events)
            finally:
                atexit.unregister(_finish)
                _finish(thread)
        self.results = list(getattr(told[0].result, "results", None) or []) if told else []
        if not told or not told[0].success:
            raise TransformError(_why(told, self.results), f"More stands in {self._logs / 'dbt.log'}.")

    def try_formulas(self, target: Path) -> int:
        """The project's unit tests, formulas on worked examples, over the tables as they stand: how many passed. TransformError
        names the ones that did not. Whatever dbt writes stands in `target`. The caller holds the lock."""
        if self._manifest is None:
            with self._parsing():
                self._parse()
        files: list[Any] = []
        with self._environment(self.paths.warehouse, self.paths.staging_file):
            asked = ["test", "--no-write-json", "--select", "test_type:unit"]
            told = self._invoke(asked, lambda event: files.append(_open_files()), target)
        for environment in {id(one): one for one in files if one is not None}.values():
            _let_go(environment)
        results = list(getattr(told.result, "results", None) or [])
        if not told.success:
            raise TransformError(_why([told], results), "Correct the formula, or the example beside its model.")
        return sum(str(result.status) == "pass" for result in results)

    def document(self, target: Path) -> Path:
        """dbt's documentation of the project and of the warehouse as it stands, as one file in `target`. The caller holds the lock.

        The SQL is not compiled for it: builds have written it (`compiled`).
        """
        target.mkdir(parents=True, exist_ok=True)
        self.manifest()
        shutil.copy(self._told, target / "manifest.json")
        with self._environment(self.paths.warehouse, self.paths.staging_file):
            if self._manifest is None:
                with self._parsing():
                    self._parse()
            files: list[Any] = []
            told = self._invoke(
                ["docs", "generate", "--static", "--no-compile"], lambda event: files.append(_open_files()), target
            )
        for environment in {id(one): one for one in files if one is not None}.values():
            _let_go(environment)
        if not told.success:
            raise TransformError(
                f"dbt did not document the project: {_why([told], [])}", f"More stands in {self._logs / 'dbt.log'}."
            )
        return target / "static_index.html"

    @property
    def compiled(self) -> Path:
        """Where dbt leaves the SQL of what it has built."""
        return self._logs / "target" / "compiled"

    @property
    def _logs(self) -> Path:
        return self.paths.root / ".dbt"

    @contextmanager
    def _parsing(self) -> Iterator[None]:
        """One process at a time writes what the parser keeps, which all data directories share."""
        folder = self.project / "target"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".parse.lock").open("w", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _parse(self) -> None:
        """Parses what changed since this process last did. The files' names alone are told: dbt parses all anew when what the
        profile reads differs, which a directory of data must not bring about, and opens nothing while it parses."""
        mark = self.mark()
        known, manifest = _parsed.get(self.project, ("", None))
        if known == mark and self._is_told():
            self._manifest = manifest
            return
        with self._environment(Path(self.paths.warehouse.name), Path(self.paths.staging_file.name)):
            told = self._invoke(["parse", *(["--no-write-json"] if self._is_told() else [])], lambda event: None)
        if isinstance(told.exception, BaseException) and not isinstance(told.exception, Exception):
            raise told.exception  # an interruption, which dbt takes for a result
        if not told.success:
            raise TransformError(
                f"the dbt project {self.project} does not parse: {_why([told], [])}", "Correct it and run again."
            )
        self._manifest = told.result
        _parsed[self.project] = mark, told.result

    def _invoke(self, args: list[str], on_event: Any, target: Path | None = None) -> Any:
        from dbt.cli.main import dbtRunner

        parses = args[0] == "parse"  # parsing leaves no trace in the data directory, building none in the project
        logs = self.project / "target" if parses else self._logs
        target = target or (self.project / "target" if parses else self._logs / "target")
        quiet = ["--log-level", "none", "--log-level-file", "warn", "--log-path", str(logs), "--no-use-colors"]
        where = ["--project-dir", str(self.project), "--profiles-dir", str(self.project), "--target-path", str(target)]
        manifest = self._manifest if args[0] != "parse" else None
        return dbtRunner(manifest=manifest, callbacks=[on_event]).invoke([*quiet, *args, *where])

    @contextmanager
    def _environment(self, warehouse: Path, published_next: Path) -> Iterator[None]:
        """The files dbt works on, told by environment variables as in a shell, for as long as dbt runs."""
        ours = {"CX_WAREHOUSE": str(warehouse), "CX_PUBLISHED_NEXT": str(published_next)}
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def _load(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def _newest_change(project: Path) -> float:
    """When anything the parser reads was last changed; folders count, so that a deleted file does too."""
    return max((path.stat().st_mtime for path in _watched(project)), default=0.0)


def _watched(project: Path) -> Iterator[Path]:
    found = [project / name for name in _WATCHED if (project / name).exists()]
    yield from found
    yield from (path for top in found if top.is_dir() for path in top.rglob("*"))


def _decoded(events: queue.SimpleQueue[Any]) -> Iterator[NodeResult]:
    while (event := events.get()) is not None:
        if event.info.name in _RESULT_EVENTS:
            told = event.data
            rows = told.num_failures if event.info.name == "LogTestResult" else 0
            status = str(told.node_info.node_status).lower()
            yield NodeResult(
                told.node_info.unique_id, status, round(told.execution_time, 3), rows, _rows_of(told.node_info, status)
            )


def _rows_of(node: Any, status: str) -> int | None:
    """How many rows a table has that dbt has just made: DuckDB knows without reading it (about a millisecond)."""
    environment = _open_files()
    if status != "success" or node.materialized not in _TABLES or environment is None or environment.conn is None:
        return None
    with environment.conn.cursor() as connection:
        found = connection.execute(f"select count(*) from {node.node_relation.relation_name}").fetchone()
    return int(found[0])


def _finish(thread: threading.Thread) -> None:
    """Closes the files dbt keeps open; where the caller stopped listening, ends dbt as Ctrl-C would."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    thread.join(timeout=0.5)
    environment = DuckDBConnectionManager._ENV
    if thread.is_alive():  # dbt cancels its queue on a KeyboardInterrupt, which only its own thread can raise
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(KeyboardInterrupt))
    deadline = time.monotonic() + _STOPS_WITHIN_SECONDS
    while thread.is_alive() and time.monotonic() < deadline:
        if environment is not None and environment.conn is not None:
            environment.conn.interrupt()
        thread.join(timeout=0.2)
    _let_go(environment)


def _open_files() -> Any:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    return DuckDBConnectionManager._ENV


def _let_go(environment: Any) -> None:
    """Closes the files dbt keeps open: its own cleaning up only forgets them, and they would stay locked."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if environment is not None:
        environment.close()
    DuckDBConnectionManager._ENV = None


def _why(told: list[Any], results: Sequence[Any]) -> str:
    failed = [result for result in results if str(result.status) in ("error", "fail", "runtime error")]
    if failed:
        named = "; ".join(f"{result.node.name}: {_first_line(result.message)}" for result in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        return f"{len(failed)} dbt node(s) failed: {named}{more}"
    if told and told[0].exception is not None:
        return " ".join(str(told[0].exception).split())[:600]
    return _SAID_NOTHING


def _first_line(message: object) -> str:
    lines = [line.strip() for line in str(message or _SAID_NOTHING).splitlines() if line.strip()]
    return masked(" ".join(lines))[:300]
