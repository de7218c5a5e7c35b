"""The order of the layers, once: folder, DuckDB schema, asset-key prefix and Dagster group are the same word.

Which dbt node stands in which layer, and which half of the dbt build (before or after identity is resolved) makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

REFERENCE = "reference"
STAGING = "staging"
IDENTITY = "identity"
IDENTITY_STATE = "identity_state"
CUSTOMER_360 = "customer_360"
MARTS = "marts"
PUBLISHED = "published"

# Left to right, after the schemas raw_<source>. `identity_state` is written by the Python step between dbt's halves.
ORDER = (REFERENCE, STAGING, IDENTITY, IDENTITY_STATE, CUSTOMER_360, MARTS, PUBLISHED)
BEFORE_IDENTITY = (REFERENCE, STAGING, IDENTITY)
AFTER_IDENTITY = (CUSTOMER_360, MARTS, PUBLISHED)

Node = Mapping[str, Any]
Manifest = Mapping[str, Any]

_BUILT = ("model", "seed", "snapshot")


def layer_of(node: Node) -> str:
    """The layer of a dbt model, seed or snapshot: seeds are reference data, all else stands in its layer's folder."""
    if node["resource_type"] == "seed":
        return REFERENCE
    folder = str(node["fqn"][1])
    if folder not in ORDER:
        raise ValueError(f"{node['original_file_path']} stands outside the layers {', '.join(ORDER)}")
    return folder


def is_built(node: Node) -> bool:
    """True for what becomes a table or a view."""
    return node["resource_type"] in _BUILT and node["config"].get("materialized") != "ephemeral"


def built_nodes(manifest: Manifest, layers: tuple[str, ...]) -> Iterator[Node]:
    """The enabled models, seeds and snapshots of these layers that become tables or views."""
    return (node for node in manifest["nodes"].values() if is_built(node) and layer_of(node) in layers)


def tests_with_homes(manifest: Manifest) -> Iterator[tuple[Node, Node]]:
    """Every data test with the table it is shown on: of those it reads the furthest right, where all it needs is built.

    Of several in one layer it is the one the test was declared on, else the last by name. A source is shown on its
    nearest reader: were its tests checks of the raw table, Dagster would let the step that runs them pass by the landed gate.
    """
    for test in manifest["nodes"].values():
        if test["resource_type"] == "test":
            homes = [home for name in test["depends_on"]["nodes"] if (home := _shown_on(manifest, name)) is not None]
            if homes:
                yield (
                    test,
                    max(
                        homes, key=lambda node: (_place(node), node["unique_id"] == test.get("attached_node"), node["unique_id"])
                    ),
                )


def _shown_on(manifest: Manifest, name: str) -> Node | None:
    """The table itself, or for a source the first table made from it; None for a source nobody reads."""
    if name in manifest["nodes"]:
        node: Node = manifest["nodes"][name]
        return node if is_built(node) else None
    children = (manifest["nodes"].get(child) for child in manifest["child_map"].get(name, ()))
    readers = [child for child in children if child is not None and is_built(child)]
    return min(readers, key=lambda node: (_place(node), node["unique_id"]), default=None)


def _place(node: Node) -> int:
    return ORDER.index(layer_of(node))


def reads_beside_raw(layers: tuple[str, ...]) -> list[str]:
    """The schemas that stand before a half begins, written by neither a vendor's loader nor dbt."""
    return [IDENTITY_STATE] if layers is AFTER_IDENTITY else []


def published_tables(manifest: Manifest) -> list[str]:
    """The tables readers see, by name."""
    return sorted(str(node["alias"]) for node in built_nodes(manifest, (PUBLISHED,)))
