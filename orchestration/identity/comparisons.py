"""What two records are compared on: the comparisons, their levels from most to least alike, in the order Splink tries them.

Here stand only conditions; how much a level weighs was learned and stands in the model (`model.py`). They speak of the columns
of `candidates.PERSON` and of `features`. Names and home are one comparison: families share surname, street, landline and mailbox, and a model
that takes these for independent evidence merges the family.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.identity.features import one_slip, same, unknown

VERSION = 5
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

    @property
    def is_own(self) -> bool:
        """Whether those who agree by chance are a few around each person: who shares a home, a mailbox, a line. They do not
        become more when the company grows, so that agreement speaks the louder the more records there are."""
        return (
            bool({"home", "mailbox", "phone", "national"} & set(self.label.replace(",", "").split())) and "slip" not in self.label
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One aspect; `unknown` is when nothing can be said about it. Level numbers count down to 0, which is `differs`."""

    name: str
    unknown: str
    levels: tuple[Level, ...]

    def numbered(self) -> list[tuple[int, Level]]:
        """The levels with their numbers, the most alike first; 0 is not among them."""
        return list(zip(range(len(self.levels), 0, -1), self.levels, strict=True))

    def labels(self) -> list[str]:
        """The labels by level number, 0 first."""
        return ["differs", *(level.label for level in reversed(self.levels))]


_INITIAL = "((length(first_name_l) = 1 or length(first_name_r) = 1) and substr(first_name_l, 1, 1) = substr(first_name_r, 1, 1))"
_NAMES = ("first_name", "last_name")
_HERE = (*_NAMES, "place")

# "A. Weber" may be anybody in the house whose name begins so
_NO_FIRST, _NO_LAST = f"({unknown('first_name')} or {_INITIAL})", unknown("last_name")

_NO_PLACE = "((postal_code_l is null and city_l is null) or (postal_code_r is null and city_r is null))"

