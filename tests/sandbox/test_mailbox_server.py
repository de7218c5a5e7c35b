"""The mailbox's IMAP server and its files, asked directly: numbers, what a range names, parts, time going back."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sandbox.servers.mailbox import PASSWORD, USER, Mailbox
from ingest.sandbox.servers.state import START
from tests.sandbox.paper_company import NEXT_DAY, keeping, message
from tests.sandbox.small_company import write_company

ROWS = [
    message(1),
    message(2),
    message(2, _visible_at=NEXT_DAY, _is_gone=True),
    message(3, _visible_at=NEXT_DAY),
    message(4, found_in="old.mbox", body="A line\nFrom here on"),
    message(5, found_in="old.mbox"),
    message(6, found_in="aside/6.eml"),
]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("company")
    write_company(directory, {"mailbox__messages": ROWS})
    return directory


@pytest.fixture
def feed(company: Path, tmp_path: Path) -> Iterator[Mailbox]:
    with keeping(Mailbox, company, tmp_path / "feed") as running:
        yield running


def ask(feed: Mailbox, *command: str) -> list[bytes]:
    """The lines of a UID command's answer, in INBOX."""
    with imaplib.IMAP4("127.0.0.1", feed.server.port, timeout=10) as connection:
        connection.login(USER, PASSWORD)
        connection.select("INBOX", readonly=True)
        return [line if isinstance(line, bytes) else line[0] + line[1] for line in connection.uid(*command)[1] if line]


def test_messages_come_and_go_with_the_clock_and_keep_their_numbers(feed: Mailbox) -> None:
    assert [line.split()[4].rstrip(b")") for line in ask(feed, "FETCH", "1:*", "(FLAGS UID)")] == [b"101", b"102"]
    feed.world.set_clock(NEXT_DAY)
    feed.move()
    feed.move()
    assert [line.split()[4].rstrip(b")") for line in ask(feed, "FETCH", "1:*", "(FLAGS UID)")] == [b"101", b"103"]


def test_a_range_behind_the_last_message_names_the_last_message(feed: Mailbox) -> None:
    assert b"UID 102" in ask(feed, "FETCH", "900:*", "(UID)")[0]


def test_part_of_a_message_is_given_as_asked(feed: Mailbox) -> None:
    assert ask(feed, "FETCH", "101", "(BODY.PEEK[]<0.12>)")[0].endswith(b"{12}Return-Path:")


def test_going_back_in_time_numbers_the_messages_anew(feed: Mailbox) -> None:
    with imaplib.IMAP4("127.0.0.1", feed.server.port, timeout=10) as connection:
        connection.login(USER, PASSWORD)
        connection.select("INBOX", readonly=True)
        before = connection.response("UIDVALIDITY")[1]
        feed.world.set_clock(NEXT_DAY)
        feed.move()
        feed.world.set_clock(START)
        feed.move()
    with imaplib.IMAP4("127.0.0.1", feed.server.port, timeout=10) as connection:
        connection.login(USER, PASSWORD)
        assert connection.select("INBOX", readonly=True)[1] == [b"2"]
        assert connection.response("UIDVALIDITY")[1] != before


def test_files_hold_what_was_put_aside(feed: Mailbox) -> None:
    kept = mailbox.mbox(feed.folder / "old.mbox", create=False)
    assert [found["Message-ID"] for found in kept] == ["<4@example.com>", "<5@example.com>"]
    assert b"Message-ID: <6@example.com>" in (feed.folder / "aside" / "6.eml").read_bytes()
