"""`cx quack`: the published file over DuckDB's own remote protocol, for DuckDB clients that cannot open the file itself.

Read-only and locked down like every reader: no other file, no network, no setting can be changed. Quack itself would let whoever has
the token run any statement, so a callback lets through single SELECTs that call none of the functions a server is run with.
The extra `quack` brings the extension; nothing is downloaded. Quack is a preview in DuckDB 1.5.
"""

from __future__ import annotations

import importlib.util
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.reach.serve import SHORTEST_TOKEN
from orchestration.reader import LOCKED_DOWN, QueryError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOKEN = "CX_QUACK_TOKEN"
EXTENSIONS = ("httpfs", "quack")  # Quack speaks HTTP by httpfs
_LOOKS_EVERY_SECONDS = 2.0
# they run text as SQL, or read past what is published
_DENIED = ("quack", "query", "sql_auto_complete", "duckdb_secrets", "which_secret", "duckdb_logs", "pragma_")


def extension(name: str) -> Path | None:
    """The file of an extension that a wheel brought for this DuckDB; None where there is none."""
    import duckdb

    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    places = list(found.submodule_search_locations or []) if found else []
    files = [Path(place) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension" for place in places]
    return next((file for file in files if file.exists()), None)


def token() -> str:
    given = os.environ.get(TOKEN, "")
    if not given:
        raise SettingMissing(f"no value for {TOKEN}: without it anybody could read", "Make one with `openssl rand -hex 32`.")
    if len(given) < SHORTEST_TOKEN:
        raise CxError(f"{TOKEN} has fewer than {SHORTEST_TOKEN} characters", "Make one with `openssl rand -hex 32`.")
    return given


def serve(paths: Paths, port: int, say: Callable[[str], None], stop: threading.Event | None = None) -> None:
    """Answers on this machine until it is stopped; begins anew when another file is published, which ends what is being asked."""
    given, ended = token(), stop or threading.Event()
    while not ended.is_set():
        stamp = _stamp(paths.published)
        with _served(paths.published, port, given):
            say(f"quack:127.0.0.1:{port} answers from the publication of {paths.published}")
            while not ended.wait(_LOOKS_EVERY_SECONDS) and _stamp(paths.published) == stamp:
                pass


@contextmanager
def _served(published: Path, port: int, given: str) -> Iterator[None]:
    import duckdb

    files = {name: extension(name) for name in EXTENSIONS}
    missing = [name for name, file in files.items() if file is None]
    if missing:
        wanted = " ".join(f"duckdb-extension-{name}=={duckdb.__version__}" for name in missing)
        raise CxError(f"no extension {' and '.join(missing)} for DuckDB {duckdb.__version__}", f"pip install {wanted}")
    settings = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(str(published), read_only=True, config=dict(settings)) as connection:
        for file in files.values():
            connection.execute(f"load '{str(file).replace(chr(39), chr(39) * 2)}'")
        connection.create_function("only_reads", _Guard(), ["VARCHAR", "VARCHAR"], "BOOLEAN")  # type: ignore[list-item,arg-type]
        connection.execute("set global quack_authorization_function = 'only_reads'")
        address = f"quack:127.0.0.1:{port}"
        try:
            connection.execute("call quack_serve(?, token = ?)", [address, given])
        except duckdb.Error as error:
            raise CxError(f"port {port} cannot be listened on", "Say another with --port.") from error
        for name, value in LOCKED_DOWN.items():
            connection.execute(f"set {name} = {value}")
        try:
            yield
        finally:
            connection.execute("call quack_stop(?)", [address])


class _Guard:
    """Whether a session may ask a text: one SELECT, and no function that leads around that."""

    def __init__(self) -> None:
        import duckdb

        self._parser: DuckDBPyConnection = duckdb.connect(":memory:", config=dict(LOCKED_DOWN))
        self._turn = threading.Lock()

    def __call__(self, session: str, text: str) -> bool:
        with self._turn:
            told = json.loads(self._parser.execute("select json_serialize_sql(?::varchar)", [text]).fetchall()[0][0])
        if told["error"] or len(told["statements"]) != 1:
            return False
        return not any(name.lower().startswith(_DENIED) for name in _functions(told))


def _functions(tree: Any) -> Iterator[str]:
    """Names of all functions in a parsed statement."""
    if isinstance(tree, dict):
        if "function_name" in tree:
            yield str(tree["function_name"])
        for part in tree.values():
            yield from _functions(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _functions(part)


def _stamp(published: Path) -> tuple[int, int]:
    try:
        found = published.stat()
    except FileNotFoundError:
        raise QueryError(
            f"nothing has been published yet: {published} does not exist", "`cx demo` or `cx run` makes it."
        ) from None
    return found.st_mtime_ns, found.st_ino
