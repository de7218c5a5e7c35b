"""Every source survives every fault that can befall it."""

from __future__ import annotations

import pytest

from tests.faults.faults import FAULTS, cases
from tests.faults.trial import Trial


@pytest.mark.parametrize(("fault", "source"), list(cases()), ids=lambda told: told.replace(" ", "-"))
def test_survives(fault: str, source: str, trial: Trial) -> None:
    FAULTS[fault](trial)
