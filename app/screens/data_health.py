"""Data health: which run stands, which gates it passed, what landed, what was set aside, what was corrected later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from app import cells, words
from app.data import Basis, ask
from app.shell import show
from app.tables import table
from app.tiles import tiles
from ingest.core.paths import Paths
from orchestration.gates import read_holds

_GATES = {
    "extraction": "every source was read to its end",
    "landed": "volume, shape and distribution of what landed",
    "transform": "keys, relations and sums of the models",
    "identity": "who is who",
    "published": "what is to be published, beside the last publication",
    "publication": "the file itself: complete and readable",
}
_STALE_SECONDS = 26 * 3600  # a day and what a run takes
_PUBLICATION = "select table_name, row_count, checksum, gates_passed from publication order by table_name"
_SOURCES = """
select source, title, extracted, landed, duplicates, quarantined, quarantined_ever, is_on, is_complete, observed_at
from source_runs where resource = 'all' order by quarantined desc nulls last, observed_at nulls first, title
"""
_RESOURCES = """
select source, resource, mode, extracted, landed, duplicates, quarantined, quarantined_ever, is_complete, observed_at
from source_runs where resource <> 'all' and (? or quarantined_ever > 0 or not is_complete) order by quarantined desc, source, resource
"""
_ROWS = """
select source, resource, mode, extracted, quarantined, suppressed, duplicates, landed, merged, added, erased, missing, stored, staged,
    left_out, without_identifiers, unattributed, attributed, in_figures, published, unexplained, unexplained_at, becomes, because,
    observed_at
from row_reconciliation where is_newest order by unexplained desc, source, resource
"""
_RESTATED = """
select
    coalesce(c.name, kpi_id) as name, restated_at, kpi_id, variant, period_start, segment_type, segment, published_value, value, change,
    published_n, n, cause, causes
from kpi_restatements left join kpi_catalog as c using (kpi_id, variant)
order by restated_at desc, kpi_id, variant, period_start desc, segment limit 500
"""
_RECONCILED = """
select
    coalesce(c.name, kpi_id) as name, kpi_id, variant, other_variant, followed_by, period_start, value, other_value, difference, r.unit, n,
    other_n, why
