"""The one scroll a workspace may have open: whose turn it is, where it stands, and when it is forgotten."""

from __future__ import annotations

import time
from uuid import uuid4

IDLE_SECONDS = 60.0
SIZE = 100


class Busy(Exception):
    """Another scroll is open."""


class Lost(Exception):
    """The scroll named is not open, or no longer."""


class CompanyScroll:
    """Real time counts, not the company's: a scroll is kept for a reader who comes back within the minute."""

    def __init__(self) -> None:
        self._token = ""
        self._position = 0
        self._used = 0.0

    def turn(self, length: int, token: str | None) -> tuple[int, int, str]:
        """The next slice of `length` records, and the token to come back with. Raises Busy or Lost."""
        is_open = bool(self._token) and time.monotonic() - self._used < IDLE_SECONDS
        if token is None and is_open:
            raise Busy
        if token is not None and (not is_open or token != self._token):
            raise Lost
        if token is None:
            self._token, self._position = str(uuid4()), 0
        start, self._used = self._position, time.monotonic()
        self._position = min(start + SIZE, length)
        told = self._token
        if start == self._position:
            self.drop()
        return start, self._position, told

    def drop(self) -> None:
        self._token = ""
