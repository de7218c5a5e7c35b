"""Takes out of messages of others (vendors, databases) what names a person or opens a door, before anybody logs them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[^\s@<>\"'()]+@[^\s@<>\"'()]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w.-])(?:\+|\(?0)[\d][\d ()/.-]{5,}\d")
_LEAST_SECRET = 4  # shorter ones would tear words apart


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with `<e-mail>`, `<phone>` and `<secret>` in their places. A name is not recognised: say less where there may be one."""
    for secret in sorted((value for value in secrets if len(value) >= _LEAST_SECRET), key=len, reverse=True):
        text = text.replace(secret, "<secret>")
    return _PHONE.sub("<phone>", _EMAIL.sub("<e-mail>", text))
