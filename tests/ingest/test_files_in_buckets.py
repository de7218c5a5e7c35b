"""The same files in an S3-compatible store: moto's server on the loopback address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.core.readers.files import FOLDER, STORE, Files
from ingest.core.readers.formats import Csv, Parquet
from ingest.core.spec import Cursor, NoAuth, Resource, Source, text
from tests.ingest.extraction import Extraction

boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto.server")


def _source(settles: timedelta = timedelta(seconds=-5)) -> Source:
    """A store takes an object whole or not at all, so nothing has to settle."""
    reader = Files("in/*", (Csv(optional=("name",)), Parquet(optional=("name",))), settles=settles)
    columns = (text("id"), text("name"), text("file_name", "_file"))
    rows = Resource("rows", ("id",), columns, full=reader, changes=reader, cursor=Cursor(token="files read"))
    return Source("partner", "Partner", "", NoAuth(), (FOLDER, *STORE), (rows,))


@pytest.fixture(scope="module")
def store() -> Iterator[Any]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="key", aws_secret_access_key="hush", region_name="us-east-1"
    )
    client.create_bucket(Bucket="drops")
    yield client
    server.stop()


@pytest.fixture
def bucket(store: Any, tmp_path: Path) -> Extraction:
    place = {"folder": "s3://drops/partner", "s3_endpoint": store.meta.endpoint_url, "s3_key": "key", "s3_secret": "hush"}
    return Extraction(_source(), place, tmp_path)


def _put(store: Any, name: str, body: bytes) -> None:
    store.put_object(Bucket="drops", Key=f"partner/{name}", Body=body)


def test_objects_are_read_once_and_again_when_they_are_replaced(store: Any, bucket: Extraction) -> None:
    _put(store, "in/a.csv", b"id,name\n1,Ida\n")
    _put(store, "in/deeper/b.csv", b"id,name\n2,Ute\n")
    _put(store, "in/c.parquet", b"nonsense")
    _put(store, "in/_SUCCESS", b"")
    _put(store, "out/d.csv", b"id,name\n9,never\n")
    first = bucket.run()
    assert sorted((row["id"], row["file_name"]) for row in first.rows["rows"]) == [("1", "in/a.csv"), ("2", "in/deeper/b.csv")]
    assert len(first.refused) == 1 and "is no readable Parquet" in first.refused[0][1]
    assert bucket.run().rows["rows"] == []
    _put(store, "in/a.csv", b"id,name\n1,Eva\n")  # of the same size, within the same second
    assert bucket.run().only()["name"] == "Eva"


@pytest.mark.parametrize(
    "wrong", [{"folder": "s3://nobodys/partner"}, {"s3_endpoint": "http://127.0.0.1:9"}], ids=["no bucket", "no store"]
)
def test_a_store_that_refuses_or_does_not_answer_is_said_plainly(
    store: Any, bucket: Extraction, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.core.readers.places.ATTEMPTS", 1)
    came = bucket.run(**wrong)
    [error] = came.errors
    assert "could not be read" in str(error) and "hush" not in str(error) + error.remedy
    assert not came.books["rows"].is_complete
