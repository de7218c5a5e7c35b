"""Who has to come back: admissions within thirty days of a discharge. KPI standard 3.8."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from ingest.sandbox.told import Stay, Told
from ingest.sandbox.truth.shape import Fact, Window, day_of, ratio, settings

RETURN_DAYS = 30


def care(told: Told, complete: list[Window], now: int) -> Iterable[Fact]:
    """The readmission rates of months that are over, by the month of discharge."""
    followed = list(_followed(told.stays))
    for month in complete:
        over = [
            (stay, following)
            for stay, following in followed
            if month.holds(stay.discharged_at or 0)
            and day_of(stay.discharged_at or 0) + timedelta(days=RETURN_DAYS) < day_of(now)
        ]
        index = [(stay, following) for stay, following in over if _may_return(stay)]
        back = [following for _, following in index if following and not following.is_planned]
        yield ratio("readmission_rate", "standard", month, len(back), len(index), len(index))
        crude = sum(following is not None for _, following in over)
        yield ratio("readmission_rate", "crude", month, crude, len(over), len(over))


def _followed(stays: list[Stay]) -> Iterator[tuple[Stay, Stay | None]]:
    """Each stay that is over, and the same person's next one if it began within thirty days."""
    by_person: dict[str, list[Stay]] = defaultdict(list)
    for stay in sorted(stays, key=lambda stay: stay.admitted_at):
        by_person[stay.person_id].append(stay)
    for theirs in by_person.values():
        for stay, following in zip(theirs, [*theirs[1:], None], strict=True):
            if stay.discharged_at is not None:
                soon = following and day_of(following.admitted_at) - day_of(stay.discharged_at) <= timedelta(days=RETURN_DAYS)
                yield stay, following if soon else None


def _may_return(stay: Stay) -> bool:
    return stay.discharged_to not in {row["code"] for row in settings("readmission_exclusions") if row["told_by"] == "discharge"}
