"""Messages in files: mailboxes taken apart, links not followed, files known again; one bad file never stops the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources.mailbox import MAILBOX
from tests.ingest.extraction import Extraction


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mails"
    made.mkdir()
    return made


@pytest.fixture
def mails(folder: Path, tmp_path: Path) -> Extraction:
    return Extraction(MAILBOX, {"own_domains": "aurora.example", "folder": str(folder)}, tmp_path)


def mail(number: int, body: str = "Hello") -> str:
    return f"From: p{number}@example.com\nMessage-ID: <{number}@example.com>\nDate: Fri, 05 Jun 2026 10:00:00 +0000\n\n{body}\n"


def test_an_mbox_is_taken_apart_where_its_messages_begin(mails: Extraction, folder: Path) -> None:
    stuffed = mail(2, "first\n\n>From here on\nFrom inside a paragraph\n\n>>From twice")
    (folder / "old.mbox").write_text(
        f"From p1 Fri Jun  5 10:00:07 2026\n{mail(1)}\nFrom p2 Fri Jun  5 10:00:08 2026\n{stuffed}\n"
    )
    rows = mails.run().rows["messages"]
    assert [row["sender_address"] for row in rows] == ["p1@example.com", "p2@example.com"]
    assert rows[1]["body"] == "first\n\nFrom here on\nFrom inside a paragraph\n\n>From twice"
    assert rows[0]["received_at"].second == 7 and not any(row["is_truncated"] for row in rows)


def test_a_message_in_two_files_is_one(mails: Extraction, folder: Path) -> None:
    (folder / "one.eml").write_text(mail(1))
    (folder / "copy.eml").write_text(mail(1))
    (folder / "old.mbox").write_text(f"From p1 Fri Jun  5 10:00:07 2026\n{mail(1)}\n")
    came = mails.run()
    assert (len(came.rows["messages"]), came.books["messages"].duplicates) == (1, 2)


def test_only_files_that_came_or_changed_are_read_again(mails: Extraction, folder: Path) -> None:
    for number in (1, 2):
        (folder / f"{number}.eml").write_text(mail(number))
    assert len(mails.run().rows["messages"]) == 2
    assert mails.run().rows["messages"] == []
    (folder / "2.eml").write_text(mail(2, "said more"))
    (folder / "sub").mkdir()
    (folder / "sub" / "3.eml").write_text(mail(3))
    assert sorted(row["body"] for row in mails.run().rows["messages"]) == ["Hello", "said more"]


def test_what_is_no_mail_is_set_aside_once_with_a_reason(mails: Extraction, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_text(mail(9))
    (folder / "link.eml").symlink_to(tmp_path / "secret.eml")
    (folder / "gone.eml").symlink_to(folder / "nowhere")
    (folder / "outlook.msg").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "null.eml").write_bytes(b"\x00" * 50)
    (folder / ".hidden.eml").write_text(mail(8))
    (folder / "good.eml").write_text(mail(1))
    came = mails.run()
    assert [row["sender_address"] for row in came.rows["messages"]] == ["p1@example.com"]
    assert sorted(reason for _, reason in came.refused) == [
        "a link leads out of the folder", "no header of a message", "only .eml and .mbox files are read", "there is no such file",
    ]  # fmt: skip
    assert not any("p9@example.com" in record for record, _ in came.refused)
    assert mails.run().refused == []


def test_a_folder_that_is_missing_is_said_and_nothing_is_forgotten(mails: Extraction, folder: Path) -> None:
    (folder / "1.eml").write_text(mail(1))
    mails.run()
    came = mails.run(folder=str(folder / "gone"))
    assert "does not exist" in str(came.errors[0]) and "SOURCES__MAILBOX__FOLDER" in came.errors[0].remedy
    assert not came.books["messages"].is_complete
    assert mails.run().rows["messages"] == []
