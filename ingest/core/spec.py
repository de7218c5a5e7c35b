"""The words a connector is declared in: frozen facts, no behaviour beyond naming.

A `Source` holds `Resource`s; a `Resource` names its columns, its key and the `Listing`s the vendor offers.
`ingest.core.build` turns a declaration into dlt resources; nothing here performs I/O or reads the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from ingest.core.pagers import single_page

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.paginators import BasePaginator
    from requests.auth import AuthBase

    from ingest.core.calls import Call, Page

PagerFactory = Callable[[], "BasePaginator"]


class Kind(Enum):
    """How a raw value is typed on landing. Instants are UTC, microseconds; JSON keeps the vendor's nesting as text."""

    TEXT = "text"
    INTEGER = "bigint"
    NUMBER = "double"
    DECIMAL = "decimal"
    FLAG = "bool"
    INSTANT = "timestamp"
    EPOCH = "epoch"  # whole seconds since 1970 on the wire, an instant once landed
    DAY = "date"
    JSON = "json"


PARENT = "$parent."
"""Begins the path of what is read from the record this one was listed under."""
PARENT_FIELD = PARENT.removesuffix(".")
"""Where the engine hands a record what it needs of that one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One landed column: its name, its kind, and where in the vendor's record it stands.

    `path` is dotted (`properties.email`); `$parent.id` reads the record this one was listed under.
    """

    name: str
    kind: Kind
    path: str
    personal: bool = False


def text(name: str, path: str = "", *, personal: bool = False) -> Column:
    return Column(name, Kind.TEXT, path or name, personal)


def integer(name: str, path: str = "") -> Column:
    return Column(name, Kind.INTEGER, path or name)


def number(name: str, path: str = "") -> Column:
    return Column(name, Kind.NUMBER, path or name)


def decimal(name: str, path: str = "") -> Column:
    return Column(name, Kind.DECIMAL, path or name)


def flag(name: str, path: str = "") -> Column:
    return Column(name, Kind.FLAG, path or name)


def instant(name: str, path: str = "") -> Column:
    return Column(name, Kind.INSTANT, path or name)


def epoch(name: str, path: str = "") -> Column:
    return Column(name, Kind.EPOCH, path or name)


def day(name: str, path: str = "") -> Column:
    return Column(name, Kind.DAY, path or name)


