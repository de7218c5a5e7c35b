"""Joins a company's person records by its stated rules alone: what a careful reader could work out without the truth."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from ingest.sandbox.planting.lexicon import NICKNAMES

Row = dict[str, Any]
_FORMAL = {nickname.lower(): name.lower() for name, nickname in NICKNAMES.items()}
_CALLING_CODES = {"DE": "49", "AT": "43", "US": "1", "GB": "44", "JP": "81"}
_ROLES = ("info", "office")


def records(company: duckdb.DuckDBPyConnection, table: str, key: str, clock: datetime) -> Iterator[Row]:
    """The rows a vendor shows at `clock`: the newest version per key that is not gone."""
    found = company.execute(
        f"""select * from (select * from vendor.{table} where _visible_at <= $1
            qualify row_number() over (partition by {key} order by _visible_at desc) = 1) where not _is_gone""",
        [clock],
    )
    names = [column[0] for column in found.description]
    return (dict(zip(names, row, strict=True)) for row in found.fetchall())


@dataclass
class Linkage:
    """Union-find over record names, with the evidence gathered so far."""

    parents: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    mails: dict[str, list[tuple[str, str | None]]] = field(default_factory=lambda: defaultdict(list))

    def clusters(self) -> dict[str, str]:
        """Every record with the name of the group it belongs to."""
        self._join_ids()
        self._join_mails()
        return {record: self._root(record) for record in list(self.parents)}

    def add(
        self,
        record: str,
        *,
        ids: list[str | None],
        mail: str | None = None,
        name: str | None = None,
        phones: list[str | None] | None = None,
    ) -> None:
        """One record with what it says: ids it is or names, its mailbox, a full name, phones as digits."""
        self._root(record)
        for value in ids:
            if value:
                self.ids[value].append(record)
        words = name.lower().split() if name else []
        first = _FORMAL.get(words[0], words[0]) if len(words) > 1 else None
        for phone in phones or []:
            if phone and first:
                self.ids[f"phone {phone} {first} {words[-1]}"].append(record)
        mailbox = _mailbox(mail)
        if mailbox and mailbox.split("@")[0] not in _ROLES:
            self.mails[mailbox].append((record, first))

    def _join_ids(self) -> None:
        for found in self.ids.values():
            self._join(found)

    def _join_mails(self) -> None:
        """One mailbox is one person, unless several first names share it: then each name is one."""
        for users in self.mails.values():
            by_name: dict[str | None, list[str]] = defaultdict(list)
            names = {first for _, first in users if first}
            for record, first in users:
                by_name[first if len(names) > 1 else None].append(record)
            for first, found in by_name.items():
                if first or len(names) <= 1:
                    self._join(found)

    def _join(self, found: list[str]) -> None:
        for record in found[1:]:
            self.parents[self._root(record)] = self._root(found[0])

    def _root(self, record: str) -> str:
        self.parents.setdefault(record, record)
        while self.parents[record] != record:
            self.parents[record] = self.parents[self.parents[record]]
            record = self.parents[record]
        return record


def linked(company: duckdb.DuckDBPyConnection, clock: datetime) -> dict[str, str]:
    """Every person record visible at `clock` (`source/resource/key`) with its group."""
    linkage = Linkage()
    for read in (_contacts, _erp_customers, _payers, _requesters, _responses, _mentions):
        read(company, clock, linkage.add)
    return linkage.clusters()


def _contacts(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "hubspot__contacts", "id", clock):
        merged = [f"contact {loser}" for loser in (row["merged_contact_ids"] or "").split(";") if loser]
        handle = row["twitter_handle"] and f"handle {row['twitter_handle'].lstrip('@').lower()}"
        add(
            f"hubspot/contacts/{row['id']}", mail=row["email"],
            ids=[f"contact {row['id']}", *merged, row["erp_customer_number"] and f"erp {row['erp_customer_number']}", handle],
            name=f"{row['first_name']} {row['last_name']}" if row["first_name"] and row["last_name"] else None,
            phones=[_digits(row["phone"], row["country"]), _digits(row["mobile_phone"], row["country"])],
        )  # fmt: skip


def _erp_customers(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "business_central__customers", "id", clock):
        add(
            f"business_central/customers/{row['company_id']}/{row['id']}", ids=[f"erp {row['number']}"], mail=row["email"],
            name=row["display_name"] if row["type"] == "Person" else None, phones=[_digits(row["phone_number"], row["country"])],
        )  # fmt: skip


def _payers(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "stripe__customers", "id", clock):
        named = row["crm_contact_id"] and f"contact {row['crm_contact_id']}"
        add(
            f"stripe/customers/{row['id']}",
            ids=[named],
            mail=row["email"],
            name=row["name"],
            phones=[_digits(row["phone"], row["country"])],
        )


def _requesters(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "zendesk_support__users", "id", clock):
        if row["role"] == "end-user":
            named = row["external_id"] and f"erp {row['external_id']}"
            ids = [f"requester {row['id']}", named]
            add(
                f"zendesk_support/users/{row['id']}",
                ids=ids,
                mail=row["email"],
                name=row["name"],
                phones=[_digits(row["phone"], "")],
            )


def _responses(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    requesters = {str(row["id"]): row["requester_id"] for row in records(company, "zendesk_support__tickets", "id", clock)}
    for row in records(company, "surveymonkey__responses", "id", clock):
        asked = row["ticket_id"] and f"requester {requesters[row['ticket_id']]}"
        number = row["customer_number"] and f"erp {row['customer_number']}"
        add(f"surveymonkey/responses/{row['id']}", ids=[asked, number], mail=row["email"])


def _mentions(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "brandwatch__mentions", "resource_id, query_id", clock):
        add(
            f"brandwatch/mentions/{row['resource_id']}/{row['query_id']}",
            ids=[row["author"] and f"handle {row['author'].lower()}"],
        )


def _mailbox(mail: str | None) -> str | None:
    local, _, host = (mail or "").lower().partition("@")
    return f"{local.split('+')[0]}@{host}" if host else None


def _digits(phone: str | None, country: str) -> str | None:
    """The number with its country code; numbers dialled as at home need the country beside them."""
    digits = re.sub(r"\D", "", phone or "")
    if not digits or (phone or "").startswith("+"):
        return digits or None
    if digits.startswith("00"):
        return digits[2:]
    code = _CALLING_CODES[country]
    return code + (digits if code == "1" else digits.removeprefix("0"))
