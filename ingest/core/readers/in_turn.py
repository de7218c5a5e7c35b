"""Several readers as one listing, each with a position of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import orjson

from ingest.core.calls import Call, Page
from ingest.core.spec import Reader


@dataclass(frozen=True, slots=True)
class InTurn:
    """Reads one after the other; `readers` are named, and a position is kept by that name."""

    readers: tuple[tuple[str, Reader], ...]

    def pages(self, call: Call) -> Iterator[Page]:
        kept: dict[str, str] = orjson.loads(call.position) if call.position else {}
        for name, reader in self.readers:
            yield from reader.pages(replace(call, position=kept.get(name, ""), keep=partial(kept.__setitem__, name)))
        call.keep(orjson.dumps(kept).decode())
