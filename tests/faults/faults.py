"""The faults by name, each as the steps that try a source on it; and why some of them cannot befall some sources."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.core.errors import QuotaUsedUp
from ingest.core.spec import Kind
from ingest.registry import SOURCES
from ingest.sandbox.servers.state import START
from tests.faults.trial import LATER, Trial

Steps = Callable[[Trial], None]
FAULTS: dict[str, Steps] = {}
HTTP = tuple(name for name, source in SOURCES.items() if source.base_url)
FILES = ("mailbox", "letters", "web_events", "file_drops")
TOKENS = ("business_central", "salesforce", "netsuite", "fhir")  # buy their access tokens
DAILY = ("hubspot", "surveymonkey", "salesforce")
CLOCKED = tuple(name for name in SOURCES if name not in FILES)
SKEW_SECONDS = 600

_NO_HTTP = "does not speak HTTP"
_NOT_FILES = "reads no files"
# Why a fault cannot befall a source: by fault, then by source; "" stands for all sources not named.
NOT_APPLICABLE: dict[str, dict[str, str]] = {
    "quota of the day": {name: "knows no allowance of the day" for name in SOURCES if name not in DAILY}
    | {name: _NO_HTTP for name in SOURCES if name not in HTTP},
    "token endpoint down": {name: "shows a token it was given, or none" for name in SOURCES if name not in TOKENS},
    "connection reset": {name: "opens no connection" for name in ("letters", "web_events", "file_drops")},
    "clock ahead": {name: "has no cursor in time; positions are what was seen" for name in FILES},
    "clock behind": {name: "has no cursor in time; positions are what was seen" for name in FILES},
    **{
        fault: {name: _NOT_FILES for name in SOURCES if name not in FILES}
        for fault in ("file half written", "file damaged", "folder missing")
    },
    "position lost": {
        "hubspot": "pages by a position that lives no longer than the listing",
        "business_central": "pages by a position that lives no longer than the listing",
        "surveymonkey": "pages by number from a cursor in time",
        "zendesk_support": "its stream positions do not expire",
        "brandwatch": "pages by a position that lives no longer than the listing",
        "netsuite": "pages by key; there is no position to lose",
        "chargebee": "pages by a position that lives no longer than the listing",
        "sprout_social": "pages by a position that lives no longer than the listing",
        "erp_postgres": "reads a table in one go",
        "letters": "its position is a set of what was seen",
        "web_events": "its position is a set of what was seen",
        "file_drops": "its position is a set of what was seen",
    },
}
_ONLY_HTTP = (
    *("429 with Retry-After", "429 without", "5xx burst", "5xx that stays", "time-out", "truncated JSON", "malformed JSON"),
    *("HTML in a 200", "HTML that stays", "rows twice across pages", "short and empty pages", "rows change while paging"),
    *("access token refused", "new field", "vanished field", "value of another type"),
)
NOT_APPLICABLE |= {fault: {name: _NO_HTTP for name in SOURCES if name not in HTTP} for fault in _ONLY_HTTP}


def fault(name: str) -> Callable[[Steps], Steps]:
    def register(steps: Steps) -> Steps:
        FAULTS[name] = steps
        return steps

    return register


def cases() -> Iterator[tuple[str, str]]:
    """(fault, source) for all that can happen; those that move the clock last."""
    for name in FAULTS:
        yield from ((name, source) for source in SOURCES if source not in NOT_APPLICABLE.get(name, {}))


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield


@fault("429 with Retry-After")
def _(trial: Trial) -> None:
    trial.through(fail_next={"status": 429, "count": 2, "retry_after": 7})


@fault("429 without")
def _(trial: Trial) -> None:
    trial.through(fail_next={"status": 429, "count": 2})


@fault("quota of the day")
def _(trial: Trial) -> None:
    allowed, before = trial.expected.calls // 2, trial.sandbox.calls()[trial.name]
    trial.on(daily_quota=allowed)
    came = trial.run(fails=True)
    assert isinstance(came.errors[0], QuotaUsedUp) and len(came.errors) == 1
    assert trial.sandbox.calls()[trial.name] - before == allowed + 1  # asked once too often, and not again
    trial.off()
    trial.recover()


@fault("5xx burst")
def _(trial: Trial) -> None:
    trial.through(fail_next={"status": 503, "count": 3})


@fault("5xx that stays")
def _(trial: Trial) -> None:
    """It befalls the last call, when all that goes before has been settled."""
    trial.through(fails=True, after=trial.expected.calls - 1, fail_next={"status": 503, "count": 100})


@fault("time-out")
def _(trial: Trial) -> None:
    with _environment(RUNTIME__REQUEST_TIMEOUT="0.5"):
        trial.through(stall={"seconds": 0.8, "count": 1})


@fault("connection reset")
def _(trial: Trial) -> None:
    trial.through(after=1 if trial.name in HTTP else 0, reset=1)


@fault("truncated JSON")
def _(trial: Trial) -> None:
    trial.through(truncated_body=1)


@fault("malformed JSON")
def _(trial: Trial) -> None:
    trial.through(malformed_json=2)


@fault("HTML in a 200")
def _(trial: Trial) -> None:
    trial.through(html_200=2)


@fault("HTML that stays")
def _(trial: Trial) -> None:
    came = trial.through(fails=True, after=trial.expected.calls // 2, html_200=100)
    assert "text/html" in str(came.errors[0])


@fault("rows twice across pages")
def _(trial: Trial) -> None:
    came = trial.through(after=0, overlap=100, duplicate_rows=1)
    assert sum(tally.duplicates for tally in came.books.values()) > 0


@fault("short and empty pages")
def _(trial: Trial) -> None:
    trial.through(after=0, page_rows=max(trial.reading.rows // 2, 1), empty_page_continues=2)


@fault("access token refused")
def _(trial: Trial) -> None:
    """A bought token is bought again; a given one is for a person to mend."""
    came = trial.through(fails=trial.name not in TOKENS, expired_token=1)
    assert all("access denied" in str(error) and "SOURCES__" in error.remedy for error in came.errors)


@fault("token endpoint down")
def _(trial: Trial) -> None:
    before = trial.sandbox.calls()[trial.name]
    trial.on(fail_token={"status": 503, "count": 100})
    [error] = trial.run(fails=True).errors
    assert "no access token" in str(error) and "denied" not in str(error)
    assert trial.sandbox.calls()[trial.name] == before
    trial.off()
    trial.recover()


@fault("position lost")
def _(trial: Trial) -> None:
    """Each vendor's own way to lose it; what is read again is stored once."""
    ways: dict[str, dict[str, object]] = {
        "qualtrics": {"token_days": -1},
        "intercom": {"scroll_busy": 1},
        "salesforce": {"lost_locator": 1},
        "mailbox": {"uid_validity": 77},
        "zendesk_chat": {"chat_overlap": True},
        "fhir": {"fail_next": {"status": 410, "count": 1}},
    }
    if trial.name == "stripe":
        trial.continue_from(trial.expected)
        trial.extraction.states["charges"]["cursors"][""] = (START - timedelta(days=40)).isoformat()
        assert trial.run().books["charges"].mode == "full"
        trial.compare(trial.expected.rows)
        return
    is_lost_in_paging = trial.name in ("salesforce", "fhir", "intercom", "zendesk_chat")
    if not is_lost_in_paging:
        trial.continue_from(trial.expected)
    trial.through(fails=trial.name == "fhir", after=1 if trial.name == "fhir" else 0, **ways[trial.name])


