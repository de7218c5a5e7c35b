"""`cx bench kpis`: whether what is published is what was planted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.paths import Paths

if TYPE_CHECKING:
    from orchestration.bench.kpis import Held


def bench(paths: Paths, file: Path | None) -> int | None:
    """Prints how many figures of the demo's publication equal the planted truth, and names the others; 1 when a formula is wrong."""
    from orchestration.bench.kpis import compare
    from orchestration.screen import console, show_rows

    found = compare(paths)
    console.print(
        f"as of {found.clock:%Y-%m-%d %H:%M %Z}; {found.mistaken} people taken for somebody else, {found.torn} for several"
    )
    rows = [("as planted", *_counts(found.as_planted)), ("as identity resolved them", *_counts(found.as_resolved))]
    show_rows(["people", "figures compared", "equal", "different"], rows)
    names = ["cut by", "segment", "KPI", "variant", "period", "number", "published", "planted"]
    console.print("different as planted:" if found.as_planted.different else "every figure equals the planted truth")
    if found.as_planted.different:
        show_rows(names, _lines(found.as_planted))
    if found.as_resolved.different and found.mistaken:
        console.print("different even as identity resolved people, so that a formula is wrong:")
        show_rows(names, _lines(found.as_resolved))
    if file:
        file.write_text(json.dumps(asdict(found), default=str, indent=2) + "\n", encoding="utf-8")
    return 1 if found.as_resolved.different else None


def _counts(held: Held) -> tuple[int, int, int]:
    one_sided = len(held.without_truth) + len(held.unpublished)
    return held.compared + one_sided, held.compared + one_sided - len(held.different), len(held.different)


def _lines(held: Held) -> Sequence[tuple[object, ...]]:
    return [
        *((*found.key, found.name, found.published, found.planted) for found in held.differences),
        *((*key, "no planted truth", None, None) for key in held.without_truth),
        *((*key, "not published", None, None) for key in held.unpublished),
    ]
