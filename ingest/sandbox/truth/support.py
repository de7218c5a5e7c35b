"""How cases go: how long until they are answered and solved, in calendar and in business minutes, and whether once is enough."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import numpy as np

from ingest.sandbox.told import Case, Told
from ingest.sandbox.truth.shape import DAY_US, MINUTE_US, Fact, Window, amount, mean, microseconds, ratio, settings

QUIET_DAYS = 7


def support(told: Told, month: Window, now: int, channel: str | None = None) -> Iterable[Fact]:
    """The month's support KPIs: of cases solved in it, first solved in it, or opened in it; of all channels, or of one."""
    cases = [case for case in told.cases if channel in (None, case.channel)]
    solved = [case for case in cases if case.solved_at is not None and month.holds(case.solved_at)]
    yield from _durations("resolution_time", month, [(case.opened_at, case.solved_at or 0) for case in solved])
    first = [case for case in cases if case.first_solved_at and case.solved_at and month.holds(case.first_solved_at)]
    yield from _durations("first_resolution_time", month, [(case.opened_at, case.first_solved_at or 0) for case in first])
    retold = [case for case in solved if case.reopens is not None]
    yield ratio("reopen_rate", "standard", month, sum(bool(case.reopens) for case in retold), len(retold), len(retold))
    opened = [case for case in cases if month.holds(case.opened_at)]
    replied = [(case.opened_at, case.opened_at + case.first_reply_minutes * MINUTE_US) for case in opened if case.first_reply_minutes is not None]  # fmt: skip
    yield from _durations("first_response_time", month, replied)
    counted = [case for case in opened if case.replies is not None]
    yield ratio("unreplied_rate", "standard", month, sum(case.replies == 0 for case in counted), len(counted), len(counted))
    yield from _first_contact(told, month, solved, now)


def _first_contact(told: Told, month: Window, solved: list[Case], now: int) -> Iterable[Fact]:
    answered = [case for case in solved if case.replies is not None]
    once = sum(case.replies == 1 for case in answered)
    yield ratio("first_contact_resolution", "one_touch", month, once, len(answered), len(answered))
    written = [case for case in solved if case.customer_replies is not None]
    silent = sum(case.customer_replies == 0 for case in written)
    yield ratio("first_contact_resolution", "no_customer_reply", month, silent, len(written), len(written))
    mature = [case for case in solved if case.reopens is not None and (case.solved_at or 0) + QUIET_DAYS * DAY_US <= now]
    contacts = defaultdict(list)
    for case in told.cases:
        contacts[case.person_id].append(case)
    final = [case for case in mature if not case.reopens and not any(_repeats(case, other) for other in contacts[case.person_id])]
    yield ratio("first_contact_resolution", "standard", month, len(final), len(mature), len(mature))
    beyond = {row["issue_key"] for row in settings("level_one_exclusions")}
    able = [case for case in mature if case.issue_key not in beyond]
    yield ratio("first_contact_resolution", "net", month, sum(case in able for case in final), len(able), len(able))


def _repeats(case: Case, other: Case) -> bool:
    """Whether `other` is the same person's next word on the same matter; without a matter any word is."""
    if case.person_id is None or not case.opened_at < other.opened_at <= (case.solved_at or 0) + QUIET_DAYS * DAY_US:
        return False
    return case.issue_key is None or other.issue_key is None or case.issue_key == other.issue_key


def _durations(kpi_id: str, window: Window, spans: list[tuple[int, int]]) -> Iterable[Fact]:
    minutes = [(end - start) / MINUTE_US for start, end in spans]
    in_force = [found for start, end in spans if (found := business_minutes(start, end)) is not None]
    last_only = [found for start, end in spans if (found := business_minutes(start, end, last_only=True)) is not None]
    yield mean(kpi_id, "mean_minutes", window, minutes)
    yield amount(kpi_id, "median_minutes", window, _quantile(minutes, 0.5), len(minutes))
    yield amount(kpi_id, "p90_minutes", window, _quantile(minutes, 0.9), len(minutes))
    yield mean(kpi_id, "business_mean_minutes", window, in_force)
    yield amount(kpi_id, "business_median_minutes", window, _quantile(in_force, 0.5), len(in_force))
    yield mean(kpi_id, "business_last_schedule_mean_minutes", window, last_only)


def _quantile(values: list[float], share: float) -> float | None:
    return float(np.quantile(np.array(values), share)) if values else None


@cache
def business_minutes(start: int, end: int, *, last_only: bool = False) -> float | None:
    """Minutes of [start, end) in which the desk is open; None when it never is.

    Each moment counts by the schedule in force then, or, with `last_only`, all by the one in force at the end.
    """
    last = max((since, name) for since, name, _ in _schedules() if since <= end)[1]
    total = 0.0
    openings = _openings()
    within_reach = bisect_left(openings, (start - DAY_US,))  # no opening lasts longer than a day
    for opens, closes, name, since, until in islice(openings, within_reach, None):
        if opens >= end:
            break
        if last_only and name != last:
            continue
        low, high = (start, end) if last_only else (max(start, since), min(end, until))
        total += max(min(closes, high) - max(opens, low), 0)
    return total / MINUTE_US or None


@cache
def _schedules() -> list[tuple[int, str, ZoneInfo]]:
    """Since when, name and zone, in order."""
    found = []
    for row in settings("support_schedules"):
        zone = ZoneInfo(row["time_zone"])
        found.append((microseconds(datetime.fromisoformat(row["valid_from"]).replace(tzinfo=zone)), row["schedule_id"], zone))
    return sorted(found)


@cache
def _openings() -> list[tuple[int, int, str, int, int]]:
    """Every opening of every schedule over three years, in order: opens, closes, schedule, and from when to when it is in force."""
    holidays = {(row["schedule_id"], date.fromisoformat(row["holiday"])) for row in settings("support_holidays")}
    starts = [since for since, _, _ in _schedules()]
    found = []
    for (since, name, zone), until in zip(
        _schedules(), [*starts[1:], microseconds(datetime(2100, 1, 1, tzinfo=UTC))], strict=True
    ):
        for day in (date(2024, 12, 1) + timedelta(days=offset) for offset in range(3 * 365)):
            for row in settings("support_hours"):
                if row["schedule_id"] == name and int(row["weekday"]) == day.isoweekday() and (name, day) not in holidays:
                    opens, closes = (
                        microseconds(datetime.combine(day, time.fromisoformat(row[end]), zone)) for end in ("opens", "closes")
                    )
                    found.append((opens, closes, name, since, until))
    return sorted(found)
