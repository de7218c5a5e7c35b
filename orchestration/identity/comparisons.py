"""What two records are compared on: the comparisons, their levels from most to least alike, in the order Splink tries them.

Here stand only conditions; how much a level weighs was learned and stands in the model (`model.py`). The columns are those
of `candidates.PERSON`. Names and home are one comparison: families share surname, street, landline and mailbox, and a model
that takes these for independent evidence merges the family.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 3
"""Raised with every change of a condition below or of a column it reads: pairs compared before are compared again."""


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness.

    rarer: the columns whose values' frequency moves its weight, at most up by `most` bits. luck: the columns two people would
    have to agree in by chance, which bounds how often they do.
    """

    label: str
    condition: str
    rarer: tuple[str, ...] = ()
    most: float = 0.0
    luck: tuple[str, ...] = ()
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One aspect; `unknown` is when nothing can be said about it. Level numbers count down to 0, which is `differs`."""

    name: str
    unknown: str
    levels: tuple[Level, ...]

    def labels(self) -> list[str]:
        """The labels by level number, 0 first."""
        return ["differs", *(level.label for level in reversed(self.levels))]


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


def _unknown(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


def _one_slip(column: str) -> str:
    """At most one letter wrong, missing, too many or swapped with the next. That distance is dear; one slip spares an end of a word."""
    one, other = f"{column}_l", f"{column}_r"
    same_end = f"left({one}, 1) = left({other}, 1) or right({one}, 1) = right({other}, 1) or length({one}) < 3"
    may_be = f"abs(length({one}) - length({other})) <= 1 and ({same_end})"
    return f"(case when {may_be} then damerau_levenshtein({one}, {other}) <= 1 else false end)"


_SWAPPED = "(first_name_l = last_name_r and last_name_l = first_name_r)"
_FIRST = f"({_same('first_name')} or {_SWAPPED})"
_LAST = f"({_same('last_name')} or {_SWAPPED})"
_INITIAL = "((length(first_name_l) = 1 or length(first_name_r) = 1) and substr(first_name_l, 1, 1) = substr(first_name_r, 1, 1))"
# Of two spellings one is a slip when hardly anybody is called so; two names that many have are two people.
_SPELLING = "(least(name_rank_l, name_rank_r) < 2 or abs(name_rank_l - name_rank_r) >= 4)"
_FIRST_LIKE = f"({_SPELLING} and (jaro_winkler_similarity(first_name_l, first_name_r) >= 0.85 or {_one_slip('first_name')}))"
_LAST_LIKE = (
    "(jaro_winkler_similarity(last_name_l, last_name_r) >= 0.88 or (length(last_name_l) >= 5 and length(last_name_r) >= 5 "
    "and (starts_with(last_name_l, last_name_r) or starts_with(last_name_r, last_name_l))))"
)
_SWAPPED_LIKE = (
    "(jaro_winkler_similarity(first_name_l, last_name_r) >= 0.85 and jaro_winkler_similarity(last_name_l, first_name_r) >= 0.85)"
)
_BOTH_LIKE = f"(({_FIRST_LIKE} and {_LAST_LIKE}) or {_SWAPPED_LIKE})"
_PHONES_MEET = "(phone_l in (phone_r, mobile_phone_r) or mobile_phone_l in (phone_r, mobile_phone_r))"
_SHARED_EMAIL = f"({_same('email')} and shared_email_l)"
_SHARED_PHONE = f"({_PHONES_MEET} and shared_phone_l and shared_phone_r)"
_PLACE = (
    f"({_same('postal_code')} or (jaro_winkler_similarity(city_l, city_r) >= 0.92 "
    "and coalesce(damerau_levenshtein(postal_code_l, postal_code_r), 0) <= 1))"
)
# people get house numbers wrong more often than streets, and forms cut off what follows them
_STREET = (
    f"({_same('street')} or ({_PLACE} and ({_same('street_name')} or jaro_winkler_similarity(street_name_l, street_name_r) >= 0.9 "
    "or starts_with(street_l, street_r) or starts_with(street_r, street_l))))"
)
# A home is a street, or a mailbox or a line that people of several names use.
_HOME = f"({_STREET} or {_SHARED_EMAIL} or {_SHARED_PHONE})"
_NAMES = ("first_name", "last_name")
_HERE = (*_NAMES, "place")

# "A. Weber" may be anybody in the house whose name begins so
_NO_FIRST, _NO_LAST = f"({_unknown('first_name')} or {_INITIAL})", _unknown("last_name")

NAME_AND_HOME = Comparison(
    "name_and_home",
    "((coalesce(first_name_l, last_name_l) is null or coalesce(first_name_r, last_name_r) is null) "
    f"and not coalesce({_STREET}, false))",
    (
        Level("same name, same home", f"{_FIRST} and {_LAST} and {_HOME}", luck=_HERE, keyed=True),
        Level("same name, same place", f"{_FIRST} and {_LAST} and {_PLACE}", _HERE, 0.0, _HERE, keyed=True),
        Level("same name, place unknown", f"{_FIRST} and {_LAST} and {_unknown('place')}", _NAMES, 8.0, _NAMES, keyed=True),
        Level("same name, elsewhere", f"{_FIRST} and {_LAST}", _NAMES, 8.0, _NAMES, keyed=True),
        Level("similar first name, same home", f"{_LAST} and {_FIRST_LIKE} and {_HOME}", luck=_HERE, keyed=True),
        Level(
            "similar first name, same place",
            f"{_LAST} and {_FIRST_LIKE} and {_PLACE}",
            ("last_name", "place"),
            0.0,
            _HERE,
            keyed=True,
        ),
        Level("similar first name, place unknown", f"{_LAST} and {_FIRST_LIKE} and {_unknown('place')}", ("last_name",), 3.0),
        Level("similar first name, elsewhere", f"{_LAST} and {_FIRST_LIKE}", ("last_name",), 3.0),
        Level("similar last name, same home", f"{_FIRST} and {_LAST_LIKE} and {_HOME}", luck=_HERE, keyed=True),
        Level(
            "similar last name, same place",
            f"{_FIRST} and {_LAST_LIKE} and {_PLACE}",
            ("first_name", "place"),
            0.0,
            _HERE,
            keyed=True,
        ),
        Level("similar last name", f"{_FIRST} and {_LAST_LIKE}", ("first_name",), 3.0),
        Level("similar names, same home", f"{_BOTH_LIKE} and {_HOME}", luck=_HERE, keyed=True),
        Level("similar names, same place", f"{_BOTH_LIKE} and {_PLACE}", luck=_HERE),
        Level("similar names", _BOTH_LIKE),
        Level("last name and home, first name unknown", f"{_NO_FIRST} and {_LAST} and {_STREET}", keyed=True),
        Level(
            "last name and place, first name unknown",
            f"{_NO_FIRST} and {_LAST} and {_PLACE}",
            ("last_name", "place"),
            0.0,
            keyed=True,
        ),
        Level("last name, first name unknown", f"{_NO_FIRST} and {_LAST}", ("last_name",), 3.0),
        Level("first name and home, last name unknown", f"{_NO_LAST} and {_FIRST} and {_STREET}", keyed=True),
        Level("first name, last name unknown", f"{_NO_LAST} and {_FIRST}", ("first_name",), 3.0),
        Level("home, a name unknown", f"({_NO_FIRST} or {_NO_LAST}) and {_STREET}", keyed=True),
        Level("place, a name unknown", f"({_NO_FIRST} or {_NO_LAST}) and {_PLACE}"),
        Level("a name unknown", f"({_NO_FIRST} or {_NO_LAST})"),
        Level("same first name, same home", f"{_FIRST} and {_HOME}", keyed=True),
        Level("same first name, same place", f"{_FIRST} and {_PLACE}", ("first_name", "place"), 0.0, keyed=True),
        Level("same first name", _FIRST, ("first_name",), 3.0),
        Level("similar first name, other last name, same home", f"{_FIRST_LIKE} and {_HOME}", keyed=True),
        Level("similar first name, other last name, same place", f"{_FIRST_LIKE} and {_PLACE}"),
        Level("similar first name", _FIRST_LIKE),
        Level("same last name, same home", f"{_LAST} and {_HOME}", keyed=True),
        Level("same last name, same place", f"{_LAST} and {_PLACE}", ("last_name", "place"), 0.0, keyed=True),
        Level("same last name", _LAST),
        Level("similar last name, other first name, same home", f"{_LAST_LIKE} and {_HOME}", keyed=True),
        Level("similar last name, other first name, same place", f"{_LAST_LIKE} and {_PLACE}"),
        Level("same home", _HOME, keyed=True),
        Level("same place", _PLACE, ("place",), 0.0),
    ),
)
OTHER_FIRST_NAME = (
    "same last name, same home",
    "same last name, same place",
    "same last name",
    "similar last name, other first name, same home",
    "similar last name, other first name, same place",
    "same home",
    "same place",
    "differs",
)
"""The levels at which two known given names have nothing in common."""

OTHERS_AT_HOME = tuple(label for label in OTHER_FIRST_NAME if label.endswith("same home"))
NAMED_AT_HOME = (
    "same name, same home",
    "similar first name, same home",
    "similar last name, same home",
    "similar names, same home",
    "same first name, same home",
)
"""How often two people of one given name live together is bounded by how often any two do, and by how common the name is."""

_DAY_AND_MONTH_SWAPPED = (
    "(substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4) and substr(birth_date_l, 5, 2) = substr(birth_date_r, 7, 2) "
    "and substr(birth_date_l, 7, 2) = substr(birth_date_r, 5, 2))"
)
_SAME_DAY = "substr(birth_date_l, 5, 4) = substr(birth_date_r, 5, 4)"

BIRTH_DATE = Comparison(
    "birth_date",
    _unknown("birth_date"),
    (
        Level("same birth date", _same("birth_date")),
        Level(
            "slip in the birth date",
            f"{_DAY_AND_MONTH_SWAPPED} or (case when {_SAME_DAY} or substr(birth_date_l, 1, 3) = substr(birth_date_r, 1, 3) "
            "then damerau_levenshtein(birth_date_l, birth_date_r) <= 1 else false end)",
        ),
        Level("two parts of the birth date", f"{_SAME_DAY} or substr(birth_date_l, 1, 6) = substr(birth_date_r, 1, 6)"),
    ),
)

EMAIL = Comparison(
    "email",
    f"({_unknown('email')} or {_SHARED_EMAIL})",
    (
        Level("same mailbox", _same("email"), keyed=True),
        # first.last at two hosts is a name said twice; only a number makes a mailbox somebody's own
        Level("same mailbox elsewhere", f"mailbox_number_l <> '' and {_same('mailbox')}", keyed=True),
        Level(
            "slip in the mailbox",
            "email_number_l = email_number_r and (case when abs(length(email_l) - length(email_r)) <= 1 "
            "then damerau_levenshtein(email_l, email_r) <= 1 else false end)",
        ),
    ),
)

PHONE = Comparison(
    "phone",
    f"(coalesce(phone_l, mobile_phone_l) is null or coalesce(phone_r, mobile_phone_r) is null or {_SHARED_PHONE})",
    (
        Level("same phone", _PHONES_MEET, keyed=True),
        Level(
            "slip in the phone",
            "length(phone_l) = length(phone_r) and (case when substr(phone_l, 1, 4) = substr(phone_r, 1, 4) "
            "then damerau_levenshtein(phone_l, phone_r) <= 1 else false end)",
        ),
    ),
)

ORGANISATION = Comparison(
    "organisation",
    _unknown("organisation"),
    (
        Level("same organisation", _same("organisation")),
        Level("similar organisation", "jaro_winkler_similarity(organisation_l, organisation_r) >= 0.9"),
    ),
)

NATIONAL_ID = Comparison(
    "national_id",
    _unknown("national_id"),
    (
        Level("same national id", _same("national_id"), keyed=True),
        Level(
            "slip in the national id",
            "case when abs(length(national_id_l) - length(national_id_r)) <= 1 "
            "then damerau_levenshtein(national_id_l, national_id_r) <= 2 else false end",
        ),
    ),
)

NAMES_IN_A_PLACE = tuple(level.label for level in NAME_AND_HOME.levels if level.label.endswith(("place", "place unknown")))
"""Agreement in names and in no more than a place: as much as the place is small."""

COMPARISONS = (NAME_AND_HOME, BIRTH_DATE, EMAIL, PHONE, ORGANISATION, NATIONAL_ID)
