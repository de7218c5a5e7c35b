"""Every way a phone number is written, with the number it means. Kept between runs: each spelling is read once.

Most spellings need no parser: digits after +, 00 or the national prefix, as long as the country's numbers may be. What that
means follows from the library's own tables and is read in SQL; whatever else there is, the library itself reads.
"""

from functools import cache

import phonenumbers
import pyarrow as pa

_UNSEEN = """
create or replace temp table spelling as
with written as (
    select unnest([phone_key, mobile_phone_key]) as phone_key, dialled_from
    from persons where coalesce(phone_key, mobile_phone_key) is not null
),
unseen as (select distinct phone_key, dialled_from from written where phone_key is not null {except_known})
select
    *,
    case
        when regexp_full_match(phone_key, '[+][1-9][0-9]+') then substr(phone_key, 2)
        when regexp_full_match(phone_key, '00[1-9][0-9]+') then substr(phone_key, 3)
    end as from_abroad
from unseen
"""
# a calling code is found where nothing has to be guessed
_READ = """
create or replace temp table read_spelling as
with split as (
    select
        *, coalesce(called.calling_code, {code_at_home}) as code,
        coalesce(substr(from_abroad, length(called.calling_code) + 1), substr(phone_key, 2)) as national_number
    from spelling
    left join called on substr(from_abroad, 1, 3) = called.beginning and cast(length(from_abroad) as varchar) = called.n_digits
),
but_one_digit as (select *, replace(national_number, substr(national_number, 1, 1), '') as others from split)
select
    phone_key, dialled_from,
    code is not null and not (
        from_abroad is not null and (
            substr(national_number, 1, 1) = '0' or prefix <> '' and starts_with(national_number, prefix)
            or phone_key like '00%' and not {dials_00}
        )
    ) as is_plain,
    case
        when length(code) + length(national_number) >= 8 and replace(others, substr(others, 1, 1), '') <> ''
            then code || national_number
    end as phone_digits
from but_one_digit
"""


def model(dbt, session):
    dbt.config(materialized="incremental")
    known = f"except select phone_key, dialled_from from {dbt.this}" if dbt.is_incremental else ""
    return read(session, dbt.ref("int_identity__persons"), known)


def read(session, persons, except_known=""):
    """An Arrow table of the spellings among `persons` (phone_key, mobile_phone_key, dialled_from) with the number each means."""
    session.register("persons", persons)
    session.execute(_UNSEEN.format(except_known=except_known))
    countries = [told for (told,) in session.execute("select distinct dialled_from from spelling order by all").fetchall()]
    dials_00 = _among("dialled_from", [country for country in countries if _numbering(country)[1] == "00"])
    begun = session.execute("select distinct substr(from_abroad, 1, 3) from spelling where from_abroad is not null").fetchall()
    called = [row for (beginning,) in begun for row in _called(beginning)]
    session.register("called", _table(["beginning", "n_digits", "calling_code", "prefix"], called))
    session.execute(_READ.format(code_at_home=_code_at_home(countries), dials_00=dials_00))
    plain = session.execute("select phone_key, dialled_from, phone_digits from read_spelling where is_plain").to_arrow_table()
    odd = session.execute("select phone_key, dialled_from from read_spelling where is_plain is not true order by all").fetchall()
    for name in ("persons", "called"):
        session.unregister(name)
    session.execute("drop table spelling; drop table read_spelling")
    return pa.concat_tables([plain, _table(plain.column_names, [(*one, digits(*one)) for one in odd])])


def _table(columns, rows):
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(columns)})


def _among(column, values):
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} in ({listed})" if values else "false"


def _called(beginning):
    """For a number from abroad that begins so: how long it may be, its calling code, and the national prefix it may not have."""
    codes = (beginning[:size] for size in (1, 2, 3))
    code = next((code for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")
    _, _, prefix, lengths, _ = _numbering(_main_region(code))
    return [(beginning, str(len(code) + length), code, prefix) for length in lengths if prefix is not None]


def _code_at_home(countries):
    """SQL for the calling code of a number with the national prefix 0, dialled in a country that has no other reading of it."""
    cases = []
    for country in countries:
        code, from_here, prefix, lengths, pattern = _numbering(country)
        if prefix == "0" and from_here == "00" and _main_region(code) == country:
            cases.append(
                f"when dialled_from = '{country}' and regexp_full_match(phone_key, '0[1-9][0-9]+')"
                f" and {_among('length(phone_key) - 1', sorted(lengths))} and not regexp_full_match(phone_key, '{pattern}')"
                f" then '{code}'"
            )
    return f"case {' '.join(cases)} end" if cases else "null"


@cache
def _main_region(code):
    return phonenumbers.region_code_for_country_code(int(code)) if code else None


@cache
def _numbering(country):
    """How a country numbers: calling code, prefix to dial abroad, national prefix (None where it is no plain one), how long
    national numbers are, and the pattern of its numbers."""
    told = country and phonenumbers.PhoneMetadata.metadata_for_region(country)
    if not told:
        return "", None, None, (), ""
    prefix = told.national_prefix_for_parsing or ""
    is_plain = told.national_prefix_transform_rule is None and (not prefix or prefix.isdigit())
    lengths = frozenset(told.general_desc.possible_length)
    pattern = told.general_desc.national_number_pattern
    return str(told.country_code), told.international_prefix, prefix if is_plain else None, lengths, pattern


def digits(written, country):
    """The digits of E.164 without the plus, as the library reads them; None for what cannot be a number, or is nobody's (000000)."""
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    code = str(number.country_code)
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    national = found[len(code) :]
    return found if len(found) >= 8 and len(set(national)) > 2 else None
