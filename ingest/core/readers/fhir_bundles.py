"""FHIR bundles: search sets and histories, followed from page to page by the links the server gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.core.calls import Call, Page
from ingest.core.errors import IngestError

_RECORD = re.compile(r"([A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$")


@dataclass(frozen=True, slots=True)
class Searchset:
    """Records of one type that a search finds. What the server adds to them (included records, remarks) is left out."""

    type: str
    params: Mapping[str, str] = field(default_factory=dict)

    def pages(self, call: Call) -> Iterator[Page]:
        """One page per bundle; a bundle without entries is an empty page, not the end."""
        for bundle in _bundles(call, f"/{self.type}", call.fill(dict(self.params))):
            yield [entry["resource"] for entry in _entries(bundle, call) if self._is_found(entry)]

    def _is_found(self, entry: Mapping[str, Any]) -> bool:
        mode = (entry.get("search") or {}).get("mode", "match")
        return bool(mode == "match" and entry["resource"].get("resourceType") == self.type)


@dataclass(frozen=True, slots=True)
class Deletions:
    """What was deleted since the cursor, told by the history of each type; without a cursor nothing can be missing yet."""

    types: tuple[str, ...]
    count: int = 200

    def pages(self, call: Call) -> Iterator[Page]:
        """Rows as `deletions_in` makes them."""
        if call.since is None:
            return
        for kind in self.types:
            params = {"_since": call.fill("{since}"), "_count": str(self.count)}
            for bundle in _bundles(call, f"/{kind}/_history", params):
                yield deletions_in(bundle, call)


def deletions_in(bundle: Mapping[str, Any], call: Call) -> list[dict[str, Any]]:
    """The deletions a history or a transaction tells: {resource_type, resource_id, deleted_at}.

    `deleted_at` is the entry's own instant, else the bundle's; null where the server tells neither.
    """
    rows = []
    for entry in bundle.get("entry") or ():
        asked = entry.get("request") or {}
        if asked.get("method") != "DELETE":
            continue
        named = _RECORD.search(str(asked.get("url") or entry.get("fullUrl") or ""))
        if named is None:
            call.set_aside(entry, "a deletion that names no record")
            continue
        at = (entry.get("response") or {}).get("lastModified") or (bundle.get("meta") or {}).get("lastUpdated")
        rows.append({"resource_type": named[1], "resource_id": named[2], "deleted_at": at})
    return rows


def _bundles(call: Call, address: str, params: Mapping[str, str] | None) -> Iterator[dict[str, Any]]:
    """The pages of a search or a history; the next link is opaque, and only its absence ends the list."""
    while address:
        bundle = call.client.fetch("GET", address, params=params).json()
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise IngestError(
                f"{call.source.name}: the answer is no Bundle", "Check that the address is that of a FHIR endpoint."
            )
        _raise_for_remarks(call, bundle)
        yield bundle
        address, params = _next(call, bundle, address), None


def _next(call: Call, bundle: Mapping[str, Any], here: str) -> str:
    links = {link.get("relation"): str(link.get("url") or "") for link in bundle.get("link") or ()}
    following = links.get("next", "")
    if following == here:
        raise IngestError(
            f"{call.source.name}: a page names itself as the next one", "The server's paging is broken; tell its owner."
        )
    if following.startswith("http:") and call.settings["base_url"].startswith("https:"):
        raise IngestError(
            f"{call.source.name}: the next page is linked without encryption",
            "The server must know its public address (behind a proxy: X-Forwarded-Proto).",
        )
    return following


def _entries(bundle: Mapping[str, Any], call: Call) -> Iterator[Mapping[str, Any]]:
    """The entries that hold a record; others are set aside."""
    for entry in bundle.get("entry") or ():
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield entry
        else:
            call.set_aside(entry, "an entry without a resource")


def _raise_for_remarks(call: Call, bundle: Mapping[str, Any]) -> None:
    """A search may succeed and still say that something went wrong: then what it found is not all there is."""
    for entry in bundle.get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        codes = failures(resource) if isinstance(resource, dict) else ""
        if codes:
            raise IngestError(
                f"{call.source.name}: the search did not go well ({codes})", "What came has landed; the next run reads it again."
            )


def failures(resource: Mapping[str, Any]) -> str:
    """The codes of an OperationOutcome's errors, "" when there are none. Its texts may name people and are left out."""
    if resource.get("resourceType") != "OperationOutcome":
        return ""
    issues = resource.get("issue") or ()
    return ", ".join(sorted({str(i.get("code")) for i in issues if i.get("severity") in ("fatal", "error")}))