def nested(name: str, path: str = "", *, personal: bool = False) -> Column:
    return Column(name, Kind.JSON, path or name, personal)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value the user supplies, read at extraction as `sources.<source>.<name>` from the environment or dlt's config.

    `where` tells a newcomer where to find it; a setting without a default is required.
    """

    name: str
    where: str
    default: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Bearer:
    """`Authorization: Bearer <setting>`."""

    token: str = "token"


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP basic authentication; `user` is a template over the settings (`{email}/token`), `password` the name of a setting.

    A password that is no setting needs an OwnAuth.
    """

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth 2 client credentials, fetched from the URL in setting `token_url` and renewed before expiry."""

    scope: str
    token_url: str = "token_url"
    client_id: str = "client_id"
    client_secret: str = "client_secret"


@dataclass(frozen=True, slots=True)
class NoAuth:
    """Nothing to show: a folder, a mailbox or a database that logs in by its own settings."""


@dataclass(frozen=True, slots=True)
class OwnAuth:
    """A scheme no other vendor shares, made from the settings."""

    make: Callable[[Mapping[str, str]], AuthBase]


Auth = Bearer | Basic | ClientCredentials | NoAuth | OwnAuth

CLOCK_URL = Setting("clock_url", "leave out for this machine's clock; a URL whose Date header tells the time, for replays", "")


class Verdict(Enum):
    """What an error answer means for the run."""

    RETRY = "retry"  # transient: try again, bounded, jittered, honouring Retry-After
    QUOTA = "quota"  # the vendor's allowance is used up: keep what landed, resume on a later run
    DENIED = "denied"  # credentials or permissions: a person has to act
    FAIL = "fail"  # anything else: stop this source with the vendor's words


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """Maps an error answer to a verdict by status and a text its body holds; the first rule that fits wins."""

    status: int
    verdict: Verdict
    contains: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `calls` in any window of `per`, over all runs; the engine spreads calls, and stops as QUOTA when waiting exceeds
    `patience`. `path`: only calls whose address holds it count."""

    calls: int
    per: timedelta
    patience: timedelta = timedelta(minutes=11)
    path: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One way to list records. Templates in `path`, `params` and `json` are filled per call:

    `{since}`, `{since_unix}`, `{since_ms}` (cursor minus lag), `{until}` (the vendor's clock at run start), `{week_ago}` (that less 7 days),
    `{position}` (saved stream position), `{<setting>}` (a setting that is no secret), `{parent.<column>}`; the value `BATCH` in `json` is the batch of parent ids.
    """

    path: str
    records: str
    pages: PagerFactory = single_page
    method: str = "GET"
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    unwrap: str = ""  # where inside each listed item the record stands (Stripe events: data.object)
    in_order: bool = False  # by the cursor, older changes first: a listing that broke off goes on where it stopped


class Reader(Protocol):
    """Any other way to list records: an export job, a query, a folder of files. Implementations stand in `ingest/core/readers`."""

    def pages(self, call: Call) -> Iterator[Page]:
        """Yields records, or Arrow tables whose columns are named as the declared paths."""


BATCH = "{batch}"
OBSERVED_AT = "observed_at"


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a later run continues from.

    column: a landed instant (or OBSERVED_AT, the vendor's clock at the run's start); the next run lists from its maximum less `lag`, never past the run's start.
    token:  a field of the response (a stream position) that is stored as the vendor gave it, or a name for what a Reader keeps.
    expires: older than this, the full listing runs again (Stripe keeps events 30 days).
    """

    column: str = ""
    token: str = ""
    lag: timedelta = timedelta(minutes=5)
    expires: timedelta | None = None

    @property
    def is_a_column(self) -> bool:
        """True when the cursor follows a landed column, not the vendor's clock or a stream position."""
        return bool(self.column) and self.column != OBSERVED_AT


@dataclass(frozen=True, slots=True)
class Children:
    """This resource is listed once per parent row (or per batch of them).

    changed_only: only for parents this run listed anew; batch: ids per call through `BATCH` in the listing's json.
    `each_keeps_its_cursor` gives every parent its own cursor.
    """

    of: str
    changed_only: bool = False
    batch: int = 0
    each_keeps_its_cursor: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """One raw table. Rows merge on `key` (delete-insert), so a row read twice is stored once.

    full: lists everything; changes: lists what moved since the cursor (without it every run lists in full);
    also: listings that every run adds (archived records); keys: a light listing of `key[0]` for reconciliation,
    for vendors whose deletes leave no trace, landed as `<name>_keys`; it runs again once the last one is `keys_every` old.
    newest_first: the listing gives newer versions first, so the first of two rows with one key wins.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    full: Listing | Reader
    changes: Listing | Reader | None = None
    also: tuple[Listing | Reader, ...] = ()
    keys: Listing | Reader | None = None
    keys_every: timedelta = timedelta()
    cursor: Cursor | None = None
    parent: Children | None = None
    newest_first: bool = False
    ignored: tuple[str, ...] = ()  # fields left out on purpose, so that they do not fill `_extra`


@dataclass(frozen=True, slots=True)
class Source:
    """One vendor. `max_age` is how old its newest landed run may be before it counts as stale."""

    name: str
    title: str
    base_url: str
    auth: Auth
    settings: tuple[Setting, ...]
    resources: tuple[Resource, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[ErrorRule, ...] = ()
    budgets: tuple[Budget, ...] = ()
    max_age: timedelta = timedelta(hours=26)

    @property
    def schema(self) -> str:
        """The DuckDB schema this source lands in."""
        return f"raw_{self.name}"

    def resource(self, name: str) -> Resource:
        """The resource called `name`; KeyError names the ones there are."""
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(f"{self.name} has no resource {name!r}; it has {', '.join(r.name for r in self.resources)}")
