"""HubSpot CRM v3: people, companies and deals, and which belong to which.

Lands: contacts, companies, deals; deal_contacts and contact_companies (v4 associations, one row per from-object).
Cursor: `lastmodifieddate` (contacts) or `hs_lastmodifieddate`, inclusive, through search; the index lags, so an hour is
read again. Search never returns associations: they are read for every record that changed.
Deletes: archived records have their own listing, read on each run; a privacy delete leaves no trace and
is found by the weekly listing of ids.
Personal: names, e-mail, phones, address, social handle.
Left out: tickets, engagements and marketing events (served by the support and survey tools); property history.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.core.pagers import capped_search, next_cursor
from ingest.core.spec import (
    BATCH,
    Bearer,
    Children,
    Column,
    Cursor,
    ErrorRule,
    Listing,
    Resource,
    Setting,
    Source,
    Verdict,
    decimal,
    flag,
    instant,
    nested,
    text,
)

_after = partial(next_cursor, "paging.next.after", "after")
_STAMPS = (
    instant("created_at", "createdAt"),
    instant("updated_at", "updatedAt"),
    flag("archived"),
    instant("archived_at", "archivedAt"),
)


def _crm_object(name: str, modified: str, columns: tuple[Column, ...]) -> Resource:
    """A CRM v3 object type: full list, search for changes, archived listing."""
    properties = sorted({c.path.removeprefix("properties.") for c in columns} | {"hs_object_id", modified, "createdate"})
    path = f"/crm/v3/objects/{name}"
    listed = {"limit": "100", "properties": ",".join(properties)}
    return Resource(
        name=name,
        key=("id",),
        columns=(text("id"), *columns, *_STAMPS),
        full=Listing(path, "results", _after, params=listed),
        changes=Listing(
            f"{path}/search",
            "results",
            partial(capped_search, modified),
            method="POST",
            json={
                "filterGroups": [{"filters": [{"propertyName": modified, "operator": "GTE", "value": "{since_ms}"}]}],
                "sorts": [{"propertyName": modified, "direction": "ASCENDING"}],
                "properties": properties,
                "limit": 200,
            },
            in_order=True,
        ),
        also=(Listing(path, "results", _after, params={**listed, "archived": "true"}),),
        keys=Listing(path, "results", _after, params={"limit": "100", "properties": "hs_object_id"}),
        keys_every=timedelta(days=7),
        cursor=Cursor("updated_at", lag=timedelta(hours=1)),
        ignored=("associations", "properties.hs_object_id", f"properties.{modified}", "properties.createdate", "url"),
    )


def _associations(name: str, of: str, to: str) -> Resource:
    return Resource(
        name=name,
        key=("from_id",),
        columns=(text("from_id", "from.id"), nested("to_ids", "to")),
        full=Listing(f"/crm/v4/associations/{of}/{to}/batch/read", "results", method="POST", json={"inputs": BATCH}),
        parent=Children(of, changed_only=True, batch=1000),
    )


HUBSPOT = Source(
    name="hubspot",
    title="HubSpot",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(
        Setting("base_url", "address of the API", "https://api.hubapi.com"),
        Setting("token", "HubSpot: Settings > Integrations > Private apps > access token", secret=True),
    ),
    errors=(ErrorRule(429, Verdict.QUOTA, '"DAILY"'), ErrorRule(423, Verdict.RETRY), ErrorRule(530, Verdict.DENIED)),
    resources=(
        _crm_object(
            "contacts",
            "lastmodifieddate",
            (
                text("email", "properties.email", personal=True),
                text("first_name", "properties.firstname", personal=True),
                text("last_name", "properties.lastname", personal=True),
                text("phone", "properties.phone", personal=True),
                text("mobile_phone", "properties.mobilephone", personal=True),
                text("address", "properties.address", personal=True),
                text("city", "properties.city", personal=True),
                text("postal_code", "properties.zip", personal=True),
                text("country", "properties.country"),
                text("company", "properties.company"),
                text("lifecycle_stage", "properties.lifecyclestage"),
                text("original_source", "properties.hs_analytics_source"),
                text("twitter_handle", "properties.twitterhandle", personal=True),
                text("erp_customer_number", "properties.erp_customer_number"),
                text("merged_contact_ids", "properties.hs_merged_object_ids"),
                flag("is_opted_out", "properties.hs_email_optout"),
            ),
        ),
        _crm_object(
            "companies",
            "hs_lastmodifieddate",
            (
                text("name", "properties.name"),
                text("domain", "properties.domain"),
                text("phone", "properties.phone"),
                text("industry", "properties.industry"),
                text("city", "properties.city"),
                text("country", "properties.country"),
            ),
        ),
        _crm_object(
            "deals",
            "hs_lastmodifieddate",
            (
                text("deal_name", "properties.dealname", personal=True),
                decimal("amount", "properties.amount"),
                text("currency_code", "properties.deal_currency_code"),
                text("pipeline", "properties.pipeline"),
                text("deal_stage", "properties.dealstage"),
                instant("closed_at", "properties.closedate"),
                flag("is_closed_won", "properties.hs_is_closed_won"),
            ),
        ),
        _associations("deal_contacts", "deals", "contacts"),
        _associations("contact_companies", "contacts", "companies"),
    ),
)
