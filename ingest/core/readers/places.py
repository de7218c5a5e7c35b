"""Where files lie: a local folder, or a bucket of an S3-compatible store; listed by name, size and time of change.

Nothing outside the declared address is ever opened: links are refused, special files and unfinished uploads passed over.
What the files hold is the business of `formats`.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any, Protocol

from ingest.core.errors import IngestError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ATTEMPTS = 4  # per call of a store, with growing and jittered waits
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".uploading", ".swp")


@dataclass(frozen=True, slots=True)
class Found:
    """One version of a file. `name` stands below the address; `tag` differs for another version; `is_link` is never opened."""

    name: str
    size: int
    modified_at: datetime
    tag: str
    is_link: bool = False


class ShutFile(Exception):
    """The file is there and may not be opened, which may change without the file changing."""


class Place(Protocol):
    """A folder of files."""

    def files(self, pattern: str) -> list[Found]:
        """Files whose name below the address fits the pattern (`*` also crosses folders)."""

    def has(self, name: str) -> bool:
        """Whether there is a file of that name, whatever it holds."""

    def look(self, name: str) -> Found | None:
        """The file as it stands now; None when it is gone."""

    def open(self, found: Found) -> IO[bytes]:
        """Its bytes, seekable."""


def place_at(address: str, settings: Mapping[str, str], source: str, variable: str) -> Place:
    """The place an address names: `s3://bucket/prefix`, or a path on this machine."""
    scheme, separator, rest = address.partition("://")
    if separator and scheme not in ("s3", "file"):
        raise IngestError(
            f"{source}: cannot read files from {scheme}://", f"Set {variable} to a folder or to s3://bucket/prefix."
        )
    if scheme == "s3" and separator:
        return Bucket(rest.strip("/"), settings, source, variable)
    folder = Path(rest if separator else address)
    if not folder.is_dir():
        raise IngestError(f"{source}: there is no folder {folder}", f"Check {variable}.")
    return Folder(folder.resolve())


def _is_wanted(name: str, pattern: str) -> bool:
    """Fits the pattern, and is no hidden file, marker, lock file or unfinished upload."""
    hidden = any(part.startswith((".", "_", "~$")) for part in name.split("/"))
    return not hidden and not name.lower().endswith(_UNFINISHED) and fnmatchcase(name, pattern)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on this machine. Links are listed and marked, so that they can be refused; pipes and devices are not files."""

    root: Path

    def files(self, pattern: str) -> list[Found]:
        names = (os.path.relpath(Path(at, name), self.root) for at, _, held in os.walk(self.root) for name in held)
        wanted = (self.look(name) for name in names if _is_wanted(shown(name), pattern))
        return [found for found in wanted if found]

    def has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def look(self, name: str) -> Found | None:
        try:
            status = (self.root / name).lstat()
        except OSError:
            return None
        is_link = stat.S_ISLNK(status.st_mode)
        if not is_link and not stat.S_ISREG(status.st_mode):
            return None
        changed = _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
        return Found(name, status.st_size, changed, f"{status.st_size}-{status.st_mtime_ns}", is_link)

    def open(self, found: Found) -> IO[bytes]:
        try:
            handle = os.open(self.root / found.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise ShutFile(f"cannot be opened ({type(error).__name__})") from error
        return os.fdopen(handle, "rb")


def shown(name: str) -> str:
    """A file name as text that any table can hold."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Bucket:
    """A prefix of an S3-compatible bucket. Objects are fetched whole before they are read, so that a lost connection is
    never taken for a broken file."""

    def __init__(self, root: str, settings: Mapping[str, str], source: str, variable: str) -> None:
        self.root, self._source, self._variable = root, source, variable
        self._files = _store(settings)

    def files(self, pattern: str) -> list[Found]:
        fixed = pattern.split("*")[0].split("?")[0].split("[")[0].rpartition("/")[0]
        with self._plain_errors():
            listed: dict[str, Any] = self._files.find(f"{self.root}/{fixed}".rstrip("/"), detail=True)
        found = [self._found(path, info) for path, info in listed.items() if info["type"] == "file"]
        return [one for one in found if _is_wanted(one.name, pattern)]

    def has(self, name: str) -> bool:
        return self.look(name) is not None

    def look(self, name: str) -> Found | None:
        path = f"{self.root}/{name}"
        with self._plain_errors():
            try:
                return self._found(path, self._files.info(path))
            except FileNotFoundError:
                return None

    def open(self, found: Found) -> IO[bytes]:
        held = tempfile.SpooledTemporaryFile(max_size=32 << 20)  # noqa: SIM115 - the caller closes it
        with self._plain_errors(), self._files.open(f"{self.root}/{found.name}", "rb", block_size=8 << 20) as body:
            while part := body.read(8 << 20):
                held.write(part)
        held.seek(0)
        return held

    def _found(self, path: str, info: Mapping[str, Any]) -> Found:
        changed = info["LastModified"].astimezone(UTC).replace(microsecond=0)  # a listing may tell more than a single look
        tag = f"{info['size']}-{changed.timestamp():.0f}-{str(info.get('ETag', '')).strip(chr(34))}"
        return Found(path.removeprefix(f"{self.root}/"), int(info["size"]), changed, tag)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """The store's refusals and silences as one line; nothing in it names a key or a secret."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (OSError, BotoCoreError, ClientError) as error:
            raise IngestError(
                f"{self._source}: s3://{self.root} could not be read ({type(error).__name__})",
                f"Check {self._variable}, the endpoint and the key behind it; run again, nothing is lost.",
            ) from error


def _store(settings: Mapping[str, str]) -> Any:
    """The client of the store: bounded waits and retries, no cached listing; without a key the machine's own credentials."""
    import s3fs  # takes a third of a second, and only buckets need it

    return s3fs.S3FileSystem(
        key=settings.get("s3_key", "") or None,
        secret=settings.get("s3_secret", "") or None,
        endpoint_url=settings.get("s3_endpoint", "") or None,
        client_kwargs={"region_name": settings.get("s3_region", "") or "us-east-1"},
        config_kwargs={"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": ATTEMPTS, "mode": "standard"}},
        use_listings_cache=False,  # the client itself is kept by fsspec: making one costs most of a second
    )
