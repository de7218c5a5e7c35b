"""Every way a phone number is written, with the number it means. Kept between runs: each spelling is read once.

Most spellings need no parser: digits after +, 00 or the national prefix, as long as the country's numbers may be. What that
means follows from the library's own tables; whatever else there is, the library itself reads.
"""

import re
from functools import cache

import phonenumbers
import pyarrow as pa

_UNSEEN = """
    with written as (
        select unnest([phone_key, mobile_phone_key]) as phone_key, dialled_from
        from persons where coalesce(phone_key, mobile_phone_key) is not null
    )
    select distinct phone_key, dialled_from from written where phone_key is not null
"""
_ABROAD = re.compile(r"(?:\+|00)([1-9][0-9]+)")
_AT_HOME = re.compile(r"0([1-9][0-9]+)")


def model(dbt, session):
    dbt.config(materialized="incremental")
    session.register("persons", dbt.ref("int_identity__persons"))
    known = f"except select phone_key, dialled_from from {dbt.this}" if dbt.is_incremental else ""
    unseen = session.execute(f"{_UNSEEN} {known} order by all").fetchall()
    session.unregister("persons")
    columns = {
        "phone_key": [key for key, _ in unseen],
        "dialled_from": [country for _, country in unseen],
        "phone_digits": [digits(key, country) for key, country in unseen],
    }
    return pa.table(columns, schema=pa.schema([(name, pa.string()) for name in columns]))


def digits(written, country):
    """The digits of E.164 without the plus; None for what cannot be a number, or is nobody's (000000)."""
    code, national = _plain(written, country) or _parsed(written, country)
    is_likely = code is not None and len(code) + len(national) >= 8 and len(set(national)) > 2
    return code + national if is_likely else None


def _plain(written, country):
    """Calling code and national number where nothing has to be guessed, else None: then the library decides."""
    abroad = _ABROAD.fullmatch(written)
    if abroad and (written[0] == "+" or _numbering(country)[1] == "00"):
        code, prefix, lengths = _called(abroad[1][:3])
        national = abroad[1][len(code) :]
        is_plain = code and prefix is not None and national[:1] not in ("", "0") and not (prefix and national.startswith(prefix))
        return (code, national) if is_plain and len(national) in lengths else None
    at_home = _AT_HOME.fullmatch(written)
    if at_home:
        code, from_here, prefix, lengths, may_begin_so = _numbering(country)
        is_plain = prefix == "0" and from_here == "00" and _main_region(code) == country and not may_begin_so(written)
        return (code, at_home[1]) if is_plain and len(at_home[1]) in lengths else None
    return None


@cache
def _called(beginning):
    """Calling code, national prefix and lengths of the country a number with its calling code leads to, by its first digits."""
    codes = (beginning[:size] for size in (1, 2, 3))
    code = next((code for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")
    _, _, prefix, lengths, _ = _numbering(_main_region(code))
    return code, prefix, lengths


@cache
def _main_region(code):
    return phonenumbers.region_code_for_country_code(int(code)) if code else None


@cache
def _numbering(country):
    """How a country numbers: calling code, prefix to dial abroad, national prefix (None where it is no plain one), how long
    national numbers are, and whether a number is one with the prefix still on it."""
    told = country and phonenumbers.PhoneMetadata.metadata_for_region(country)
    if not told:
        return "", None, None, (), None
    prefix = told.national_prefix_for_parsing or ""
    is_plain = told.national_prefix_transform_rule is None and (not prefix or prefix.isdigit())
    pattern = re.compile(told.general_desc.national_number_pattern)
    lengths = frozenset(told.general_desc.possible_length)
    return str(told.country_code), told.international_prefix, prefix if is_plain else None, lengths, pattern.fullmatch


def _parsed(written, country):
    """What the library reads; (None, "") for what it takes for no number."""
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None, ""
    code = str(number.country_code)
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    return (code, found[len(code) :]) if phonenumbers.is_possible_number(number) else (None, "")
