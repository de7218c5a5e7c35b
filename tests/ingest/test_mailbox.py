"""The mailbox over IMAP: read without a trace, continued by number, read anew when numbers lost their meaning."""

from __future__ import annotations

import imaplib
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.core.readers import imap
from ingest.sandbox.servers.mailbox import PASSWORD, USER, Mailbox
from ingest.sandbox.servers.state import START
from ingest.sources.mailbox import MAILBOX
from tests.ingest.extraction import Extraction
from tests.sandbox.paper_company import NEXT_DAY, keeping, message
from tests.sandbox.small_company import write_company

ROWS = [
    *(message(n) for n in range(1, 13)),
    message(13, found_in="Archive"),
    message(20, _visible_at=NEXT_DAY),
    message(3, _visible_at=NEXT_DAY, _is_gone=True),
]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("company")
    write_company(directory, {"mailbox__messages": ROWS})
    return directory


@pytest.fixture
def served(company: Path, tmp_path: Path) -> Iterator[Mailbox]:
    with keeping(Mailbox, company, tmp_path / "feed") as feed:
        yield feed


@pytest.fixture
def mails(served: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Extraction:
    monkeypatch.setattr(imap.time, "sleep", lambda seconds: None)
    return Extraction(MAILBOX, served.settings(""), tmp_path)


def later(served: Mailbox) -> None:
    served.world.set_clock(NEXT_DAY)
    served.move()


def test_the_next_run_reads_only_what_came_and_what_is_tidied_away_stays(served: Mailbox, mails: Extraction) -> None:
    first = mails.run()
    assert first.errors == [] and len(first.rows["messages"]) == 13
    assert {row["found_in"] for row in first.rows["messages"]} == {"INBOX", "Archive"}
    later(served)
    second = mails.run()
    assert second.books["messages"].mode == "changes" and second.only()["sender_address"] == "p20@example.com"
    assert mails.run().rows["messages"] == []


def test_reading_leaves_no_trace(served: Mailbox, mails: Extraction) -> None:
    mails.run()
    with imaplib.IMAP4("127.0.0.1", served.server.port, timeout=10) as connection:
        connection.login(USER, PASSWORD)
        connection.select("INBOX", readonly=True)
        assert connection.search(None, "UNSEEN")[1][0].split() == [str(n).encode() for n in range(1, 13)]


def test_another_uidvalidity_lists_the_folder_in_full_and_each_message_keeps_its_id(served: Mailbox, mails: Extraction) -> None:
    first = mails.run()
    served.switches.values["uid_validity"] = 77
    second = mails.run()
    assert {row["id"] for row in second.rows["messages"]} == {row["id"] for row in first.rows["messages"]}
    assert {row["uid_validity"] for row in second.rows["messages"]} == {77}


def test_a_connection_that_breaks_is_opened_again_where_it_was(
    served: Mailbox, mails: Extraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "_BATCH", 2)
    monkeypatch.setattr("ingest.sandbox.servers.imap_server.TORN_AFTER", 3_000)
    served.switches.values["reset"] = 2
    came = mails.run()
    assert came.errors == [] and (len(came.rows["messages"]), came.books["messages"].duplicates) == (13, 0)
    assert served.switches.calls == 3


def test_a_server_that_is_gone_is_said_and_nothing_is_forgotten(served: Mailbox, mails: Extraction) -> None:
    mails.run()
    later(served)
    came = mails.run(port="1")
    assert "no answer from the mail server" in str(came.errors[0]) and not came.books["messages"].is_complete
    assert len(mails.run().rows["messages"]) == 1


@pytest.mark.parametrize(
    ("settings", "told", "remedy"),
    [
        ({"password": "wrong"}, "access denied", "SOURCES__MAILBOX__PASSWORD"),
        ({"mailboxes": "INBOX, Nowhere"}, "no mailbox folder 'Nowhere'", "SOURCES__MAILBOX__MAILBOXES"),
        ({"host": "192.0.2.1"}, "over TLS only", "SOURCES__MAILBOX__SECURITY"),
    ],
    ids=["password", "folder", "plain"],
)
def test_a_wrong_setting_is_named(mails: Extraction, settings: dict[str, str], told: str, remedy: str) -> None:
    [error] = mails.run(**settings).errors
    assert told in str(error) and remedy in error.remedy
    assert USER not in str(error)


def test_a_message_is_fetched_in_part_and_one_without_content_is_set_aside(served: Mailbox, mails: Extraction) -> None:
    served.server.append("INBOX", b"From: big@example.com\r\n\r\n" + b"x" * 10_000_000, START)
    served.server.append("INBOX", b"\x00\x00", START)
    came = mails.run()
    [big] = [row for row in came.rows["messages"] if row["sender_address"] == "big@example.com"]
    assert big["is_truncated"] and big["size"] > 10_000_000 and big["received_at"] == START
    assert [reason for _, reason in came.refused] == ["no header of a message"]


def test_files_alone_need_no_server_but_one_of_both_has_to_be_named(mails: Extraction) -> None:
    assert mails.run(host="").errors == []
    [error] = mails.run(host="", folder="").errors
    assert "SOURCES__MAILBOX__HOST or SOURCES__MAILBOX__FOLDER" in error.remedy


def test_a_server_that_nobody_vouches_for_is_refused_and_one_that_is_known_is_read(
    served: Mailbox, mails: Extraction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    port = str(served.server.listen(context))
    refused = mails.run(port=port, security="tls")
    assert "SSLCertVerificationError" in str(refused.errors[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert len(mails.run(port=port, security="tls").rows["messages"]) == 13
