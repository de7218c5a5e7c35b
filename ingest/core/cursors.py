"""Where each resource of a run goes on from, and how far it came: the state that one run leaves to the next.

`state["cursors"]` holds an instant (ISO) or a stream position per parent, under "" where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests

from ingest.core.again import Again
from ingest.core.batches import Keeper
from ingest.core.spec import OBSERVED_AT, Listing, Resource
from ingest.core.templates import instant_values

State = dict[str, Any]
MOST_OF_A_CURSOR = 200  # characters of it the run ledger keeps; a folder's position names every file


class Cursors:
    """The cursors of one run. `clock` tells the vendor's time at its start; a backfill goes on from where it is `again` told to."""

    def __init__(self, clock: Callable[[], datetime], again: Again | None) -> None:
        self._clock, self._again = clock, again

    def since(self, resource: Resource, state: State, parent_key: str) -> str:
        """What to continue from: an instant less the lag, a stream position, or nothing for a full listing."""
        if self._again is not None:
            return self._again.since(resource, self._clock())
        if resource.cursor is None or resource.changes is None:
            return ""
        kept = state.get("cursors", {}).get(parent_key, "")
        if not kept or resource.cursor.token:
            return str(kept)
        instant = datetime.fromisoformat(kept)
        expires = resource.cursor.expires
        if expires and instant < self._clock() - expires:
            return ""
        return (instant - resource.cursor.lag).isoformat()

    def started_from(self, resource: Resource, state: State) -> datetime | None:
        """The instant from which a row counts as changed: the kept cursor less the lag; None where all do."""
        kept = state.get("cursors", {}).get("")
        if self._again is not None:
            since = self._again.since(resource, self._clock())
            return datetime.fromisoformat(since) if since and resource.cursor and resource.cursor.is_a_column else None
        if not kept or resource.cursor is None or not resource.cursor.is_a_column:
            return None
        return datetime.fromisoformat(kept) - resource.cursor.lag

    def settle(self, resource: Resource, state: State, keeper: Keeper, answers: State) -> None:
        """Moves the cursors of a complete resource: to the newest value seen, never past the vendor's clock at the start."""
        cursor = resource.cursor
        state["observed_at"] = self._clock().isoformat()
        if cursor is None:
            return
        cursors: dict[str, str] = state.setdefault("cursors", {})
        if cursor.token:
            told = answers["position"] if "position" in answers else _position_in(answers["last"], cursor.token)
            cursors[""] = told or cursors.get("", "")
        elif cursor.column == OBSERVED_AT:
            cursors[""] = self._clock().isoformat()
        else:
            self._follow(cursors, keeper.newest)
        keeper.tally.cursor_to = max((value[:MOST_OF_A_CURSOR] for value in cursors.values()), default=None)

    def settle_listed_parents(self, resource: Resource, state: State, keeper: Keeper) -> None:
        """Of a listing that broke off: moves the cursors of those parents that were listed whole, so that a later run goes on."""
        if resource.parent is None or not resource.parent.each_keeps_its_cursor or not keeper.whole:
            return
        self._follow(state.setdefault("cursors", {}), {key: keeper.newest[key] for key in keeper.whole & keeper.newest.keys()})

    def settle_what_came_in_order(self, resource: Resource, state: State, keeper: Keeper, answers: State) -> None:
        """Of a listing by age that broke off: moves the cursor to where it stopped, so that a later run goes on from there."""
        listing = resource.changes if keeper.tally.mode == "changes" else resource.full
        if resource.cursor is None or not isinstance(listing, Listing) or not listing.in_order:
            return
        if resource.parent is not None and not resource.parent.each_keeps_its_cursor:
            return  # one parent's age says nothing about the next one's rows
        cursors: dict[str, str] = state.setdefault("cursors", {})
        if resource.cursor.is_a_column:
            self._follow(cursors, keeper.newest)
        elif resource.cursor.token and "last" in answers:
            cursors[""] = _position_in(answers["last"], resource.cursor.token) or cursors.get("", "")

    def _follow(self, cursors: dict[str, str], newest: Mapping[str, datetime]) -> None:
        for parent_key, moment in newest.items():
            kept = cursors.get(parent_key)
            reached = min(moment, self._clock())
            cursors[parent_key] = max(reached, datetime.fromisoformat(kept)).isoformat() if kept else reached.isoformat()


def _position_in(answer: requests.Response, token: str) -> str:
    """The stream position an answer tells; empty where it tells none, or something that is none."""
    body = answer.json()
    told = body.get(token) if isinstance(body, dict) else None
    return str(told) if isinstance(told, str | int | float) and told else ""


def clock_values(resource: Resource, since: str) -> dict[str, str]:
    """What templates may say about where to continue from."""
    if resource.cursor is not None and resource.cursor.token:
        return {"position": since}
    return {"position": "", **(instant_values("since", datetime.fromisoformat(since)) if since else {})}