@fault("new field")
def _(trial: Trial) -> None:
    trial.on(unknown_field=f"{trial.reading.inside}loyalty_tier")
    came = trial.run()
    assert all("loyalty_tier" in str(row["_extra"]) for row in came.rows[trial.aim.name])
    for rows in trial.merged.values():
        for row in rows.values():
            row["_extra"] = None
    wanted = {
        name: {k: {**row, "_extra": None} if row else row for k, row in rows.items()}
        for name, rows in trial.expected.rows.items()
    }
    trial.compare({name: rows for name, rows in wanted.items() if not name.endswith("_keys")})


def _aimed_column(trial: Trial) -> tuple[str, str]:
    """A column that is no key, no cursor and no text: its name, and where its value stands in a listed item."""
    resource = trial.aim
    cursor = resource.cursor.column if resource.cursor else ""
    for column in resource.columns:
        is_free = (
            column.name not in (*resource.key, cursor) and "$" not in column.path and column.kind not in (Kind.TEXT, Kind.JSON)
        )
        values = [row[column.name] for row in trial.expected.rows[resource.name].values()]
        if is_free and any(value is not None for value in values):
            return column.name, f"{trial.reading.inside}{column.path}"
    raise AssertionError(f"{trial.name}: no column to aim at")


@fault("vanished field")
def _(trial: Trial) -> None:
    name, path = _aimed_column(trial)
    trial.on(missing_field={"resource": trial.served, "field": path})
    trial.run()
    wanted = {
        resource: {key: {**row, name: None} if resource == trial.aim.name else row for key, row in rows.items()}
        for resource, rows in trial.expected.rows.items()
    }
    trial.compare(wanted)


