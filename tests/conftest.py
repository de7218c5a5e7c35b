"""How tests share two workers: a file stays on one, and all files that look at the demo's one run stay together and come first."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

DEMO = "tests/demo/"
OWN_RUNS = "test_killed.py"  # makes demos of its own

# What a worker or a command of a test compiles is kept, whatever the shell says: otherwise every command compiles the tree
# anew (half a second), and every worker the tests as well (ten).
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A worker takes whole files; those that share the demo count as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return DEMO if file.startswith(DEMO) and not file.endswith(OWN_RUNS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The demo takes as long as most others together: one worker begins with it while the other does the rest, which then fills up."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(DEMO))
