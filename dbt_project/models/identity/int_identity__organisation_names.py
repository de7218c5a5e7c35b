"""Every organisation name without its legal form. Kept between runs: the library sees each name once."""

import unicodedata

import pyarrow as pa
from cleanco import prepare_default_terms
from cleanco.clean import custom_basename

LEGAL_FORMS = [*prepare_default_terms(), (1, ["ek"])]
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa", "ł": "l", "&": " und "})

NAMES = """
    select organisation_name from persons where organisation_name is not null
    union
    select name from accounts where name is not null
"""


def model(dbt, session):
    dbt.config(materialized="incremental")
    session.register("persons", dbt.ref("int_identity__persons"))
    session.register("accounts", dbt.ref("int_identity__accounts"))
    known = f"except select organisation_name from {dbt.this}" if dbt.is_incremental else ""
    unseen = [name for (name,) in session.execute(f"({NAMES}) {known} order by all").fetchall()]
    for view in ("persons", "accounts"):
        session.unregister(view)
    columns = {"organisation_name": unseen, "organisation_clean": [clean(name) for name in unseen]}
    return pa.table(columns, schema=pa.schema([(name, pa.string()) for name in columns]))


def clean(name):
    """Letters and digits of the name before its legal form (some take more than one pass); None where nothing is left."""
    before, left = None, name
    while left and left != before:
        before, left = left, custom_basename(left, LEGAL_FORMS)
    folded = unicodedata.normalize("NFKD", (left or name).casefold().translate(SPELLED_OUT))
    words = "".join(letter if letter.isalnum() else " " for letter in folded if not unicodedata.combining(letter))
    return " ".join(words.split()) or None
