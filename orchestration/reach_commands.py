"""The commands by which what was published reaches other systems."""

from __future__ import annotations

import argparse

from ingest.core.paths import Paths
from orchestration.identity_commands import Add


def add_commands(add: Add) -> None:
    """Declares the commands; `add` makes one."""
    serve = add("serve", _serve, "answer look-ups of customers over HTTP: who has this e-mail address, phone number or id")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine alone)")
    serve.add_argument("--port", type=int, default=8350, help="port to listen on (default 8350)")


def _serve(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.serve import serve

    serve(paths, asked.host, asked.port)
    return None
