"""Rubbish: values no vendor should send, records with them in some place, and bytes that were damaged on the way."""

from __future__ import annotations

import json
import struct
from random import Random
from typing import Any

SENTENCES = (
    "", " ", "\x00", "a\x00b", "\ufeff", "\u202egnirts\u202c", "مرحبا بالعالم", "שלום", "👩‍👩‍👧‍👦🇩🇪", "e\u0301" * 20, "\u0000\uffff", "Ω≈ç√∫˜µ",
    "'; drop table customers; --", '"; select 1 --', "x' or '1'='1", "{{ 7 * 7 }}", "{% raw %}", "{{ config.items() }}", "${HOME}", "%s%n%x",
    "{0.__class__}", "$(reboot)", "`id`", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "../../../../etc/passwd", "..\\..\\x", "/etc/passwd",
    "file:///etc/passwd", "CON", "a/b", "null", "NULL", "None", "NaN", "nan", "Infinity", "-inf", "true", "TRUE", "1e308", "-1e309", "1e-400",
    "0x1f", "1_000", "١٢٣", "²", "9" * 25, "9" * 5_000, "-0", "00000", "1,5", "1.5.2", "0001-01-01", "0001-01-01T00:00:00Z", "9999-12-31",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "0000-00-00", "2026-02-30", "2026-07-01T25:00:00Z",
    "2026-07-01T06:00:00Z", "2026-07-01", "24:00", "12/31/2026", "31.12.2026", "1970-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
    "a\nb", "a\r\nb", "\t", ",;\t|", '"', "'", '""', "\\", "\\u0000", "\\N", "[/]", "[bold red]x", "#{x}", "x" * 70_000,
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 10**11, 10**12, 10**17, -(10**11), -62135596800, -62135596801, 253402300799,
    253402300800, 253402300799999, 0.0, -0.0, 0.1, 1e308, -1e308, 1e-308, 1.5, 1e16, 4.35, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip

CLOSE = (
    "id",
    "_extra",
    "_run_id",
    "_seq",
    "_position",
    "_dlt_id",
    "$parent",
    "__class__",
    "select",
    "a.b",
)  # to names of our own
_PLANES = (
    (32, 126),
    (0, 31),
    (0xA0, 0x24F),
    (0x590, 0x6FF),
    (0x4E00, 0x4FFF),
    (0x1F300, 0x1F6FF),
    (0xE000, 0xE0FF),
    (0x10FF00, 0x10FFFF),
)
_PARTS = (
    b"\r\n",
    b"\n\n",
    b'"',
    b",",
    b"\t",
    b";",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\xed\xa0\x80",
    b"[[[[[[[[",
    b"[" * 2_000,
    b'{"a":' * 2_000,
    b'{"a":',
    b"NaN",
    b"-" * 70,
    b"From ",
)


def text(chance: Random) -> str:
    """A sentence of the above, or some characters of one corner of Unicode."""
    if chance.random() < 0.7:
        return chance.choice(SENTENCES)
    plane = chance.choice(_PLANES)
    return "".join(chr(chance.randint(*plane)) for _ in range(chance.randint(0, 12)))


def scalar(chance: Random) -> Any:
    kind = chance.randrange(8)
    if kind < 3:
        return text(chance)
    if kind < 5:
        return chance.choice(NUMBERS)
    if kind == 5:
        return chance.choice((None, True, False))
    return chance.randint(-(2**63), 2**63 - 1) if kind == 6 else struct.unpack("d", chance.randbytes(8))[0]


def value(chance: Random) -> Any:
    """A scalar, a small list or object, or one that is nested deeply."""
    kind = chance.randrange(12)
    if kind == 0:
        return [scalar(chance) for _ in range(chance.randint(0, 3))]
    if kind == 1:
        return {text(chance): scalar(chance) for _ in range(chance.randint(0, 3))}
    if kind == 2:
        return nested(chance.choice((3, 3, 40, 120, 260, 600)), scalar(chance))
    return scalar(chance)


def nested(depth: int, leaf: Any) -> Any:
    """Lists and objects in turn around a leaf."""
    for level in range(depth):
        leaf = {"a": leaf} if level % 2 else [leaf]
    return leaf


def name(chance: Random) -> str:
    return chance.choice(CLOSE) if chance.random() < 0.3 else text(chance)


def as_json(chance: Random, told: Any) -> bytes:
    """A value as some library may write it: with NaN where a number is none, now and then with a key that stands there twice."""
    written = json.dumps(told, ensure_ascii=chance.random() < 0.3)
    if isinstance(told, dict) and told and chance.random() < 0.1:
        again = json.dumps({chance.choice(list(told)): value(chance)}, ensure_ascii=False)
        written = again[:-1] + ", " + written[1:]
    return written.encode("utf-8", "surrogatepass")


def file_name(chance: Random) -> str:
    """What a file may be called: no slash, no null byte, no longer than a file system takes."""
    word = text(chance).replace("/", "|").replace("\x00", "")[:50].lstrip("._~") or "a"
    return word + "\udcff" if chance.random() < 0.05 else word


def spoilt(chance: Random, record: Any) -> Any:
    """A copy of a record with up to three things wrong; sometimes it is no record at all."""
    if chance.random() < 0.03:
        return value(chance)
    told = json.loads(json.dumps(record))
    for _ in range(chance.randint(1, 3)):
        told = _spoil(chance, told)
    return told


def _spoil(chance: Random, told: Any) -> Any:
    """One thing wrong somewhere inside."""
    if isinstance(told, dict) and told:
        field, how = chance.choice(list(told)), chance.randrange(10)
        if how < 4 and isinstance(told[field], dict | list) and told[field]:
            told[field] = _spoil(chance, told[field])
        elif how == 7:
            del told[field]
        elif how == 8:
            told[name(chance)] = value(chance)
        elif how == 9:
            told[name(chance)] = told.pop(field)
        else:
            told[field] = value(chance)
        return told
    if isinstance(told, list) and told:
        at, how = chance.randrange(len(told)), chance.randrange(5)
        if how == 0:
            return told[:at]
        if how == 1:
            return [*told, told[at]]
        told[at] = _spoil(chance, told[at])
        return told
    return value(chance)


def damaged(chance: Random, content: bytes) -> bytes:
    """Bytes cut off, left out, doubled, or with others put in their place or between them."""
    for _ in range(chance.randint(1, 3)):
        at, how = chance.randint(0, len(content)), chance.randrange(6)
        part = chance.choice(
            (chance.choice(_PARTS), chance.randbytes(chance.randint(1, 8)), text(chance).encode("utf-8", "surrogatepass"))
        )
        if how == 0:
            content = content[:at]
        elif how == 1:
            content = content[:at] + content[at + chance.randint(0, 200) :]
        elif how == 2:
            content = content[:at] + part + content[at + len(part) :]
        elif how == 3:
            content = content[:at] + content[max(0, at - chance.randint(0, 400)) :]
        else:
            content = content[:at] + part + content[at:]
    return content
