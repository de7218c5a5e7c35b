"""File drops: what partners send as files. The outlet store's customers, the agency's campaign spend, the call centre's ratings.

Lands: customers (CSV, Excel), spend (CSV, Parquet), call_ratings (JSON Lines), from the folders of those names.
Cursor: the files read so far with size and time of change. It can be trusted because another version of a file has another
size or time; a file is read when it has rested for a minute and, where it is text, ends with a line break.
Deletes: customers by their status. A file sent again without a row it once held takes that row back: each row carries its
file and the file's time, and staging compares them. A file that is removed takes nothing back.
Personal: names, e-mail, phone, place, comments.
Left out: files that fit no declared format (set aside with the reason), hidden and unfinished ones (passed over).
"""

from __future__ import annotations

from ingest.core.readers.files import FOLDER, STORE, Files
from ingest.core.readers.formats import Csv, Format, JsonLines, Parquet
from ingest.core.readers.spelling import Spelling
from ingest.core.readers.spreadsheets import Excel
from ingest.core.spec import CLOCK_URL, Column, Cursor, NoAuth, Resource, Source, day, decimal, flag, instant, integer, text

_GERMAN = Spelling(
    decimal_comma=True, day="%d.%m.%Y", instant="%d.%m.%Y %H:%M:%S", time_zone="Europe/Berlin", yes=("ja", "j"), no=("nein", "n")
)
_SPEND_IN_GERMAN = {
    "Kampagnen-ID": "campaign_id",
    "Kampagne": "campaign",
    "Kanal": "channel",
    "Tag": "spent_on",
    "Währung": "currency",
    "Kosten": "cost",
    "Klicks": "clicks",
    "Einblendungen": "impressions",
}


def _files(name: str, key: tuple[str, ...], columns: tuple[Column, ...], *formats: Format) -> Resource:
    """The files in the folder of that name; every row says which version of which file it was last seen in."""
    files = Files(f"{name}/*", formats)
    origin = (text("file_name", "_file"), instant("file_modified_at", "_file_modified_at"))
    return Resource(name, key, (*columns, *origin), full=files, changes=files, cursor=Cursor(token="files read"))


FILE_DROPS = Source(
    name="file_drops",
    title="Partner files",
    base_url="",
    auth=NoAuth(),
    settings=(FOLDER, *STORE, CLOCK_URL),
    resources=(
        _files(
            "customers",
            ("outlet_customer_id",),
            (
                text("outlet_customer_id", "Kundennr"),
                text("first_name", "Vorname", personal=True),
                text("last_name", "Nachname", personal=True),
                text("email", "E-Mail", personal=True),
                text("phone", "Telefon", personal=True),
                text("postal_code", "PLZ", personal=True),
                text("city", "Ort", personal=True),
                text("country", "Land"),
                text("erp_customer_number", "Aurora-Kundennr"),
                flag("objects_to_advertising", "Werbewiderspruch"),
                text("status", "Status"),
                day("joined_on", "Angelegt am"),
                instant("changed_at", "Geändert am"),
            ),
            Csv(delimiter=";", encoding="cp1252", spelling=_GERMAN, ends_with_newline=True),
            Excel(renamed={"Telefonnummer": "Telefon"}, spelling=_GERMAN),
        ),
        _files(
            "spend",
            ("campaign_id", "spent_on"),
            (
                text("campaign_id"),
                text("campaign"),
                text("channel"),
                day("spent_on"),
                text("currency"),
                decimal("cost"),
                integer("clicks"),
                integer("impressions"),
            ),
            Csv(delimiter=";", renamed=_SPEND_IN_GERMAN, spelling=_GERMAN, ends_with_newline=True),
            Parquet(),
        ),
        _files(
            "call_ratings",
            ("rating_id",),
            (
                text("rating_id"),
                instant("called_at", "call.started_at"),
                text("agent", "call.agent"),
                text("customer_number"),
                text("ticket_id"),
                integer("score", "rating.score"),
                text("comment", personal=True),
            ),
            JsonLines(ends_with_newline=True),
        ),
    ),
)
