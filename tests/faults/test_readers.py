"""Nobody who reads the published file while it is published anew meets an error, a torn table or an older publication again."""

from __future__ import annotations

from pathlib import Path

from ingest.core.paths import Paths
from tests.faults.readers import try_readers


def test_readers_see_whole_publications_in_their_order(tmp_path: Path) -> None:
    seen = try_readers(Paths(tmp_path), readers=2, publications=6, seconds=2)
    assert [told for one in seen for told in one.wrong] == []
    assert all(list(one.publications) == sorted(one.publications) and one.seconds for one in seen)
    assert len({number for one in seen for number in one.publications}) > 2
