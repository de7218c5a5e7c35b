"""What a part of `cx` is handed to declare its commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from ingest.core.paths import Paths

Command = Callable[[argparse.Namespace, Paths], int | None]
Add = Callable[[str, Command, str], argparse.ArgumentParser]
