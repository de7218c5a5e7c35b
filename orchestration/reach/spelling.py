"""How an identifier that a caller gives is written in `customer_identifiers`: the same way identity normalises what vendors tell."""

from __future__ import annotations

import re

import phonenumbers

_ADDRESS = re.compile(r"[^@ +][^@ ]*@[^@ ]+\.[a-z0-9-]+")
_GMAIL = {"gmail.com", "googlemail.com"}
_SHORTEST_NUMBER = 8
_SALESFORCE_LONG = 18
_SALESFORCE_SHORT = 15


def email(written: str) -> str | None:
    """The mailbox an address delivers to, as dbt's macro clean_email says; None when it is no address."""
    told = written.strip().lower().removeprefix("mailto:")
    if not _ADDRESS.fullmatch(told):
        return None
    parts = told.split("@")
    mailbox, domain = parts[0].split("+")[0], parts[1]
    if domain in _GMAIL:
        return f"{mailbox.replace('.', '')}@gmail.com"
    return f"{mailbox}@{domain}"


def phone(written: str, country: str) -> str | None:
    """The digits of E.164 without the plus; None when it cannot be a number.

    country: ISO code of the country a number without a calling code is dialled in. A plus that a query string turned into
    a blank is a plus.
    """
    told = f"+{written.strip()}" if re.match(r"\s\d", written) else written
    try:
        number = phonenumbers.parse(told, country)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    return found if phonenumbers.is_possible_number(number) and len(found) >= _SHORTEST_NUMBER else None


def source_ids(written: str) -> list[str]:
    """What a vendor's id may stand as: as it is, and for Salesforce's long form also the short one identity keeps."""
    told = written.strip()
    short = [told[:_SALESFORCE_SHORT]] if len(told) == _SALESFORCE_LONG and told.isalnum() else []
    return [told, *short]
