"""A real Superset on loopback, in the environment CX_SUPERSET_PYTHON names, with a metadata database of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from orchestration.reach.superset import configuration

PYTHON = "CX_SUPERSET_PYTHON"
USER = "admin"
PASSWORD = "sandbox-password-0123456789"
_STARTS_WITHIN_SECONDS = 300


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Its address. Making the metadata database takes about a minute of CPU; one that `home` has already is used."""
    tool = str(Path(os.environ[PYTHON]).parent / "superset")
    config = home / "superset_config.py"
    kept = f'SECRET_KEY = "{"k" * 42}"\nSQLALCHEMY_DATABASE_URI = "sqlite:///{home / "superset.db"}"\n'
    config.write_text(configuration() + kept, encoding="utf-8")
    settings = {
        "SUPERSET_CONFIG_PATH": str(config),
        "SUPERSET_HOME": str(home),
        "FLASK_APP": "superset",
        "SCARF_ANALYTICS": "false",
    }
    environment = {**os.environ, **settings}
    if not (home / "superset.db").exists():
        named = ["--username", USER, "--firstname", "a", "--lastname", "b", "--email", "a@example.com", "--password", PASSWORD]
        for arguments in (["db", "upgrade"], ["fab", "create-admin", *named], ["init"]):
            done = subprocess.run([tool, *arguments], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-2000:]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (home / "superset.log").open("w") as log:
        command = [tool, "run", "-h", "127.0.0.1", "-p", str(port), "--with-threads"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while True:
        assert process.poll() is None and time.monotonic() < deadline, "Superset did not start"
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)
