"""How often a job that runs at the vendor's is asked for its state."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta


def asked_again(patience: timedelta, first: float, growth: float, longest: float) -> Iterator[None]:
    """Yields at once, then after pauses that grow by `growth` from `first` to `longest` seconds; ends with the patience."""
    deadline, wait = time.monotonic() + patience.total_seconds(), first
    yield
    while time.monotonic() + wait <= deadline:
        time.sleep(wait)
        wait = min(wait * growth, longest)
        yield
