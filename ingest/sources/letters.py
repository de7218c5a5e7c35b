"""Letters customers sent on paper: scanned or typed off into a folder, with an index that says whose they are.

Lands: letters (the index line and the text of its file), letters_keys (the ids the index holds now).
Cursor: the fingerprint of every index line with its file's size and time of change. Both are listed in full on every run,
which is cheap; only new or changed letters are opened. The last line of a letter counts, so a correction is a line more.
Deletes: a letter taken out of the index was withdrawn (misfiled, somebody else's); its row stays, staging marks it.
Personal: sender, address, text, and the file name, which often names the sender.
Left out: pictures and layout; letters that nobody ran text recognition on (quarantine).
"""

from __future__ import annotations

from ingest.core.readers.letters import LetterFolder, LetterIds
from ingest.core.spec import CLOCK_URL, Cursor, NoAuth, Resource, Setting, Source, day, flag, instant, integer, text

LETTERS = Source(
    name="letters",
    title="Letters",
    base_url="",
    auth=NoAuth(),
    settings=(
        Setting("folder", "the folder your scanning station writes to"),
        Setting("index", "the index in it, one line per letter", "index.csv"),
        CLOCK_URL,
    ),
    resources=(
        Resource(
            name="letters",
            key=("letter_id",),
            columns=(
                text("letter_id"),
                day("received_on"),
                text("sender_name", personal=True),
                text("address", personal=True),
                text("customer_number"),
                text("file_name", personal=True),
                text("text", personal=True),
                integer("pages"),
                flag("is_truncated"),
                integer("file_size"),
                instant("file_modified_at"),
                integer("index_lines"),
            ),
            full=LetterFolder(),
            changes=LetterFolder(),
            keys=LetterIds(),
            cursor=Cursor(token="position"),
        ),
    ),
)