@fault("value of another type")
def _(trial: Trial) -> None:
    """That row alone is set aside, whole; the rest lands."""
    name, path = _aimed_column(trial)
    trial.on(bad_value={"resource": trial.served, "field": path, "value": {"not": ["what", "it", "was"]}})
    came = trial.run()
    [(_, reason)] = came.refused
    assert "does not fit" in reason and came.books[trial.aim.name].quarantined == 1, name
    missing = trial.expected.rows[trial.aim.name].keys() - trial.merged[trial.aim.name].keys()
    assert len(missing) <= 1  # a row that another listing brings too has landed from there


@fault("file half written")
def _(trial: Trial) -> None:
    """A sender is in the middle of a file: no error is due, the whole file is."""
    with _spoilt(trial, lambda content: content[: len(content) // 2], is_fresh=True):
        came = trial.extraction.run()
        trial.merge(came)
        assert not came.errors
    assert trial.merged != trial.expected.rows
    trial.recover()


@fault("file damaged")
def _(trial: Trial) -> None:
    """Somebody's mistake: said or set aside, then sent again as it should be."""
    with _spoilt(trial, lambda content: b"\x00\xff\x1f\x8b" + content[len(content) // 3 :], is_fresh=False):
        trial.merge(trial.extraction.run())
    assert trial.merged != trial.expected.rows
    trial.recover()


@fault("folder missing")
def _(trial: Trial) -> None:
    folder = Path(trial.settings["folder"])
    folder.rename(folder.with_name(f"{folder.name}.away"))
    try:
        trial.run(fails=True)
    finally:
        folder.with_name(f"{folder.name}.away").rename(folder)
    trial.recover()


@contextmanager
def _spoilt(trial: Trial, spoil: Callable[[bytes], bytes], *, is_fresh: bool) -> Iterator[None]:
    """The newest file of the resource aimed at spoilt, changed just now when fresh; it is put back as it was."""
    folder = Path(trial.settings["folder"])
    own = folder / trial.aim.name
    files = [path for path in (own if own.exists() else folder).rglob("*") if path.is_file() and path.name != "index.csv"]
    file = max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
    aside = file.with_name(f".{file.name}.aside")
    shutil.copy2(file, aside)
    try:
        content = spoil(file.read_bytes())
        file.write_bytes(content)
        moment = START if is_fresh else START - timedelta(hours=1)
        os.utime(file, (moment.timestamp(), moment.timestamp()))
        yield
    finally:
        aside.replace(file)


def _ends_as_the_vendor_stands(trial: Trial) -> None:
    """One more run at `LATER`: every row is as the vendor shows it then; what else is there was there at the start."""
    now = trial.later().rows
    trial.off()
    trial.run()
    before = trial.expected.rows
    gone = {name: before.get(name, {}).keys() - rows.keys() for name, rows in now.items() if not name.endswith("_keys")}
    kept = {name: {k: v for k, v in trial.merged[name].items() if k not in gone.get(name, ())} for name in now}
    trial.merged = kept
    trial.compare(now)


@fault("rows change while paging")
def _(trial: Trial) -> None:
    trial.on(tick={"after": trial.expected.calls // 2, "to": LATER.isoformat()})
    trial.run()
    _ends_as_the_vendor_stands(trial)


@fault("late rows")
def _(trial: Trial) -> None:
    trial.continue_from(trial.expected)
    _ends_as_the_vendor_stands(trial)


@fault("clock ahead")
def _(trial: Trial) -> None:
    trial.on(clock_skew=SKEW_SECONDS)
    trial.run()
    _ends_as_the_vendor_stands(trial)


@fault("clock behind")
def _(trial: Trial) -> None:
    trial.on(clock_skew=-SKEW_SECONDS)
    trial.run()
    _ends_as_the_vendor_stands(trial)
