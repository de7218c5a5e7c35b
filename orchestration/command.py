"""What a part of `cx` is handed to declare its commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from ingest.core.paths import Paths

Command = Callable[[argparse.Namespace, Paths], int | None]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def port(told: str) -> int:
    """An argument that says where to listen."""
    if not told.isdecimal() or len(told) > 5 or not 0 < int(told) < 65_536:
        raise argparse.ArgumentTypeError(f"must be a port from 1 to 65535, not {told[:40]!r}")
    return int(told)
