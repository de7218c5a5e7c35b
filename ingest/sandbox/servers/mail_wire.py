"""A planted message as bytes: the ways mail programs write the same thing, chosen by the message's id.

Charsets and transfer encodings, HTML beside or instead of plain text, flowed lines, attachments, delivery reports. A reader
that decodes it right gets back the planted row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from typing import Any
from zlib import crc32

_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)
_REPORT = """Content-Type: multipart/report; report-type=delivery-status; boundary="report"
MIME-Version: 1.0

--report
Content-Type: text/plain; charset=utf-8

{body}

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}

--report
Content-Type: text/rfc822-headers

To: {recipient}
Subject: How did we do?

--report--
"""


def wire(row: Mapping[str, Any]) -> bytes:
    """The message of a row of `vendor.mailbox__messages`."""
    body = _report(row) if row["report_type"] else _content(row)
    return "\r\n".join(_headers(row)).encode("utf-8") + b"\r\n" + body


def _headers(row: Mapping[str, Any]) -> list[str]:
    """The header lines the row tells of; what it has no value for is left out."""
    received: datetime = row["received_at"]
    path = "<>" if row["has_null_return_path"] else f"<{row['from_address']}>"
    lines = [f"Return-Path: {path}", f"Received: from mx.example.net by mail.aurora-home.example; {format_datetime(received)}"]
    if row["from_address"] == row["sender_address"]:
        lines.append("From: " + _person(row["sender_name"], row["from_address"]))
    else:  # a contact form
        lines.append("From: " + _person("Aurora Home website", row["from_address"]))
        lines.append("Reply-To: " + _person(row["sender_name"], row["sender_address"]))
    lines.append("To: feedback@aurora-home.example")
    lines.append("Subject: " + _words(row["subject"]))
    told = {
        "Date": row["date"],
        "Message-ID": row["message_id"] and f"<{row['message_id']}>",
        "In-Reply-To": row["in_reply_to"] and f"<{row['in_reply_to']}>",
        "References": row["in_reply_to"] and f"<{row['thread_id']}>\r\n <{row['in_reply_to']}>",
        "Auto-Submitted": row["auto_submitted"],
        "Precedence": row["precedence"],
        "List-Id": row["list_id"],
        "List-Unsubscribe": "<https://news.example.net/leave>" if row["has_list_unsubscribe"] else None,
        "X-Spam-Flag": "YES" if row["is_marked_spam"] else None,
    }
    return lines + [f"{name}: {value}" for name, value in told.items() if value]


def _words(text: str | None) -> str:
    text = text or ""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _person(name: str | None, address: str) -> str:
    if not name:
        return address
    return formataddr((name, address)) if name.isascii() else f"{Header(name, 'utf-8').encode()} <{address}>"


def _report(row: Mapping[str, Any]) -> bytes:
    told = _REPORT.format(body=row["body"], recipient=row["dsn_recipient"], status=row["dsn_status"])
    return told.replace("\n", "\r\n").encode()


def _content(row: Mapping[str, Any]) -> bytes:
    """Body and attachments in one of seven manners; the headers of the content stand before it."""
    body, manner = str(row["body"] or ""), crc32(str(row["message_id"]).encode()) % 7
    content = EmailMessage()
    if manner == 0:
        content.set_content(body, cte="quoted-printable")
    elif manner == 1 and _fits(body, "iso-8859-1"):
        content.set_content(body, charset="iso-8859-1", cte="quoted-printable")
    elif manner == 2:
        content.set_content(body, cte="base64")
    elif manner == 3:
        content.set_content(_html(body), subtype="html")
    elif manner == 4:
        content.set_content(body, cte="8bit")
        content.add_alternative(_html(body), subtype="html")
    elif manner == 5:
        content.set_content(_flowed(body), params={"format": "flowed"})
    else:
        content.set_content(body)
    for number in range(row["attachments"] or 0):
        content.add_attachment(_PICTURE, maintype="image", subtype="png", filename=f"Bild {number + 1}.png")
    return content.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _html(body: str) -> str:
    """The body as mail programs write HTML: a paragraph per block of lines, quoted lines in a blockquote."""
    blocks = []
    for block in re.split(r"\n\n", body):
        said = [escape(line) for line in block.split("\n") if not line.startswith(">")]
        quoted = [escape(line.removeprefix(">").strip()) for line in block.split("\n") if line.startswith(">")]
        blocks.append(f"<p>{'<br>'.join(said)}</p>" if not quoted else f"<div>{'<br>'.join(said)}</div>")
        if quoted:
            blocks.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
    page = "\n".join(blocks)
    return f"<html><head><style>p {{ margin: 0 }}</style></head><body><!-- made by a program -->\n{page}\n</body></html>"


def _flowed(body: str) -> str:
    """Long lines broken softly after a space (RFC 3676)."""
    return "\n".join(line if line.startswith(">") else re.sub(r"(.{40,65}) (?=\S)", r"\1 \n", line) for line in body.split("\n"))
