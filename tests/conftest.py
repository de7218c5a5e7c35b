"""How tests share two workers: a file stays on one, and all files that look at the demo's one run stay together."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

DEMO = "tests/demo/"
OWN_RUNS = "test_killed.py"  # makes demos of its own


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A worker takes whole files; those that share the demo count as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return DEMO if file.startswith(DEMO) and not file.endswith(OWN_RUNS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByFile(config, log)
