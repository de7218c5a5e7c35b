"""Whatever strangers send becomes a clean record or is set aside with a reason; nothing of it stops the rest."""

from __future__ import annotations

import time

import pytest

from ingest.core.readers.message_text import html_to_text, reply_of, unflowed
from ingest.core.readers.messages import MAX_BYTES, Arrived, Unreadable, record_of

OURS = frozenset(["aurora.example"])


def record(raw: bytes | str, size: int = 0) -> dict[str, object]:
    data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    return record_of(Arrived(data[:MAX_BYTES], size or len(data), "INBOX"), OURS)


def mail(body: bytes = b"Hello", **headers: str) -> bytes:
    told = {
        "From": "Bob <bob@example.com>",
        "Date": "Fri, 05 Jun 2026 10:00:00 +0200",
        "Message_ID": "<1@example.com>",
        **headers,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("charset", "body", "text", "is_broken"),
    [
        ("iso-2022-jp", "日本語です".encode("iso-2022-jp"), "日本語です", False),
        ("shift_jis", "①番".encode("cp932"), "①番", False),
        ("iso-8859-1", "„Grüße“".encode("cp1252"), "„Grüße“", False),
        ("x-unknown", "Grüße".encode(), "Grüße", True),
        ("utf-8", "Grüße".encode("latin-1"), "Grüße", True),
        ("zip", b"plain", "plain", True),
        ('"utf-8', "Grüße".encode(), "Grüße", False),
        ("utf-8", b"nul\x00l\x07 and\r\nlines\r", "null and\nlines", False),
    ],
    ids=["jis", "windows-japanese", "windows-as-latin", "unknown", "not-utf8", "no-charset", "open-quote", "control"],
)
def test_a_body_is_readable_whatever_charset_it_claims(charset: str, body: bytes, text: str, is_broken: bool) -> None:
    found = record(mail(body, Content_Type=f"text/plain; charset={charset}"))
    assert (found["body"], found["is_charset_broken"]) == (text, is_broken)


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.com>", "Jürgen", "j@example.com"),
        ("=?x-none?q?J=FCrgen?= <j@example.com>", "Jürgen", "j@example.com"),
        ("=?utf-8?q?Bob_=3Cbob=40example.com=3E?=", "Bob", "bob@example.com"),
        ('"Müller, Bob" <ü@example.com>', "Müller, Bob", "ü@example.com"),
        ("\"'o'brien@example.com'\" <o'brien@example.com>", "'o'brien@example.com'", "o'brien@example.com"),
        ("bob@example.com (Bob)", "Bob", "bob@example.com"),
        ("=?utf-8?b?!!!?= <b@example.com>", None, "b@example.com"),
        ("undisclosed-recipients:;", None, None),
        ("(" * 5_000, None, None),
    ],
    ids=["encoded", "no-charset", "all-encoded", "raw-utf8", "apostrophe", "comment", "broken-base64", "nobody", "hostile"],
)
def test_a_sender_is_found_in_every_spelling(header: str, name: str | None, address: str | None) -> None:
    found = record(mail(From=header))
    assert (found["sender_name"], found["sender_address"]) == (name, address)


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Fri, 05 Jun 2026 10:00:00 +0200", "2026-06-05T08:00:00+00:00"),
        ("Fri, 05 Jun 2026 10:00:00", "2026-06-05T10:00:00+00:00"),
        ("", None),
        ("yesterday", None),
        ("Fri, 32 Jun 2026 10:00:00 +0200", None),
        ("Fri, 05 Jun 9999 10:00:00 +0200", None),
        ("9" * 5_000, None),
    ],
    ids=["zone", "no-zone", "missing", "words", "no-such-day", "far", "digits"],
)
def test_a_date_that_is_none_leaves_the_arrival(date: str, told: str | None) -> None:
    raw = mail(Date=date, Received="from a by b; Fri, 05 Jun 2026 08:00:07 +0000")
    found = record(raw)
    assert (found["sent_at"], found["received_at"]) == (told, "2026-06-05T08:00:07+00:00")


def test_copies_share_an_id_and_a_message_id_used_twice_does_not_join_two_messages() -> None:
    first = record(mail())
    assert record(b"Received: from a by b; Fri, 05 Jun 2026 09:00:00 +0000\r\n" + mail(b"Hello\r\n-- list"))["id"] == first["id"]
    assert record(mail(Date="Sat, 06 Jun 2026 10:00:00 +0200"))["id"] != first["id"]
    unnamed = [record(mail(body, Message_ID="", Date=""))["id"] for body in (b"one", b"two", b"one\r\n")]
    assert unnamed[0] == unnamed[2] != unnamed[1]


def test_a_thread_is_named_after_its_first_message() -> None:
    found = record(mail(In_Reply_To="<2@example.com>", References="<0@example.com>\r\n <2@example.com>"))
    assert (found["thread_id"], found["in_reply_to"]) == ("0@example.com", "2@example.com")
    assert record(mail(In_Reply_To="<2@example.com>"))["thread_id"] == "2@example.com"
    assert record(mail())["thread_id"] == "1@example.com"


