"""One activation: read the list, leave out what is known there or was sent, and with `send` hand over the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.core.paths import Paths
from orchestration.reach.activation.lists import Entry, read_list
from orchestration.reach.activation.sent import Sent, open_sent
from orchestration.reach.activation.targets import TARGETS, Taken, due_at
from orchestration.reader import published


@dataclass(slots=True)
class Activated:
    """Counts of one run. `sample` is of what is new, without personal data."""

    listed: int
    held_back: int
    unknown_there: int
    sent_before: int
    new: int
    sample: tuple[Entry, ...]
    by_reason: Mapping[str, int]
    sent: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def activate(paths: Paths, target_name: str, list_name: str, *, send: bool) -> Activated:
    """What was or, without `send`, would be handed over. Errors of a target leave what it took before as sent."""
    target = TARGETS[target_name]()
    with published(paths) as connection:
        listed = read_list(connection, list_name)
    reached = [entry for entry in listed.entries if target.reaches(entry)]
    with open_sent(paths, target_name) as table:
        known = table.keys()
        new = [entry for entry in reached if entry.key not in known]
        told = Activated(
            listed=len(listed.entries) + listed.held_back,
            held_back=listed.held_back,
            unknown_there=len(listed.entries) - len(reached),
            sent_before=len(reached) - len(new),
            new=len(new),
            sample=tuple(new[:5]),
            by_reason=Counter(entry.reason_code for entry in new),
        )
        if send and new:
            by_key = {entry.key: entry for entry in new}
            for done in target.send(new, due_at()):
                table.add(_sent(by_key[key], remote) for key, remote in done.ids.items())
                _count(told, done)
    return told


def _sent(entry: Entry, remote_id: str | None) -> Sent:
    return Sent(entry.key, entry.list_name, entry.customer_id, entry.reason_code, remote_id)


def _count(told: Activated, done: Taken) -> None:
    told.sent += len(done.ids)
    for why, count in done.refused.items():
        told.refused[why] = told.refused.get(why, 0) + count