from kpi_reconciliation as r left join kpi_catalog as c using (kpi_id, variant)
where is_complete
qualify row_number() over (partition by kpi_id, variant, other_variant order by period_start desc) = 1
order by kpi_id, variant, other_variant
"""


def _page(basis: Basis) -> None:
    published = ask(_PUBLICATION)
    _facts(basis, int(published["row_count"].sum()))
    st.subheader("Gates this publication passed", anchor=False)
    _gates(set(published["gates_passed"].iloc[0]))
    st.subheader("Sources", anchor=False)
    _sources(basis)
    st.subheader("Where every row went", anchor=False)
    _rows(basis)
    st.subheader("Figures published before that are others now", anchor=False)
    _restated(basis)
    st.subheader("Our figures beside others' definitions", anchor=False)
    _reconciled(basis)
    st.subheader("Published tables", anchor=False)
    columns: dict[str, Any] = {"table_name": "Table", "row_count": cells.count("Rows"), "checksum": "Checksum"}
    table(published.drop(columns="gates_passed"), "publication", columns, alt="Published tables with their rows")


def _gates(passed: set[str]) -> None:
    """What was asked of the publication that stands, and what holds the next one."""
    st.markdown("\n".join(f"- **{gate}**: {'passed' if gate in passed else 'not told'}, {told}" for gate, told in _GATES.items()))
    held = read_holds(Paths.from_environment())
    if held:
        st.markdown("**What holds the next publication**")
        frame = pd.DataFrame([asdict(hold) for hold in held])
        named = {"gate": "Gate", "subject": "Holds", "reason": cells.text("Because"), "since": "Since", "run_id": "Run"}
        table(frame, "holds", named, alt="What holds the next publication")


def _facts(basis: Basis, rows: int) -> None:
    now = datetime.now(UTC)
    told = (
        ("Data as of", f"{basis.data_as_of:%d %b %Y}", f"{basis.data_as_of:%H:%M} UTC, {words.age(basis.data_as_of, now)}"),
        ("Published", f"{basis.published_at:%d %b %Y}", f"{basis.published_at:%H:%M} UTC, {words.age(basis.published_at, now)}"),
        ("Rows", words.count(rows), "in all tables"),
        ("Run", basis.run_id[:8], "as Dagster names it"),
    )
    tiles(told)
    if (now - basis.published_at).total_seconds() > _STALE_SECONDS:
        st.warning(
            f"This publication is {words.age(basis.published_at, now)}, and none has followed it.", icon=":material/schedule:"
        )
    if (now - basis.data_as_of).total_seconds() > 86400:
        st.caption(
            f"The data is {words.age(basis.data_as_of, now)}. Planted data keeps a calendar of its own; with your own, "
            "`cx status` says which source or gate holds the next publication."
        )


def _sources(basis: Basis) -> None:
    sources = ask(_SOURCES)
    if sources.empty:
        st.caption("No source has been asked for yet.")
        return
    off, short = int((~sources["is_on"].astype(bool)).sum()), int((sources["is_complete"] == False).sum())  # noqa: E712 - it may be null
    aside = int(sources["quarantined_ever"].fillna(0).sum())
    st.markdown(
        f"**{len(sources) - off}** of {len(sources)} sources are switched on; **{short}** were not read to their end; "
        f"**{aside:,}** rows have ever been set aside."
    )
    counts: dict[str, Any] = {
        "extracted": cells.count("Extracted"),
        "landed": cells.count("Landed"),
        "duplicates": cells.count("Twice"),
        "quarantined": cells.count("Set aside"),
        "quarantined_ever": cells.count("Ever set aside"),
        "is_complete": cells.flag("To its end"),
        "observed_at": cells.instant("Read"),
    }
    columns = {"title": "Source", "is_on": cells.flag("On"), **counts}
    table(sources, "source_runs", columns, alt="What each source's newest run brought", zone=basis.time_zone)
    every = st.checkbox("Every kind of record, not only those with rows set aside or read in part", key="every_resource")
    table(
        ask(_RESOURCES, every),
        "source_runs_by_resource",
        {"source": "Source", "resource": "Kind of record", "mode": "Read", **counts},
        alt="What the newest run of each kind of record brought",
        zone=basis.time_zone,
        empty="Nothing was set aside, and everything was read to its end.",
    )


def _rows(basis: Basis) -> None:
    rows = ask(_ROWS)
    unexplained = int(rows["unexplained"].sum())
    st.markdown(
        f"**{int(rows['extracted'].sum()):,}** rows were read by the newest runs; **{unexplained:,}** came or went without a cause. "
        "A publication needs that to be none."
    )
    named = {
        "extracted": "Read", "quarantined": "In quarantine", "suppressed": "Of erased people", "duplicates": "Twice", "landed": "Landed",
        "merged": "Over an older version", "added": "New", "erased": "Erased since", "missing": "Missing", "stored": "Stored",
        "staged": "Staged", "left_out": "Left out", "without_identifiers": "Name nobody", "unattributed": "Lead to nobody",
        "attributed": "Of a customer", "in_figures": "In figures", "published": "Published", "unexplained": "Unexplained",
    }  # fmt: skip
    counts = {name: st.column_config.NumberColumn(told, format="localized") for name, told in named.items()}
    columns: dict[str, Any] = {
        "source": "Source",
        "resource": "Kind of record",
        "mode": "Read as",
        **counts,
        "unexplained_at": "Missed at",
        "becomes": "Becomes",
        "because": cells.text("Because"),
        "observed_at": st.column_config.DatetimeColumn("Read at", format="D MMM YYYY, HH:mm"),
    }
    table(rows, "row_reconciliation", columns, alt="Where the rows of each kind of record went", zone=basis.time_zone)


def _restated(basis: Basis) -> None:
    columns: dict[str, Any] = {"name": "KPI", "variant": "Variant", **cells.restated()}
    table(
        ask(_RESTATED),
        "kpi_restatements",
        columns,
        alt="Restated figures, the newest first",
        zone=basis.time_zone,
        empty="No published figure has changed.",
    )


def _reconciled(basis: Basis) -> None:
    columns: dict[str, Any] = {
        "name": "KPI",
        "value": cells.number("Ours", 2),
        "other_value": cells.number("Theirs", 2),
        "difference": cells.number("Difference", 2, signed=True),
        "unit": "Unit",
        "other_variant": "Their variant",
        "followed_by": "As counted by",
        "why": cells.text("Why"),
        "period_start": cells.month(),
    }
    found = ask(_RECONCILED)
    table(
        found.assign(unit=found["unit"].map(lambda unit: words.unit(unit, basis))),
        "kpi_reconciliation",
        columns,
        alt="Our figures beside others'",
        empty="No figure has another definition beside it.",
    )


if __name__ == "__main__":
    show("Data health", "Which run stands, what landed, what was set aside, what was corrected later.", _page)
