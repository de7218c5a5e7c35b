"""How tests share two workers: a file stays on one, and all files that look at the demo's one run stay together."""

from __future__ import annotations

import pytest

DEMO = "tests/demo/"
OWN_RUNS = "test_killed.py"  # makes demos of its own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Names each test's group for `--dist loadgroup`."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        shares = file.startswith(DEMO) and not file.endswith(OWN_RUNS)
        item.add_marker(pytest.mark.xdist_group(DEMO if shares else file))
