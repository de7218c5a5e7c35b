"""What a source without an HTTP API of its own reads: files, a mailbox, a database, kept in step with the company's clock."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.world import World


class Feed(ABC):
    """Lives in the server's process. `folder` is its own; what it leaves there survives a restart of the server."""

    name: str
    own_switches: frozenset[str] = frozenset()  # beside those of every source; told in the server's docstring

    def __init__(self, folder: Path, world: World, switches: Switches) -> None:
        self.folder, self.world, self.switches = folder, world, switches

    @abstractmethod
    def settings(self, url: str) -> dict[str, str]:
        """What the connector is told; `url` answers with the company's clock, for `clock_url`."""

    @abstractmethod
    def move(self) -> None:
        """Brings what stands outside up to the world's clock: at the start and whenever the clock moves. Repeating it changes nothing."""

    def stop(self) -> None:  # noqa: B027 (files need no ending)
        """Ends what was started."""
