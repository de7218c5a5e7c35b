"""Errors a person reads: one line that names the source and the reason, and one that says what to do."""

from __future__ import annotations


class CxError(Exception):
    """An expected failure. `remedy` tells the user what to do; command-line entry points print both without a traceback."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class IngestError(CxError):
    """A source could not be read or landed. `status` is the HTTP status behind it, where there was one."""

    def __init__(self, message: str, remedy: str = "", status: int | None = None) -> None:
        super().__init__(message, remedy)
        self.status = status


class SettingMissing(CxError):
    """A required setting is neither in the environment nor in dlt's config."""


class LockHeld(CxError):
    """Another process is writing the warehouse."""


class UnknownName(CxError):
    """A source, table or metric that does not exist was asked for."""


class SourceStopped(IngestError):
    """Nothing more can be read from this source in this run: whatever is asked next would end the same way."""


class QuotaUsedUp(SourceStopped):
    """The vendor's allowance of calls is used up; what was read so far has landed."""
