"""Reads a declaration as its author would want it read: every name in it that nothing answers to is told at once.

What the engine would find out late, as a KeyError in the middle of a run or as a template sent to the vendor as it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.core.errors import CxError
from ingest.core.spec import BATCH, PARENT, Basic, Bearer, ClientCredentials, Cursor, Listing, Resource, Source

_TEMPLATE = re.compile(r"{([a-z_][a-z0-9_.]*)}")
_OF_A_RUN = {"since", "since_unix", "since_ms", "until", "week_ago", "position", BATCH.strip("{}")}


class DeclarationError(CxError):
    """A `Source` names something that it does not declare."""


def sound(source: Source) -> Source:
    """The source itself; DeclarationError with everything in it that cannot work."""
    if wrong := [*_credentials(source), *_resources(source)]:
        raise DeclarationError(
            f"the declaration of {source.name} cannot work: {'; '.join(wrong)}",
            f"Correct ingest/sources/{source.name}.py; ingest/core/spec.py tells what each word means.",
        )
    return source


def _credentials(source: Source) -> Iterator[str]:
    settings = {setting.name for setting in source.settings}
    auth, named = source.auth, list[str]()
    if isinstance(auth, Bearer):
        named = [auth.token]
    elif isinstance(auth, Basic):
        named = [auth.password, *_TEMPLATE.findall(auth.user)]
    elif isinstance(auth, ClientCredentials):
        named = [auth.token_url, auth.client_id, auth.client_secret]
    for name in [*named, *_TEMPLATE.findall(source.base_url)]:
        if name not in settings:
            yield f"credentials and address need a setting {name!r}, settings are {_listed(settings)}"


def _resources(source: Source) -> Iterator[str]:
    names = Counter(resource.name for resource in source.resources)
    yield from (f"two resources are called {name!r}" for name, times in names.items() if times > 1)
    before: dict[str, Resource] = {}
    for resource in source.resources:
        for told in (*_columns(resource), *_parent(resource, before, names), *_templates(source, resource, before)):
            yield f"{resource.name}: {told}"
        before[resource.name] = resource


def _columns(resource: Resource) -> Iterator[str]:
    columns = Counter(column.name for column in resource.columns)
    yield from (f"two columns are called {name!r}" for name, times in columns.items() if times > 1)
    if not resource.key:
        yield "it has no key, and rows without one would be doubled"
    yield from (f"its key {name!r} is no column" for name in resource.key if name not in columns)
    cursor = resource.cursor or Cursor()
    if cursor.is_a_column and not cursor.token and cursor.column not in columns:
        yield f"its cursor {cursor.column!r} is no column"
    if resource.changes is not None and resource.cursor is None:
        yield "it lists changes but has no cursor to list them from"


def _parent(resource: Resource, before: Mapping[str, Resource], names: Mapping[str, int]) -> Iterator[str]:
    if resource.parent is not None and resource.parent.of not in before:
        stands = "stands after it" if resource.parent.of in names else "is no resource of this source"
        yield f"its parent {resource.parent.of!r} {stands}"


def _templates(source: Source, resource: Resource, before: Mapping[str, Resource]) -> Iterator[str]:
    secret = {setting.name for setting in source.settings if setting.secret}
    known = _OF_A_RUN | {setting.name for setting in source.settings} | _of_parent(source, resource, before)
    for listing in (resource.full, resource.changes, resource.keys, *resource.also):
        if isinstance(listing, Listing):
            for name in _named((listing.path, listing.params, listing.json, listing.headers)):
                if name in secret:
                    yield f"the secret {name!r} would stand in the address or body of {listing.path}"
                elif name not in known:
                    yield f"nothing fills {{{name}}} in {listing.path}, there are {_listed(known)}"


def _of_parent(source: Source, resource: Resource, before: Mapping[str, Resource]) -> set[str]:
    """What is known of a parent row when its children are listed: its id, and what any child takes over from it."""
    if resource.parent is None or resource.parent.of not in before:
        return set()
    kept = {"id"} | {column.name for one in source.resources for column in one.columns if column.path.startswith(PARENT)}
    return {f"parent.{column.name}" for column in before[resource.parent.of].columns if column.name in kept}


def _named(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield from _TEMPLATE.findall(template)
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from _named(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from _named(value)


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
