"""What the dbt project says of each published table: grain, columns, types, descriptions, keys, what is personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.core.paths import Paths
from orchestration.layers import PUBLISHED, built_nodes
from orchestration.parts import CHECKOUT


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str
    about: str
    is_personal: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """One published table. `about` begins with its grain; `key` is empty where no unique key is declared."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def contracts(paths: Paths) -> dict[str, Contract]:
    """Every published table by name, from the parsed project."""
    from orchestration.transformer import Transformer

    manifest = Transformer(CHECKOUT / "dbt_project", paths).manifest()
    found = [_contract(node) for node in built_nodes(manifest, (PUBLISHED,))]
    return {contract.name: contract for contract in sorted(found, key=lambda one: one.name)}


def _contract(node: Mapping[str, Any]) -> Contract:
    from orchestration.quality.facts import PUBLISHED as FACTS

    name = str(node["alias"])
    columns = tuple(_column(column) for column in node["columns"].values())
    declared = [tuple(one.get("columns") or ()) for one in node.get("constraints") or () if one.get("type") == "primary_key"]
    key = declared[0] if declared else FACTS[name].grain if name in FACTS else ()
    return Contract(name, " ".join(str(node["description"]).split()), columns, tuple(key))


def _column(told: Mapping[str, Any]) -> Column:
    meta = {**(told.get("meta") or {}), **((told.get("config") or {}).get("meta") or {})}
    about = " ".join(str(told["description"]).split())
    return Column(
        str(told["name"]), str(told["data_type"]), about, bool(meta.get("personal")) or meta.get("privacy", "none") != "none"
    )
