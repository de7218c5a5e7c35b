"""Connectors accept what the vendors really send: recorded payloads land completely, nothing in quarantine."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from ingest.core.load import IngestReport, ingest
from ingest.core.paths import Paths
from ingest.registry import SOURCES
from orchestration.parts import CHECKOUT
from orchestration.transformer import Transformer
from tests.replay.server import FOLDER, RECORDED, replaying

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded payloads here")


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with replaying() as variables:
        yield variables


@pytest.fixture(scope="module")
def landed(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, IngestReport, IngestReport]:
    """Two runs of every connector: full listings, then changes."""
    paths = Paths(tmp_path_factory.mktemp("recorded"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        both = [ingest(list(SOURCES), paths=paths, skip_unconfigured=True) for _ in range(2)]
        return paths, both[0], both[1]


@pytest.mark.parametrize("source", RECORDED)
def test_recorded_payloads_land_whole(source: str, landed: tuple[Paths, IngestReport, IngestReport]) -> None:
    paths, first, second = landed
    for report in (first, second):
        assert source not in report.failures, str(report.failures.get(source))
        runs = [run for run in report.runs if run.source == source]
        assert all(run.is_complete and run.quarantined == 0 for run in runs)
        assert all(run.extracted == run.landed + run.duplicates for run in runs)
    assert sum(run.extracted for run in first.runs if run.source == source) > 0
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        for resource in SOURCES[source].resources:
            rows, keys = connection.execute(
                f"select count(*), count(distinct ({', '.join(resource.key)})) from raw_{source}.{resource.name}"
            ).fetchall()[0]
            assert rows == keys


def test_staging_accepts_all_of_them(landed: tuple[Paths, IngestReport, IngestReport]) -> None:
    paths, first, _ = landed
    transformer = Transformer(CHECKOUT / "dbt_project", paths)
    folders = [f"+path:models/staging/{source}" for source in RECORDED]
    ended = list(transformer.build(["--resource-type", "model", "--resource-type", "seed", "--select", *folders]))
    assert len(ended) > sum(run.source in RECORDED for run in first.runs)
    staged = {
        "stg_hubspot__contacts": 2,
        "stg_stripe__customers": 1,
        "stg_zendesk_support__users": 1,
        "stg_brandwatch__mentions": 1,
        "stg_salesforce__contacts": 2,
        "stg_intercom__conversations": 1,
        "stg_qualtrics__responses": 1,
        "stg_sprout_social__messages": 1,
        "stg_zendesk_chat__chats": 3,
        "stg_fhir__patients": 1,
    }
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        for model, least in staged.items():
            assert connection.execute(f"select count(*) from staging.{model}").fetchall()[0][0] >= least, model
