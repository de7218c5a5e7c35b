"""What a person wrote, out of the parts of a message: characters, HTML as plain text, the reply without quotes and signature.

Everything here gets text or bytes from strangers, so every pattern is linear and every length bounded.
"""

from __future__ import annotations

import codecs
import re
from html import unescape

from email_reply_parser import EmailMessage

MAX_CHARACTERS = 50_000  # kept of one body
_HTML_CHARACTERS = 400_000  # looked at for it
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, 0xFEFF])
# Names that mean more than they say (as browsers read them), and codecs that are no character set.
_ALIASES = {
    "us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "gb2312": "gb18030",
    "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
}  # fmt: skip
_NO_CHARSETS = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"}


def characters(data: bytes, charset: str | None) -> tuple[str, bool]:
    """The bytes as text, and whether the charset they were said to be in fits. Never fails."""
    declared = _codec(charset)
    for name in dict.fromkeys((declared, "utf-8", "cp1252")):
        try:
            return data.decode(name), name == declared and (declared != "utf-8" or _is_known(charset))
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), False


def _codec(charset: str | None) -> str:
    """The codec to try first: the declared one, or UTF-8 when nobody knows it."""
    name = (charset or "utf-8").strip("\"' ").lower()[:40]
    return _ALIASES.get(name, name) if _is_known(name) else "utf-8"


def _is_known(charset: str | None) -> bool:
    try:
        found = codecs.lookup((charset or "utf-8").strip("\"' ").lower()[:40])
    except (LookupError, ValueError):
        return (charset or "").strip("\"' ").lower() in _ALIASES
    return getattr(found, "_is_text_encoding", True) and found.name not in _NO_CHARSETS


def tidy(text: str) -> str:
    """Plain lines: one sort of line end, no control characters, no half characters, nothing around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return text.encode("utf-8", "replace").decode().strip()


def one_line(text: str) -> str:
    return " ".join(tidy(text).split())


def unflowed(text: str) -> str:
    """Joins the soft line ends of `format=flowed`: a line that ends in a space goes on, except the signature mark."""
    lines: list[str] = []
    goes_on = False
    for line in tidy(text).split("\n"):
        quoted = line.startswith(">")
        line = line if quoted else line.removeprefix(" ")
        if goes_on and not quoted and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not quoted
    return "\n".join(lines)


# -- HTML --------------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_HIDDEN = {"script", "style", "title", "template"}
_LINES = {"br", "div", "tr", "li", "ul", "ol", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"}


class _Page:
    """Lines of text with the depth of quotation they stand at."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line, self.depth = "", 0

    def write(self, text: str) -> None:
        text = re.sub(r"\s+", " ", text)
        self.line += text.lstrip() if not self.line or self.line.endswith(" ") else text

    def end_line(self, *, paragraph: bool = False) -> None:
        if self.line.strip():
            self.lines.append("> " * self.depth + self.line.strip())
        if paragraph and self.lines and self.lines[-1].strip("> "):
            self.lines.append(("> " * self.depth).rstrip())
        self.line = ""


def html_to_text(html: str) -> str:
    """The text of an HTML body: a line per block, an empty line between paragraphs, quoted blocks behind `> `."""
    html, page = _without_comments(html[:_HTML_CHARACTERS]), _Page()
    hidden, at = "", 0
    for tag in _TAG.finditer(html):
        text, at = html[at : tag.start()], tag.end()
        name, closes = tag[2].lower(), bool(tag[1])
        if hidden:
            hidden = "" if closes and name == hidden else hidden
            continue
        page.write(unescape(text))
        if name in _HIDDEN and not closes:
            hidden = name
        elif name == "p":
            page.end_line(paragraph=True)
        elif name in _LINES:
            page.end_line()
        elif name in ("td", "th"):
            page.write(" ")
        if name == "blockquote":
            page.depth = max(page.depth + (-1 if closes else 1), 0)
    page.write("" if hidden else unescape(html[at:]))
    page.end_line()
    return tidy("\n".join(page.lines))


def _without_comments(html: str) -> str:
    """HTML without comments and declarations; one that never closes hides the rest."""
    pieces, at = list[str](), 0
    while (start := html.find("<!", at)) >= 0:
        pieces.append(html[at:start])
        closing = "-->" if html.startswith("<!--", start) else ">"
        end = html.find(closing, start)
        if end < 0:
            return "".join(pieces)
        at = end + len(closing)
    return "".join(pieces) + html[at:]


# -- replies -----------------------------------------------------------------------------------------------------------

_ATTRIBUTION_STARTS = ("On ", "Am ", "Le ")
_ATTRIBUTION = re.compile(r"\d.*(?:(?<! I) wrote ?:|schrieb(?! ich)\b.*:|a écrit ?:)$")
_HEADER = re.compile(r"^\*?(From|Von|De)\*?: ")
_HEADER_DATE = re.compile(r"^\*?(Sent|Gesendet|Date|Datum|Envoyé)\*?: ")
_DIVIDER = re.compile(
    r"^[-_ ]{2,}(original message|ursprüngliche nachricht|forwarded message|weitergeleitete nachricht)[-_ ]{2,}$", re.I
)
_QUOTE = "On an earlier day somebody wrote:"


class _Letter(EmailMessage):  # type: ignore[misc]
    """The parser with its patterns over whole texts switched off: they are cubic, and what they find is found here line by line."""

    MULTI_QUOTE_HDR_REGEX_MULTILINE = re.compile(r"(?!)")
    HEADER_REGEX = re.compile(r"(?!)")  # people write "Subject: ..." in what they say
    SIG_REGEX = re.compile(r"_{3,}$|Sent from my |Von meinem .* gesendet|Gesendet (von|mit) |Get Outlook for ")


def reply_of(body: str) -> str:
    """What the sender says in this message: without quoted mails, their introductions, and the signature."""
    lines = _marked(_before_attached_mail(body.split("\n")))
    text = str(_Letter("\n".join(lines)).read().reply).split("\n")
    signature = next((at for at, line in enumerate(text) if line.rstrip() == "--"), len(text))
    said = [line for line in text[:signature] if line != _QUOTE]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(said)).strip()


def _before_attached_mail(lines: list[str]) -> list[str]:
    """The lines above a mail that is quoted without marks, as Outlook does it."""
    for at, line in enumerate(lines):
        is_header = _HEADER.match(line) and any(_HEADER_DATE.match(following) for following in lines[at + 1 : at + 4])
        if is_header or _DIVIDER.match(line.strip()):
            return lines[:at]
    return lines


def _marked(lines: list[str]) -> list[str]:
    """Puts one mark in place of "On ... wrote:", however it is spelled and wrapped; drops what follows it without quote marks."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        wrapped = _attribution_lines(lines, at)
        if not wrapped:
            kept.append(lines[at])
            at += 1
            continue
        at += wrapped
        following = next((line for line in lines[at:] if line.strip()), "")
        if not following.startswith(">"):
            return kept
        kept.append(_QUOTE)
    return kept


def _attribution_lines(lines: list[str], at: int) -> int:
    """How many lines an introduction of a quote takes from here; 0 when there is none."""
    if not lines[at].startswith(_ATTRIBUTION_STARTS):
        return 0
    for count in (1, 2, 3):
        joined = " ".join(line.strip() for line in lines[at : at + count])[:500]
        if joined.endswith(":"):
            return count if _ATTRIBUTION.search(joined) else 0
    return 0
