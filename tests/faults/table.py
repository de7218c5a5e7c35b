"""Faults by sources as a table: survived, LOST, or n/a with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.registry import SOURCES
from tests.faults.faults import FAULTS, NOT_APPLICABLE

SURVIVED, LOST, NOT_TRIED = "survived", "LOST", "-"
_SIGNS = {SURVIVED: "ok", LOST: "LOST", "n/a": "n/a", NOT_TRIED: "-"}


def verdict(fault: str, source: str, outcomes: Mapping[tuple[str, str], str]) -> str:
    """What became of a source under a fault."""
    return "n/a" if source in NOT_APPLICABLE.get(fault, {}) else outcomes.get((fault, source), NOT_TRIED)


def lines(outcomes: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """The table, the sources across; then the reasons behind n/a."""
    width = max(map(len, FAULTS))
    for number, source in enumerate(SOURCES, 1):
        yield f"  {number:>2} {source}"
    yield ""
    yield f"{'':<{width}} " + " ".join(f"{number:>4}" for number in range(1, len(SOURCES) + 1))
    for fault in FAULTS:
        yield f"{fault:<{width}} " + " ".join(f"{_SIGNS[verdict(fault, source, outcomes)]:>4}" for source in SOURCES)
    told = [verdict(fault, source, outcomes) for fault in FAULTS for source in SOURCES]
    yield ""
    yield ", ".join(f"{told.count(kind)} {kind}" for kind in (SURVIVED, LOST, "n/a", NOT_TRIED))
    yield ""
    for fault in FAULTS:
        reasons: dict[str, list[str]] = {}
        for source, reason in NOT_APPLICABLE.get(fault, {}).items():
            reasons.setdefault(reason, []).append(source)
        for reason, sources in reasons.items():
            yield f"n/a: {fault}: {reason} ({', '.join(sources)})"
