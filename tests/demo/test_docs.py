"""The pages of `cx docs`: complete, without a dead link, without a word to anybody else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from orchestration import lineage
from orchestration.docs import PAGES, write_docs
from orchestration.parts import CHECKOUT
from tests.demo.conftest import Demo


@pytest.fixture(scope="module")
def docs(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, over a copy of what the demo built."""
    copied = Demo(tmp_path_factory.mktemp("documented") / "data", demo.customers)
    shutil.copytree(demo.root, copied.root)
    written = write_docs(copied.paths)
    assert sorted(place.name for place in written) == sorted(["index.html", *PAGES])
    return copied.paths.docs


def test_every_link_leads_somewhere_and_nothing_is_fetched(docs: Path) -> None:
    for name in ("index.html", *PAGES):
        if name == "project.html":
            continue
        text = (docs / name).read_text(encoding="utf-8")
        known = set(re.findall(r'id="([^"]+)"', text))
        for target in re.findall(r'href="([^"]+)"', text):
            assert target[1:] in known if target.startswith("#") else (docs / target).exists(), f"{name}: {target}"
        assert not re.search(r"<(script|img|link)\b|https?://", text)


def test_dbts_page_is_one_file_that_tells_nobody_it_was_read(docs: Path) -> None:
    text = (docs / "project.html").read_text(encoding="utf-8")
    assert '"send_anonymous_usage_stats": false' in text and "published__customer_360" in text
    assert not (docs / ".dbt").exists()


def test_a_published_column_leads_back_to_what_vendors_told(docs: Path) -> None:
    project = CHECKOUT / "dbt_project"
    nodes = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    made_of = {
        (*lineage.name_of(nodes[unique_id]), column): found
        for unique_id, columns in lineage.read(project).items()
        for column, found in columns.items()
    }

    def back(column: lineage.Origin, seen: frozenset[lineage.Origin] = frozenset()) -> set[lineage.Origin]:
        if column in seen:
            return set()
        found = made_of.get(column)
        return {column} if not found else set().union(*(back((a, b, c), seen | {column}) for a, b, c in found))

    raw = back(("published", "customer_360", "email"))
    assert {("raw_hubspot", "contacts"), ("raw_stripe", "customers")} <= {origin[:2] for origin in raw}
    assert {name for layer, table, name in raw if (layer, table) == ("raw_stripe", "customers")} >= {"email"}
