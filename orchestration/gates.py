"""Gates: what has to hold before anything is published, and what is told while one of them does not.

`hold.json` beside the published file names the gate, what it holds, why and since when; publishing removes it.
Dagster's own history stays the full account; this is the part `cx status` can read at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.paths import Paths

if TYPE_CHECKING:
    from dagster import AssetCheckKey, DagsterInstance
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

# In the order data passes them.
EXTRACTION = "extraction"
LANDED = "landed"
TRANSFORM = "transform"
IDENTITY = "identity"
TO_BE_PUBLISHED = "published"
PUBLICATION = "publication"
ORDER = (EXTRACTION, LANDED, TRANSFORM, IDENTITY, TO_BE_PUBLISHED, PUBLICATION)
TITLES = {
    EXTRACTION: "every source was read and its records fit their declared types",
    LANDED: "volume, shape and distribution of what landed (Great Expectations)",
    TRANSFORM: "dbt models, contracts, tests, reconciliation across layers",
    IDENTITY: "every vendor record has one customer",
    TO_BE_PUBLISHED: "volume, shape and distribution of what is to be published (Great Expectations)",
    PUBLICATION: "the new file opens, and no table lost its rows",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """One thing a gate holds back, since when, and the newest run that found it."""

    gate: str
    subject: str
    reason: str
    since: str
    run_id: str


def hold_file(paths: Paths) -> Path:
    return paths.published.parent / "hold.json"


def read_holds(paths: Paths) -> list[Hold]:
    """What is held now; empty after a publication."""
    try:
        told = json.loads(hold_file(paths).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Hold(**entry) for entry in told["holds"]]


def record_holds(paths: Paths, run_id: str, found: Iterable[tuple[str, str, str]]) -> None:
    """Adds (gate, subject, reason) of this run; entries of older runs go, but what fails again keeps its first `since`."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    before = {(hold.gate, hold.subject): hold for hold in read_holds(paths)}
    kept = {place: hold for place, hold in before.items() if hold.run_id == run_id}
    for gate, subject, reason in found:
        since = before[gate, subject].since if (gate, subject) in before else now
        kept[gate, subject] = Hold(gate, subject, reason, since, run_id)
    _write(hold_file(paths), {"holds": [asdict(hold) for hold in kept.values()]})


def clear_holds(paths: Paths) -> None:
    hold_file(paths).unlink(missing_ok=True)


def _write(target: Path, told: object) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".tmp")
    beside.write_text(json.dumps(told, indent=2), encoding="utf-8")
    beside.replace(target)


@dataclass(frozen=True, slots=True)
class Gate:
    """One asset check that guards publication."""

    name: str
    check: AssetCheckKey


def closed_gates(instance: DagsterInstance, gates: Sequence[Gate]) -> list[tuple[str, str, str]]:
    """(gate, subject, reason) of every check whose newest evaluation did not pass, or that the newest run never reached."""
    newest = instance.event_log_storage.get_latest_asset_check_execution_by_key([gate.check for gate in gates])
    told = ((gate, _complaint(newest.get(gate.check))) for gate in gates)
    return [(gate.name, subject_of(gate.check), complaint) for gate, complaint in told if complaint]


def _complaint(record: AssetCheckExecutionRecord | None) -> str:
    """Why a check keeps its gate closed; empty when it does not. A warning is told, not held against the data."""
    from dagster import AssetCheckEvaluation, AssetCheckSeverity

    evaluation = record.evaluation if record is not None else None
    if not isinstance(evaluation, AssetCheckEvaluation):
        return "has not run"
    if evaluation.passed or evaluation.severity == AssetCheckSeverity.WARN:
        return ""
    return evaluation.description or "did not pass"


def subject_of(check: AssetCheckKey) -> str:
    """`schema.table: check`, as people say it."""
    return f"{'.'.join(check.asset_key.path)}: {check.name}"
