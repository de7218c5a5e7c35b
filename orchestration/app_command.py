"""The command `cx app`: Streamlit over the published file, on this machine only."""

from __future__ import annotations

import argparse
import os
import socket
import sys

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.command import Add, port

ADDRESS = "127.0.0.1"


def add_commands(add: Add) -> None:
    """Declares the command; `add` makes one."""
    app = add("app", _app, "look at what was published: scorecard, journeys, voice, customers")
    app.add_argument("--port", type=port, default=8501, help="on this machine (default 8501)")


def command(port: int) -> list[str]:
    """How the app is started; where it listens and what it sends stands in app/.streamlit/config.toml."""
    return [sys.executable, "-m", "app", str(port)]


def _app(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.parts import CHECKOUT

    _is_free(asked.port)
    if not paths.published.exists():
        sys.stderr.write(
            f"nothing has been published yet: {paths.published} does not exist. `cx demo` or `cx run` makes it; the app shows it then.\n"
        )
    sys.stderr.write(f"http://{ADDRESS}:{asked.port}\n")
    os.environ.setdefault("CX_DATA_DIR", str(paths.root))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    os.execv(sys.executable, command(asked.port))  # noqa: S606 - our own interpreter, no shell on purpose


def _is_free(port: int) -> None:
    """Streamlit would say the same in six lines."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as error:
            raise CxError(f"port {port} cannot be used: {error}", "`cx app --port` takes another.") from error
