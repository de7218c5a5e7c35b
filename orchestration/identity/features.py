"""What comparisons speak of, each found once per pair: whether names, place and home agree, or nearly.

A feature is a condition on a pair of records; the columns are those of `candidates.PERSON`, with `_l` and `_r`. The steps stand
in order: a feature reads columns and the features of the steps before. Conditions joined by `and` and `or` alone, so that it
does not matter whether unknown counts as untrue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def same(column: str) -> str:
    return f"{column}_l = {column}_r"


def unknown(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


def _jaro_winkler(one: str, other: str, least: float) -> str:
    return f"jaro_winkler_similarity({one}_l, {other}_r) >= {least}"


def one_slip(one: str, other: str) -> str:
    """At most one letter wrong, missing, too many or swapped with the next.

    The distance that knows swaps is dear: it is asked only where the other one, which counts a swap as two, leaves it open.
    """
    return (
        f"(case levenshtein({one}, {other}) when 0 then true when 1 then true "
        f"when 2 then damerau_levenshtein({one}, {other}) <= 1 else false end)"
    )


def _name_slip(column: str) -> str:
    """One slip spares an end of a word."""
    one, other = f"{column}_l", f"{column}_r"
    same_end = f"left({one}, 1) = left({other}, 1) or right({one}, 1) = right({other}, 1) or length({one}) < 3"
    may_be = f"abs(length({one}) - length({other})) <= 1 and ({same_end})"
    return f"(case when {may_be} then {one_slip(one, other)} else false end)"


_SWAPPED = "(first_name_l = last_name_r and last_name_l = first_name_r)"
_ONE_TOWN = f"({unknown('city')} or {_jaro_winkler('city', 'city', 0.8)})"
_ONE_AREA = (
    f"({unknown('postal_code')} or case when length(postal_code_l) = length(postal_code_r) "
    f"then {one_slip('postal_code_l', 'postal_code_r')} else false end)"
)
_STEPS: tuple[Mapping[str, str], ...] = (
    {
        "first_agrees": f"({same('first_name')} or {_SWAPPED})",
        "last_agrees": f"({same('last_name')} or {_SWAPPED})",
        # of two spellings one is a slip when hardly anybody is called so; two names that many have are two people
        "first_alike": (
            "(case when first_name_l <> first_name_r and (least(name_rank_l, name_rank_r) < 2 or abs(name_rank_l - name_rank_r) >= 4) "
            f"then {_jaro_winkler('first_name', 'first_name', 0.85)} or {_name_slip('first_name')} else false end)"
        ),
        "last_alike": (
            f"({same('last_name')} or {_jaro_winkler('last_name', 'last_name', 0.88)} "
            "or (length(last_name_l) >= 5 and length(last_name_r) >= 5 "
            "and (starts_with(last_name_l, last_name_r) or starts_with(last_name_r, last_name_l))))"
        ),
        "swapped_alike": (
            "(case when first_name_l <> first_name_r and last_name_l <> last_name_r "
            f"then {_jaro_winkler('first_name', 'last_name', 0.85)} and {_jaro_winkler('last_name', 'first_name', 0.85)} "
            "else false end)"
        ),
        "phones_meet": "(phone_l in (phone_r, mobile_phone_r) or mobile_phone_l in (phone_r, mobile_phone_r))",
        "place_agrees": (
            f"({same('postal_code')} or case when {_jaro_winkler('city', 'city', 0.92)} "
            f"then coalesce({one_slip('postal_code_l', 'postal_code_r')}, true) else false end)"
        ),
    },
    {
        "both_alike": "((first_alike and last_alike) or swapped_alike)",
        # Every town has a Station Road 5. People get house numbers wrong more often than streets, and forms cut off what follows
        "street_agrees": (
            f"(case when {same('street')} then place_agrees or (coalesce(street_name_l, '') <> street_l and ({_ONE_TOWN} or {_ONE_AREA})) "
            f"when place_agrees and {_ONE_TOWN} then {same('street_name')} or {_jaro_winkler('street_name', 'street_name', 0.9)} "
            "or starts_with(street_l, street_r) or starts_with(street_r, street_l) else false end)"
        ),
    },
    {
        # a home is a street, or a mailbox or a line that people of several names use
        "at_home": (
            f"(street_agrees or ({same('email')} and shared_email_l) or (phones_meet and shared_phone_l and shared_phone_r))"
        )
    },
)


def found(pairs: str) -> str:
    """A query that adds every feature to the columns of `pairs`, one step after the other."""
    for step in _STEPS:
        features = ", ".join(f"case when {condition} then true else false end as {name}" for name, condition in step.items())
        pairs = f"(select *, {features} from {pairs})"
    return pairs


def spelled_out(condition: str) -> str:
    """A condition on features as one on columns, for engines that know these alone."""
    for step in reversed(_STEPS):
        for name, meant in step.items():
            condition = re.sub(rf"\b{name}\b", lambda _, meant=meant: meant, condition)  # type: ignore[misc]
    return condition
