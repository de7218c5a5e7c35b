"""One server for all claims about the sandbox; each claim finds its clock and switches as they were at the start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.sandbox.caller import LISTS
from tests.sandbox.small_company import small_company, write_company


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("sandbox")
    write_company(directory, small_company(), tuple(LISTS))
    with Sandbox.start(directory, customers=1, sources=tuple(LISTS)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The shared sandbox with its clock and switches back where they were; limits lifted, unless a test sets them."""
    running.advance(START)
    for source in LISTS:
        running.switch(source, clear=True, rate_limit=0)
    yield running