NAME_AND_HOME = Comparison(
    "name_and_home",
    "(((first_name_l is null and last_name_l is null) or (first_name_r is null and last_name_r is null)) "
    "and not coalesce(street_agrees, false))",
    (
        Level("same name, same home", "first_agrees and last_agrees and at_home", keyed=True),
        Level("same name, same place", "first_agrees and last_agrees and place_agrees", _HERE, 0.0, _HERE, keyed=True),
        Level("same name, place unknown", f"first_agrees and last_agrees and {_NO_PLACE}", _NAMES, 8.0, _NAMES, keyed=True),
        Level("same name, elsewhere", "first_agrees and last_agrees", _NAMES, 8.0, _NAMES, keyed=True),
        Level("similar first name, same home", "last_agrees and first_alike and at_home", keyed=True),
        Level(
            "similar first name, same place",
            "last_agrees and first_alike and place_agrees",
            ("last_name", "place"),
            0.0,
            _HERE,
            keyed=True,
        ),
        Level("similar first name, place unknown", f"last_agrees and first_alike and {_NO_PLACE}", ("last_name",), 3.0),
        Level("similar first name, elsewhere", "last_agrees and first_alike", ("last_name",), 3.0),
        Level("similar last name, same home", "first_agrees and last_alike and at_home", luck=_HERE, keyed=True),
        Level(
            "similar last name, same place",
            "first_agrees and last_alike and place_agrees",
            ("first_name", "place"),
            0.0,
            _HERE,
            keyed=True,
        ),
        Level("similar last name", "first_agrees and last_alike", ("first_name",), 3.0),
        Level("similar names, same home", "both_alike and at_home", luck=_HERE, keyed=True),
        Level("similar names, same place", "both_alike and place_agrees", luck=_HERE),
        Level("similar names", "both_alike"),
        Level("last name and home, first name unknown", f"{_NO_FIRST} and last_agrees and street_agrees", keyed=True),
        Level(
            "last name and place, first name unknown",
            f"{_NO_FIRST} and last_agrees and place_agrees",
            ("last_name", "place"),
            0.0,
            keyed=True,
        ),
        Level("last name, first name unknown", f"{_NO_FIRST} and last_agrees", ("last_name",), 3.0),
        Level("first name and home, last name unknown", f"{_NO_LAST} and first_agrees and street_agrees", keyed=True),
        Level("first name, last name unknown", f"{_NO_LAST} and first_agrees", ("first_name",), 3.0),
        Level("home, a name unknown", f"({_NO_FIRST} or {_NO_LAST}) and street_agrees", keyed=True),
        Level("place, a name unknown", f"({_NO_FIRST} or {_NO_LAST}) and place_agrees"),
        Level("a name unknown", f"({_NO_FIRST} or {_NO_LAST})"),
        Level("same first name, same home", "first_agrees and at_home", keyed=True),
        Level("same first name, same place", "first_agrees and place_agrees", ("first_name", "place"), 0.0, keyed=True),
        Level("same first name", "first_agrees", ("first_name",), 3.0),
        Level("similar first name, other last name, same home", "first_alike and at_home", keyed=True),
        Level("similar first name, other last name, same place", "first_alike and place_agrees"),
        Level("similar first name", "first_alike"),
        Level("same last name, same home", "last_agrees and at_home", keyed=True),
        Level("same last name, same place", "last_agrees and place_agrees", ("last_name", "place"), 0.0, keyed=True),
        Level("same last name", "last_agrees"),
        Level("similar last name, other first name, same home", "last_alike and at_home", keyed=True),
        Level("similar last name, other first name, same place", "last_alike and place_agrees"),
        Level("same home", "at_home", keyed=True),
        Level("same place", "place_agrees", ("place",), 0.0),
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
    unknown("birth_date"),
    (
        Level("same birth date", same("birth_date")),
        Level(
            "slip in the birth date",
            f"{_DAY_AND_MONTH_SWAPPED} or (case when {_SAME_DAY} or substr(birth_date_l, 1, 3) = substr(birth_date_r, 1, 3) "
            f"then {one_slip('birth_date_l', 'birth_date_r')} else false end)",
        ),
        Level("two parts of the birth date", f"{_SAME_DAY} or substr(birth_date_l, 1, 6) = substr(birth_date_r, 1, 6)"),
    ),
)


def _mailbox(email: str) -> str:
    return f"split_part({email}, '@', 1)"


def _digits(text: str) -> str:
    return f"regexp_replace({text}, '[^0-9]+', '', 'g')"


EMAIL = Comparison(
    "email",
    f"({unknown('email')} or ({same('email')} and shared_email_l))",
    (
        Level("same mailbox", same("email"), keyed=True),
        # first.last at two hosts is a name said twice; only a number makes a mailbox somebody's own
        Level(
            "same mailbox elsewhere",
            f"{_mailbox('email_l')} = {_mailbox('email_r')} and regexp_matches({_mailbox('email_l')}, '[0-9]')",
            keyed=True,
        ),
        Level(
            "slip in the mailbox",
            # what one slip may do, it does behind the third letter or before the sixth: that spares the distance, which is dear
            "case when abs(length(email_l) - length(email_r)) <= 1 "
            "and (left(email_l, 3) = left(email_r, 3) or ends_with(email_l, substr(email_r, 6))) "
            f"then case when {_digits('email_l')} = {_digits('email_r')} then {one_slip('email_l', 'email_r')} else false end else false end",
        ),
    ),
)

PHONE = Comparison(
    "phone",
    "((phone_l is null and mobile_phone_l is null) or (phone_r is null and mobile_phone_r is null) "
    "or (phones_meet and shared_phone_l and shared_phone_r))",
    (
        Level("same phone", "phones_meet", keyed=True),
        Level(
            "slip in the phone",
            # what one slip may do, it does before the seventh digit or behind the sixth: that spares the distance, which is dear
            "length(phone_l) = length(phone_r) and (case when substr(phone_l, 1, 4) = substr(phone_r, 1, 4) "
            "and (substr(phone_l, 1, 6) = substr(phone_r, 1, 6) or substr(phone_l, 8) = substr(phone_r, 8)) "
            f"then {one_slip('phone_l', 'phone_r')} else false end)",
        ),
    ),
)

ORGANISATION = Comparison(
    "organisation",
    unknown("organisation"),
    (
        Level("same organisation", same("organisation")),
        Level("similar organisation", "jaro_winkler_similarity(organisation_l, organisation_r) >= 0.9"),
    ),
)

NATIONAL_ID = Comparison(
    "national_id",
    unknown("national_id"),
    (
        Level("same national id", same("national_id"), keyed=True),
        Level(
            "slip in the national id",
            "case when abs(length(national_id_l) - length(national_id_r)) <= 1 and levenshtein(national_id_l, national_id_r) <= 4 "
            "then damerau_levenshtein(national_id_l, national_id_r) <= 2 else false end",
        ),
    ),
)

NAMES_IN_A_PLACE = tuple(level.label for level in NAME_AND_HOME.levels if level.label.endswith(("place", "place unknown")))
"""Agreement in names and in no more than a place: as much as the place is small."""

COMPARISONS = (NAME_AND_HOME, BIRTH_DATE, EMAIL, PHONE, ORGANISATION, NATIONAL_ID)
