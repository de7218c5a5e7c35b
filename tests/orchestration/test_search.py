"""The search that proves an erasure: a value counts where it stands alone, in any case, in text and in bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.privacy.search import Found, count, search


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("ada@example.com", 1),
        ("To: <ADA@Example.com>, ada@example.com", 2),
        ("_ada@example.com_", 1),
        ("xada@example.com, ada@example.community, 1ada@example.com", 0),
        ("éada@example.com ada@example.comé", 0),
        ("xada@example.com ada@example.com", 1),
    ],
)
def test_a_value_counts_where_no_letter_and_no_digit_stands_beside_it(text: str, hits: int) -> None:
    assert count(text, ["ada@example.com"]) == hits


def test_a_value_beside_itself_is_found_again_behind_what_did_not_count() -> None:
    assert count("aa aaa", ["aa"]) == 1 and count("x12-12-12 12-12", ["12-12"]) == 2


def test_bytes_that_name_somebody_name_all_that_is_theirs(tmp_path: Path) -> None:
    """Letters beyond A to Z have their case in text alone."""
    (tmp_path / "dump.bin").write_bytes(b"\xff\x00ada@example.com\x00" + "JÜRGEN GROß".encode() + b"\xfe")
    (tmp_path / "other.bin").write_bytes(b"nobody")
    assert search(tmp_path, ["ada@example.com", "Jürgen Groß"]) == ([Found("dump.bin", 2)], 2)
