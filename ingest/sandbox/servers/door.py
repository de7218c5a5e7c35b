"""A TCP door on loopback before a Unix socket: what stands behind it is started by the first who knocks."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

_CHUNK = 1 << 16
Behind = Callable[[], Path]


class Door:
    """Relays every connection to the socket that `behind()` names; `behind` may take its time, others wait meanwhile.

    limit: asked once per connection; a number of bytes after which the answers break off, or None.
    """

    def __init__(self, behind: Behind, limit: Callable[[], int | None]) -> None:
        self._behind, self._limit = behind, limit
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Lets nobody in any more. Who is inside stays until the other side ends."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._welcome, args=(visitor,), daemon=True).start()

    def _welcome(self, visitor: socket.socket) -> None:
        inside = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with visitor, inside:
            try:
                inside.connect(str(self._behind()))
            except Exception as error:  # whatever it is, the visitor finds the door shut and the log says why
                logging.getLogger(__name__).error("nothing behind the door: %s", error)
                return
            asking = threading.Thread(target=_relay, args=(visitor, inside, None), daemon=True)
            asking.start()
            _relay(inside, visitor, self._limit())
            asking.join()


def _relay(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    """Passes bytes on until the source ends, or `limit` of them have passed; then both sides are told."""
    passed = 0
    with contextlib.suppress(OSError):
        while (chunk := source.recv(_CHUNK)) and (limit is None or passed < limit):
            target.sendall(chunk)
            passed += len(chunk)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
