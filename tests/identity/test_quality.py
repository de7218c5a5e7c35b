"""The measures of the benchmark, against an example worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.bench.clusters import quality


def test_pairs_and_b_cubed_of_a_worked_example() -> None:
    """True: abc, de. Found: ab, cd, e. One of two found pairs is true, of four true pairs one is found."""
    found = quality(np.array([0, 0, 0, 1, 1]), np.array(["x", "x", "y", "y", "z"]))
    assert (found.precision, found.recall) == (1 / 2, 1 / 4)
    assert found.f1 == pytest.approx(1 / 3)
    purity, completeness = (1 + 1 + 1 / 2 + 1 / 2 + 1) / 5, (2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5
    assert found.b_cubed == pytest.approx(2 * purity * completeness / (purity + completeness))
    assert (found.largest, found.largest_true) == (2, 3)


def test_what_is_right_scores_one_whatever_it_is_called() -> None:
    found = quality(np.array([5, 5, 9]), np.array([1, 1, 0]))
    assert (found.precision, found.recall, found.f1, found.b_cubed) == (1, 1, 1, 1)


def test_singles_have_no_pairs() -> None:
    found = quality(np.arange(3), np.arange(3))
    assert (found.precision, found.f1, found.b_cubed) == (0, 0, 1)
