"""What a column is made of is read out of the SQL that makes it."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
from sqlglot.schema import MappingSchema

from orchestration import lineage
from orchestration.assets.transform import traced

_TABLES = {"raw.people": {"id": "int", "mail": "text"}, "raw.sales": {"id": "int", "person": "int", "minor": "int"}}
_NAMES = {("raw", "people"): ("raw_crm", "people"), ("raw", "sales"): ("raw_shop", "sales")}


def _columns(sql: str) -> dict[str, list[lineage.Origin]]:
    schema = MappingSchema(dialect="duckdb")
    for table, columns in _TABLES.items():
        schema.add_table(table, columns)
    return lineage.columns_of(sql, schema, _NAMES)


def test_a_column_leads_through_ctes_stars_and_sums_to_the_tables() -> None:
    found = _columns("""
        with people as (select * from raw.people),
        sales as (select person, sum(minor) as spent, count(*) as n from raw.sales group by person),
        joined as (select people.*, coalesce(sales.spent, 0) as spent, sales.n, 1 as one from people left join sales on people.id = sales.person)
        select * from joined
    """)
    assert found == {
        "id": [("raw_crm", "people", "id")],
        "mail": [("raw_crm", "people", "mail")],
        "spent": [("raw_shop", "sales", "minor")],
        "n": [],
        "one": [],
    }


def test_a_union_by_name_goes_by_names_and_one_by_place_by_places() -> None:
    parts = "select null::text as mail where false {} select id, mail from raw.people {} select minor, id from raw.sales"
    assert _columns(parts.format("union all by name", "union all by name")) == {
        "mail": [("raw_crm", "people", "mail")],
        "id": [("raw_crm", "people", "id"), ("raw_shop", "sales", "id")],
        "minor": [("raw_shop", "sales", "minor")],
    }
    assert _columns("select id, mail from raw.people union all select minor, id from raw.sales") == {
        "id": [("raw_crm", "people", "id"), ("raw_shop", "sales", "minor")],
        "mail": [("raw_crm", "people", "mail"), ("raw_shop", "sales", "id")],
    }


def test_what_was_worked_out_for_another_state_of_the_project_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    lineage.file_of(tmp_path).write_text('{"model.cx.one": {"a": [["raw_crm", "people", "id"]]}}', encoding="utf-8")
    assert lineage.read(tmp_path) == {}
    manifest = tmp_path / "target" / "manifest.json"
    manifest.write_text("{}", encoding="utf-8")
    lineage.file_of(tmp_path).touch()
    assert list(lineage.read(tmp_path)) == ["model.cx.one"]
    told = lineage.file_of(tmp_path).stat().st_mtime
    os.utime(manifest, (told + 1, told + 1))
    assert lineage.read(tmp_path) == {}


def test_dagster_is_told_the_lineage_and_its_page_says_it_in_words() -> None:
    schema = dg.TableSchema(
        columns=[dg.TableColumn("spent", "bigint", description="What they paid."), dg.TableColumn("n", "bigint")]
    )
    told = traced(schema, {"spent": [("raw_shop", "sales", "minor")], "n": []})
    deps = told["dagster/column_lineage"].deps_by_column
    assert deps["spent"] == [dg.TableColumnDep(dg.AssetKey(["raw_shop", "sales"]), "minor")] and deps["n"] == []
    said = {column.name: column.description for column in told["dagster/column_schema"].columns}
    assert said == {"spent": "What they paid. Made of raw_shop.sales.minor.", "n": None}
