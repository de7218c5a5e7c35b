"""Files of a folder that strangers may write to: found safely, and known again by name, size and time of change.

A position is the set of fingerprints seen, so a file counts as new when it came, grew or was replaced, whatever its date;
a copy that keeps its old date is no trap. Nothing here opens a file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath

from ingest.core.calls import Call
from ingest.core.errors import IngestError
from ingest.core.settings import variable


class Refused(Exception):
    """A path that must not be followed, or leads to no file."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file inside the folder; `name` is its path below it."""

    path: Path
    name: str
    size: int
    modified_ns: int

    @property
    def modified_at(self) -> datetime:
        return datetime.fromtimestamp(self.modified_ns / 1e9, UTC)


def folder_of(call: Call, setting: str = "folder") -> Path:
    """The folder a setting names; IngestError names the variable when there is none."""
    root = Path(call.settings[setting])
    if not root.is_dir():
        name = next(variable(call.source, s) for s in call.source.settings if s.name == setting)
        raise IngestError(f"{call.source.name}: the folder {root} does not exist", f"Check {name}.")
    return root.resolve()


def file_in(root: Path, name: str) -> Found:
    """The file called `name` below `root` (resolved); Refused when the name leads elsewhere or to no regular file."""
    parts = PurePosixPath(name).parts
    if not name.strip() or "\x00" in name or "\\" in name:
        raise Refused("no usable file name")
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive:
        raise Refused("the path is absolute")
    if ".." in parts:
        raise Refused("the path leads out of the folder (..)")
    try:
        path = (root / name).resolve(strict=True)
        told = path.stat()
    except (OSError, RuntimeError, ValueError) as error:
        raise Refused("there is no such file") from error
    if not path.is_relative_to(root):
        raise Refused("a link leads out of the folder")
    if not stat.S_ISREG(told.st_mode):
        raise Refused("it is no regular file")
    return Found(path, str(PurePosixPath(name)), told.st_size, told.st_mtime_ns)


def names_in(root: Path) -> Iterator[str]:
    """All file names below `root` in order, hidden ones left out; linked folders are not entered."""
    for folder, inner, files in os.walk(root, followlinks=False):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield (Path(folder) / name).relative_to(root).as_posix()


def fingerprint(*parts: object) -> str:
    """Eight characters that stand for these values: 48 bits, so that among 100,000 files a mix-up has odds of 1 to 50,000."""
    told = "\x1f".join(map(str, parts)).encode("utf-8", "surrogateescape")
    return urlsafe_b64encode(hashlib.blake2b(told, digest_size=6).digest()).decode()


class Seen:
    """Which fingerprints an earlier run saw, and which this one does."""

    def __init__(self, position: str) -> None:
        self._before = {position[at : at + 8] for at in range(0, len(position), 8)}
        self._now: set[str] = set()

    def is_new(self, mark: str) -> bool:
        """True the first time; what is gone from the folder is forgotten."""
        self._now.add(mark)
        return mark not in self._before

    def forget(self, mark: str) -> None:
        """The next run shall look at it again."""
        self._now.discard(mark)

    def position(self) -> str:
        return "".join(sorted(self._now))
