"""A few points of the crash matrix (`python -m tests.faults.crashes` has all): a killed ingest is finished by the next one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.faults.crashes import contents
from tests.faults.crashes.company import SMALL, Company
from tests.faults.crashes.killing import Ending, Moment, run
from tests.faults.crashes.phases import cx, reading

SOURCES = ("web_events",)


@pytest.fixture(scope="module")
def company(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The second morning of somebody who reads one source; `wanted` is what an undisturbed run of it leaves."""
    made = Company(tmp_path_factory.mktemp("crashes"), sandbox)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        patch.setenv("CX_DATA_DIR", str(made.paths.root))
        sandbox.advance(START)
        made.do(cx("ingest", *SOURCES))
        made.save(SMALL)
        sandbox.advance(START + timedelta(days=1))
        yield made


def _ended(company: Company, step: str, moment: Moment | None = None) -> Ending:
    company.restore(SMALL)
    return run(reading(step, SOURCES)(company.paths, 0), company.log, moment)


@pytest.mark.parametrize("step", ["extract", "normalize", "load"])
def test_a_run_killed_on_the_way_is_finished_by_the_next(step: str, company: Company) -> None:
    """At the last thing it does to files: where dlt has moved a package to its place and not yet let go of the old one."""
    undisturbed = _ended(company, step)
    wanted = contents.landed(company.paths, SOURCES)
    assert undisturbed.is_through and undisturbed.events
    assert _ended(company, step, Moment(event=undisturbed.events)).inside
    company.do(cx("ingest", *SOURCES))
    assert contents.differing(contents.landed(company.paths, SOURCES), wanted) == []
