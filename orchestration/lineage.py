"""Column lineage: which columns of which tables every column of the dbt project is made of, read out of dbt's compiled SQL.

It depends on the project alone, so it is worked out once for each state of it (some five CPU seconds) and kept beside dbt's
manifest; a run reads it and never makes it. Names are those of assets: (layer or raw schema, table).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError
from orchestration.layers import Manifest, Node, is_built, layer_of

if TYPE_CHECKING:
    from sqlglot.schema import MappingSchema

DIALECT = "duckdb"
Origin = tuple[str, str, str]  # schema or layer, table, column
Lineage = dict[str, dict[str, list[Origin]]]  # dbt's unique id -> column -> what it is made of
Catalog = Mapping[tuple[str, str], Mapping[str, str]]  # schema, table -> column -> type


class NothingCompiled(CxError):
    """dbt has not written the project's SQL yet."""


def file_of(project: Path) -> Path:
    return project / "target" / "column_lineage.json"


def read(project: Path) -> Lineage:
    """What was worked out for the project as it is now; empty before, and after the project changed."""
    told, manifest = file_of(project), project / "target" / "manifest.json"
    if not told.exists() or not manifest.exists() or told.stat().st_mtime < manifest.stat().st_mtime:
        return {}
    found: Lineage = json.loads(told.read_text(encoding="utf-8"))
    return found


def write(project: Path, manifest: Manifest, compiled: Path, catalog: Catalog) -> Lineage:
    """Works it out and keeps it. `compiled`: dbt's folder of that name. NothingCompiled where no model's SQL stands there."""
    found = dict(_of_models(manifest, compiled, catalog))
    if not found:
        raise NothingCompiled(f"{compiled} holds no SQL of the project", "`cx run` or `cx demo` builds it first.")
    beside = file_of(project).with_suffix(".tmp")
    beside.write_text(json.dumps(found), encoding="utf-8")
    beside.replace(file_of(project))
    return found


def _of_models(manifest: Manifest, compiled: Path, catalog: Catalog) -> Iterator[tuple[str, dict[str, list[Origin]]]]:
    tables = [node for node in (*manifest["nodes"].values(), *manifest["sources"].values()) if _is_table(node)]
    relations = {_place(node): name_of(node) for node in tables}
    schema = _schema(tables, catalog)
    for unique_id, node in manifest["nodes"].items():
        file = compiled / str(node["package_name"]) / str(node["original_file_path"])
        if node["resource_type"] == "model" and file.suffix == ".sql" and is_built(node) and file.exists():
            yield unique_id, columns_of(file.read_text(encoding="utf-8"), schema, relations)


def columns_of(sql: str, schema: MappingSchema, relations: Mapping[tuple[str, str], tuple[str, str]]) -> dict[str, list[Origin]]:
    """Every column a statement selects with the columns of tables it is made of; none for a constant and for a count of rows.

    relations: schema and table as SQL says them -> as assets are called; others are left out.
    """
    from sqlglot import parse_one
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    query: Any = qualify(parse_one(sql, dialect=DIALECT), schema=schema, dialect=DIALECT, validate_qualify_columns=False)
    _by_position(query)
    scope = build_scope(query)  # once for the statement: made anew for every column, all takes a hundred times as long
    return {column: sorted(set(_origins(column, query, scope, relations))) for column in query.named_selects}


def _by_position(query: Any) -> None:
    """Brings the parts of every `union by name` into one order: sqlglot's lineage goes by places."""
    from sqlglot import exp

    for union in list(query.find_all(exp.SetOperation)):
        if not union.args.get("by_name"):
            continue
        parts = list(_parts(union))
        columns = list(dict.fromkeys(name for part in parts for name in part.named_selects))
        for part in parts:
            own = {select.alias_or_name: select for select in part.selects}
            part.set("expressions", [own.get(name) or exp.alias_(exp.null(), name) for name in columns])


def _parts(query: Any) -> Iterator[Any]:
    """The selects a union by name is made of."""
    from sqlglot import exp

    if isinstance(query, exp.SetOperation):
        query.set("by_name", False)
        yield from _parts(query.left)
        yield from _parts(query.right)
    else:
        yield query.unnest()


def _origins(column: str, query: Any, scope: Any, relations: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[Origin]:
    from sqlglot import exp
    from sqlglot.lineage import lineage

    tree = lineage(column, query, scope=scope, dialect=DIALECT, trim_selects=False, copy=False)
    leaves = [leaf for leaf in tree.walk() if not leaf.downstream]
    for leaf in leaves:
        table = leaf.expression.find(exp.Table)
        named = relations.get((table.db, table.name)) if table is not None else None
        if named is not None:
            yield (*named, leaf.name.rpartition(".")[2].strip('"'))


def _schema(nodes: Iterable[Node], catalog: Catalog) -> MappingSchema:
    from sqlglot import exp
    from sqlglot.schema import MappingSchema

    schema = MappingSchema(dialect=DIALECT)
    for node in nodes:
        columns = catalog.get(_place(node))
        if columns:
            schema.add_table(exp.to_table(node["relation_name"], dialect=DIALECT), dict(columns), dialect=DIALECT)
    return schema


def _is_table(node: Node) -> bool:
    return node["resource_type"] == "source" or is_built(node)


def _place(node: Node) -> tuple[str, str]:
    """The table as SQL names it."""
    return str(node["schema"]), str(node.get("identifier") or node.get("alias") or node["name"])


def name_of(node: Node) -> tuple[str, str]:
    """The table as its asset is called."""
    if node["resource_type"] == "source":
        return str(node["source_name"]), str(node["name"])
    return layer_of(node), str(node["alias"])
