"""Every way a phone number is written, with the number it means. Kept between runs: the library sees each spelling once."""

import phonenumbers
import pyarrow as pa

_UNSEEN = """
    with spellings as (
        select phone_key, dialled_from from persons where phone_key is not null
        union
        select mobile_phone_key, dialled_from from persons where mobile_phone_key is not null
    )
    select phone_key, dialled_from from spellings
"""


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
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    is_likely = phonenumbers.is_possible_number(number) and len(found) >= 8
    return found if is_likely and len(set(found[len(str(number.country_code)) :])) > 2 else None