def test_of_many_parts_the_plain_text_counts_and_files_are_counted() -> None:
    parts = (
        b"--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>other</p>\r\n--b--\r\n"
        b"--a\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename*=utf-8''B%C3%BCld.png\r\n\r\nxx\r\n"
        b"--a\r\nContent-Type: image/png\r\nContent-Disposition: inline; filename=logo.png\r\n\r\nxx\r\n"
        b"--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: forwarded\r\n\r\nnot what was said\r\n--a--\r\n"
    )
    found = record(mail(parts, Content_Type="multipart/mixed; boundary=a"))
    assert (found["body"], found["attachments"]) == ("Grüße", 2)


def test_html_alone_becomes_text_with_its_quotes_marked() -> None:
    page = "<html><head><style>p{}</style></head><body><!-- > --><p>Hi&nbsp;there &amp; you</p>One<br>two<blockquote>old <b>words</b>"
    assert html_to_text(page) == "Hi there & you\n\nOne\ntwo\n> old words"
    found = record(mail(page.encode(), Content_Type="text/html; charset=utf-8"))
    assert found["reply"] == "Hi there & you\n\nOne\ntwo"


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        ("Thanks!\n\nOn Fri, 5 Jun 2026 at 10:00, Aurora\n<a@b.example> wrote:\n> Hi\n>> Older", "Thanks!"),
        ("Danke!\n\nAm 5. Juni 2026 um 10:00 schrieb Aurora <a@b.example>:\n> Hallo\n", "Danke!"),
        ("Danke!\n\nVon: Aurora <a@b.example>\nGesendet: Freitag\nBetreff: Hallo\n\nAlter Text", "Danke!"),
        ("Thanks!\n\n-----Original Message-----\nold text", "Thanks!"),
        ("> Fast?\n\nYes.\n\n> Kind?\n\nVery.", "Yes.\nVery."),
        ("Well done\n-- \nBob\n\nExample Ltd", "Well done"),
        ("Well done\n\nSent from my phone", "Well done"),
        ("On 3 May I wrote to you about this:\nno answer yet", "On 3 May I wrote to you about this:\nno answer yet"),
        ("Subject: my order\nTo: whom it may concern\nIt broke.", "Subject: my order\nTo: whom it may concern\nIt broke."),
        (r"C:\Users\new \1 On you wrote: x", r"C:\Users\new \1 On you wrote: x"),
        ("> only a quote", ""),
    ],
    ids=["english", "german", "outlook", "divider", "inline", "signature", "phone", "narrative", "form", "backslash", "nothing"],
)
def test_a_reply_is_what_its_sender_wrote(body: str, reply: str) -> None:
    assert reply_of(body) == reply


def test_soft_line_ends_are_joined() -> None:
    assert unflowed("one \r\ntwo\r\n\r\n From here\r\n> quoted \r\n-- \r\nBob") == "one two\n\nFrom here\n> quoted \n-- \nBob"


def test_a_delivery_report_names_whom_it_could_not_reach() -> None:
    body = (
        b"--r\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; Bob@example.com\r\nStatus: 5.1.1 (unknown)\r\n\r\n--r--\r\n"
    )
    found = record(mail(body, Content_Type='multipart/report; report-type="delivery-status"; boundary=r', Return_Path="<>"))
    told = (found["report_type"], found["dsn_recipient"], found["has_null_return_path"])
    assert told == ("delivery-status", "Bob@example.com", True) and str(found["dsn_status"]).startswith("5.1.1")


def test_behind_a_contact_form_stands_the_person_it_names() -> None:
    found = record(mail(From="Website <web@shop.aurora.example>", Reply_To="Ann <ann@example.com>"))
    assert (found["sender_address"], found["sender_name"], found["is_from_us"]) == ("ann@example.com", "Ann", False)
    assert record(mail(From="us@aurora.example"))["is_from_us"] and not record(mail(From="a@notaurora.example"))["is_from_us"]


def test_a_long_message_is_read_in_part_and_says_so() -> None:
    found = record(mail(b"x" * 10_000_000))
    assert found["is_truncated"] and found["size"] > 10_000_000 and len(str(found["body"])) == 50_000
    assert not record(mail())["is_truncated"]


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 100, bytes(range(256)) * 99, b"no header here\r\n"], ids=["empty", "null", "bytes", "text"]
)
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="no header of a message"):
        record(raw)


_DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(60))


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\n" + _DEEP + b"Content-Type: text/plain\r\n\r\nline\r\n" * 1_000,
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        + b"--x\r\nContent-Type: multipart/mixed\r\n\r\n" * 9_000,
        b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
        mail(b"<!--" * 99_999, Content_Type="text/html"),
        mail(b"<a x='" * 99_999, Content_Type="text/html"),
        mail(b"On 1 wrote " * 50_000),
        mail(From="=?utf-8?q?" * 5_000),
    ],
    ids=["deep", "many", "chain", "comments", "tags", "quotes", "words"],
)
def test_hostile_messages_cost_little(raw: bytes) -> None:
    started = time.process_time()
    try:
        record(raw)
    except Unreadable as reason:
        assert "nested" in str(reason) or "taken apart" in str(reason)
    assert time.process_time() - started < 3
