"""The text of one letter, from a text file or a PDF, within bounds on bytes, pages, characters and time.

A PDF comes from a stranger: pypdf's own limits are set low, and a letter that is encrypted, broken or holds no text is
refused with a reason a clerk can act on.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.core.readers.folder import Refused
from ingest.core.readers.message_text import characters, tidy

MAX_BYTES = 20_000_000
MAX_PAGES = 30
MAX_CHARACTERS = 100_000
MAX_SECONDS = 20.0
_LIMITS: dict[str, Any] = {
    "maximum_declared_stream_length": 20_000_000, "array_based_stream_maximum_output_length": 20_000_000,
    "zlib_maximum_output_length": 20_000_000, "lzw_maximum_output_length": 20_000_000, "run_length_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 60_000_000, "stream_parsing_work_maximum_count": 300_000,
    "page_tree_maximum_entries": 5_000, "xform_maximum_invocations_per_extraction": 200,
}  # fmt: skip
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass(frozen=True, slots=True)
class LetterText:
    """What stands in a letter; `is_truncated` when there is more of it."""

    text: str
    pages: int | None
    is_truncated: bool


def text_of(path: Path, size: int) -> LetterText:
    """The text of a `.txt` or `.pdf` file; Refused says why there is none."""
    kind = path.suffix.lower()
    if kind not in (".txt", ".pdf"):
        raise Refused("only .txt and .pdf files are read")
    if size > MAX_BYTES:
        raise Refused(f"larger than {MAX_BYTES // 1_000_000} MB")
    if not size:
        raise Refused("the file is empty")
    found = _plain(path) if kind == ".txt" else _printed(path)
    if not found.text:
        raise Refused("no text in it" if kind == ".txt" else "no text in it (a scan that nobody has run text recognition on?)")
    return found


def _plain(path: Path) -> LetterText:
    data = path.read_bytes()
    charset = next((name for mark, name in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), None)
    text = tidy(characters(data, charset)[0])
    return LetterText(text[:MAX_CHARACTERS], None, len(text) > MAX_CHARACTERS)


def _printed(path: Path) -> LetterText:
    import pypdf  # takes a while, and is needed for letters only
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it names what is odd in a file, page by page
    try:
        with pypdf.apply_configuration(**_LIMITS), path.open("rb") as file:
            reader = pypdf.PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                raise Refused("the PDF is encrypted")
            return _pages(reader)
    except DependencyError as error:  # a cipher that only other libraries know
        raise Refused("the PDF is encrypted") from error
    except Refused:
        raise
    except Exception as error:  # what pypdf cannot read it reports in many ways, NotImplementedError among them
        raise Refused(f"the PDF is broken ({type(error).__name__})") from error


def _pages(reader: Any) -> LetterText:
    """The text of the first pages, until one of the bounds is met."""
    pages, texts, deadline = reader.pages, list[str](), time.monotonic() + MAX_SECONDS
    count = len(pages)
    for page in pages[:MAX_PAGES]:
        if time.monotonic() > deadline or sum(map(len, texts)) > MAX_CHARACTERS:
            break
        texts.append(page.extract_text())
    text = tidy("\n".join(texts))
    return LetterText(text[:MAX_CHARACTERS], count, len(texts) < count or len(text) > MAX_CHARACTERS)
