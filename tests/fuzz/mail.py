"""Mails and letters with things wrong in them, through the readers of the mailbox and of the letters' folder."""

from __future__ import annotations

import csv
import functools
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ingest.registry import SOURCES
from tests.fuzz.feeding import Fate, fate_of, run_of
from tests.fuzz.files import put
from tests.fuzz.rubbish import damaged, text

_MAIL = (
    b"Return-Path: <eva@example.org>\nReceived: from mx.example.org by mail.example.com; Tue, 30 Jun 2026 10:00:01 +0000\n"
    b"Message-ID: <1@example.org>\nIn-Reply-To: <0@example.com>\nReferences: <0@example.com>\nDate: Tue, 30 Jun 2026 10:00:00 +0000\n"
    b"From: =?utf-8?q?Eva_M=C3=BCller?= <eva@example.org>\nTo: Service <service@example.com>, x@example.com\nSubject: =?utf-8?b?SGFsbG8=?=\n"
    b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b1"\nList-Id: <l.example.org>\nAuto-Submitted: no\n\npreamble\n--b1\n'
    b"Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\nGuten Tag =C3=A4\n> alt\n-- \nEva\n"
    b"--b1\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\nPGI+SGFsbG88L2I+\n"
    b"--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; y@example.org\nStatus: 5.1.1\n\n"
    b'--b1\nContent-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"\n\nx\n--b1--\n'
)


@dataclass(frozen=True, slots=True)
class Post:
    """Files by name in one folder; `rows`: how many records they hold at least, all of which have to be in the books."""

    source: str
    resource: str
    files: dict[str, bytes]
    rows: int | None = None
    index: bytes = b""


def check(post: Post, folder: Path) -> Fate:
    """All of a folder's files in one run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in post.files.items():
        put(folder, name, content)
    if post.index:
        put(folder, "index.csv", post.index)
        put(folder.parent, "secret.txt", SECRET.encode())
        (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    own = {"own_domains": "example.com"} if post.source == "mailbox" else {}
    run = run_of(SOURCES[post.source], folder.parent, folder=str(folder), **own)
    fate = fate_of(run, run.source.resource(post.resource), never=SECRET)
    if post.source == "mailbox":
        assert not run.errors, run.errors
    assert run.errors or post.rows is None or fate.rows == post.rows, f"{post.rows} records came, {fate.rows} are in the books"
    return fate


def messages(chance: Random) -> Post:
    """One to three mails, each a file of its own, or all in one .mbox."""
    mails = [_mail(chance) for _ in range(chance.randint(1, 3))]
    if chance.random() < 0.3:
        stuffed = [mail.replace(b"\nFrom ", b"\n>From ").removeprefix(b"From ") for mail in mails]
        box = b"".join(b"From eva@example.org Tue Jun 30 10:00:00 2026\n" + mail + b"\n\n" for mail in stuffed)
        is_damaged = chance.random() < 0.3
        return Post(
            "mailbox", "messages", {"a.mbox": damaged(chance, box) if is_damaged else box}, None if is_damaged else len(mails)
        )
    return Post("mailbox", "messages", {f"{at}.eml": mail for at, mail in enumerate(mails)}, len(mails))


def _mail(chance: Random) -> bytes:
    """The mail with a header, a charset, an encoding or a boundary of another kind, and then damaged."""
    mail = _MAIL
    for _ in range(chance.randint(0, 3)):
        lines = mail.split(b"\n")
        at = chance.randrange(len(lines))
        name, colon, _ = lines[at].partition(b": ")
        other = text(chance).encode("utf-8", "surrogatepass").replace(b"\n", b"\n ")
        lines[at] = name + colon + other if colon else other
        mail = b"\n".join(lines)
    for old, new in (
        (
            b"utf-8",
            chance.choice((b"utf-8", b"utf-7", b"x-unknown", b"utf-16", b"\xff", b"idna", b"rot13", b"hex", b"unicode_escape")),
        ),
    ):
        mail = mail.replace(old, new)
    return damaged(chance, mail) if chance.random() < 0.6 else mail


TRICKS = (
    "../secret.txt", "tief/../../secret.txt", "/etc/hostname", "./a.txt", "tief//c.txt", "a.txt/", "tief", "a.txt\x00.pdf", "C:\\a.txt", "\\\\host\\a.txt",
    "..\\secret.txt", "%2e%2e/secret.txt", "~/a.txt", "link.txt", "file:///etc/hostname", "tief/../a.txt", "\u2024\u2024/secret.txt", "index.csv",
)  # fmt: skip
SECRET = "nobody may read this"


@functools.cache
def _pdf() -> bytes:
    import fpdf

    page = fpdf.FPDF()
    page.add_page()
    page.set_font("helvetica", size=12)
    page.multi_cell(0, 5, "Sehr geehrte Damen und Herren,\nich kuendige.\nEva")
    return bytes(page.output())


def letters(chance: Random) -> Post:
    """A folder of a few letters and its index, with other names, other values, more lines, or damaged as a whole."""
    files = {"a.txt": "Sehr geehrte Damen und Herren, ich kündige.".encode(), "b.pdf": _pdf(), "tief/c.txt": b"Hallo"}
    for name in files:
        if chance.random() < 0.4:
            files[name] = damaged(chance, files[name])
    held = io.StringIO()
    writer = csv.writer(held, delimiter=chance.choice((",", ";", "\t")))
    writer.writerow(("letter_id", "received_on", "sender_name", "address", "customer_number", "file_name"))
    for at, name in enumerate([*files, *chance.choice(((), (), TRICKS))]):
        line = [f"L{at}", chance.choice(("2026-06-30", "30.06.2026")), "Eva", "Weg 1", "", name]
        if chance.random() < 0.5:
            line[chance.randrange(len(line))] = chance.choice((text(chance), chance.choice(TRICKS)))
        writer.writerow(line[: chance.choice((6, 6, 6, 6, 5))] + ["more"] * chance.choice((0, 0, 0, 1)))
    index = held.getvalue().encode("utf-8", "surrogatepass")
    return Post("letters", "letters", files, None, damaged(chance, index) if chance.random() < 0.3 else index)
