"""The objects of the sandbox's Salesforce org: each field with its type and the SQL of its value over the planted columns.

Besides what a connector may want, objects have what trips it: compound fields, formulas, fields of the org's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.sandbox.servers.world import Table, struct

COMPOUND = "address"
FORMULA = "formula"
_JSON_VALUES = {
    "datetime": "strftime(utc({0}), '%Y-%m-%dT%H:%M:%S.%g+0000')",
    "date": "({0})::VARCHAR",
    "currency": "({0})::DOUBLE",
    "boolean": "coalesce({0}, false)",
}
_CSV_VALUES = {**_JSON_VALUES, "datetime": "iso_ms({0})"}


@dataclass(frozen=True, slots=True)
class SObject:
    """One object type: its versions, its plural label, and its fields as (type, SQL) by API name."""

    name: str
    table: Table
    fields: Mapping[str, tuple[str, str]]

    @property
    def is_deletable(self) -> bool:
        return "IsDeleted" in self.fields

    def describe(self, hidden: set[str]) -> dict[str, Any]:
        """What the user may see of it, fields named in `hidden` (Object.Field) left out."""
        shown = {name: told for name, told in self.fields.items() if f"{self.name}.{name}" not in hidden}
        return {"name": self.name, "queryable": True, "fields": [_told(name, told[0]) for name, told in shown.items()]}

    def json(self, names: list[str], version: str) -> str:
        """SQL for one record as REST shows it."""
        url = f"'/services/data/{version}/sobjects/{self.name}/' || id"
        return struct(
            {"attributes": f"{{'type': '{self.name}', 'url': {url}}}", **{n: self._sql(n, _JSON_VALUES) for n in names}}
        )

    def csv(self, names: list[str]) -> str:
        """SQL for one record as a line of a bulk job's answer: every cell quoted, nothing for null."""
        cells = (f"""replace(coalesce(({self._sql(n, _CSV_VALUES)})::VARCHAR, ''), '"', '""')""" for n in names)
        return " || ',' || ".join(f"""'"' || {cell} || '"'""" for cell in cells)

    def _sql(self, name: str, values: Mapping[str, str]) -> str:
        kind, sql = self.fields[name]
        return values.get(kind, "{0}").format(sql)


def _told(name: str, kind: str) -> dict[str, Any]:
    shown = "string" if kind == FORMULA else kind
    return {"name": name, "type": shown, "custom": name.endswith("__c"), "calculated": kind == FORMULA, "nillable": name != "Id"}


def _object(name: str, resource: str, fields: str) -> SObject:
    """From lines of `<API name> <type> <SQL>`."""
    rows = [line.split(maxsplit=2) for line in fields.strip().splitlines()]
    told = {field: (kind, sql) for field, kind, sql in rows}
    return SObject(name, Table(f"salesforce__{resource}"), {"Id": ("id", "id"), **told, **_STAMPS})


_STAMPS = {
    "CreatedDate": ("datetime", "created_at"),
    "LastModifiedDate": ("datetime", "last_modified_at"),
    "SystemModstamp": ("datetime", "system_modstamp"),
}
_PERSON = """
FirstName string first_name
LastName string last_name
Name string concat_ws(' ', first_name, last_name)
Title string title
Email email email
Phone phone phone
MobilePhone phone mobile_phone
LeadSource picklist lead_source
HasOptedOutOfEmail boolean is_opted_out
OwnerId reference owner_id
MasterRecordId reference master_record_id
IsDeleted boolean is_deleted
"""


def _address(prefix: str) -> str:
    return f"""
{prefix}Street textarea street
{prefix}City string city
{prefix}PostalCode string postal_code
{prefix}Country string country
{prefix}Address address {{'street': street, 'city': city, 'postalCode': postal_code, 'country': country}}
"""


_ACCOUNT = """
Name string name
Type picklist type
Industry picklist industry
Website url website
Phone phone phone
BillingCity string city
BillingPostalCode string postal_code
BillingCountry string country
BillingAddress address {'city': city, 'postalCode': postal_code, 'country': country}
AccountNumber string account_number
VAT_Number__c string vat_number
ParentId reference parent_id
OwnerId reference owner_id
CurrencyIsoCode picklist currency_code
MasterRecordId reference master_record_id
IsDeleted boolean is_deleted
Segment__c picklist if(industry = 'Hospitality', 'A', 'B')
Days_As_Customer__c formula date_diff('day', created_at, system_modstamp)
"""
_CONTACT = f"""
AccountId reference account_id
{_PERSON.strip()}
{_address("Mailing").strip()}
ERP_Customer_Number__c string erp_customer_number
Greeting__c formula 'Guten Tag ' || last_name
"""
_LEAD = f"""
{_PERSON.strip()}
{_address("").strip()}
Company string company
Status picklist status
IsConverted boolean is_converted
ConvertedDate date converted_on
ConvertedAccountId reference converted_account_id
ConvertedContactId reference converted_contact_id
ConvertedOpportunityId reference converted_opportunity_id
"""
_OPPORTUNITY = """
Name string name
AccountId reference account_id
CampaignId reference campaign_id
StageName picklist stage
Type picklist type
LeadSource picklist lead_source
Amount currency amount
CurrencyIsoCode picklist currency_code
CloseDate date close_on
IsClosed boolean is_closed
IsWon boolean is_won
LastStageChangeDate datetime last_stage_change_at
OwnerId reference owner_id
IsDeleted boolean is_deleted
"""
_ROLE = """
OpportunityId reference opportunity_id
ContactId reference contact_id
Role picklist role
IsPrimary boolean is_primary
IsDeleted boolean is_deleted
"""
_LINE = """
OpportunityId reference opportunity_id
Product2Id reference product_id
ProductCode string product_code
Name string name
Quantity currency quantity
UnitPrice currency unit_price
TotalPrice currency total_price
CurrencyIsoCode picklist currency_code
IsDeleted boolean is_deleted
"""
_CASE = """
CaseNumber string case_number
AccountId reference account_id
ContactId reference contact_id
SuppliedName string supplied_name
SuppliedEmail email supplied_email
Origin picklist origin
Type picklist type
Reason picklist reason
Priority picklist priority
Status picklist status
Subject string subject
Description textarea description
IsClosed boolean is_closed
IsEscalated boolean is_escalated
ClosedDate datetime closed_at
OwnerId reference owner_id
MasterRecordId reference master_record_id
IsDeleted boolean is_deleted
"""
_CAMPAIGN = """
Name string name
Type picklist type
Status picklist status
ParentId reference parent_id
StartDate date start_on
EndDate date end_on
BudgetedCost currency budgeted_cost
ActualCost currency actual_cost
CurrencyIsoCode picklist currency_code
IsActive boolean is_active
IsDeleted boolean is_deleted
"""
_MEMBER = """
CampaignId reference campaign_id
LeadId reference lead_id
ContactId reference contact_id
Status picklist status
HasResponded boolean has_responded
FirstRespondedDate date first_responded_on
IsDeleted boolean is_deleted
"""
_TASK = """
WhoId reference who_id
WhatId reference what_id
AccountId reference account_id
Subject combobox subject
Description textarea description
TaskSubtype picklist subtype
CallType picklist call_type
CallDurationInSeconds int call_seconds
CallDisposition string call_outcome
Status picklist status
ActivityDate date due_on
CompletedDateTime datetime completed_at
IsClosed boolean is_closed
IsArchived boolean is_archived
OwnerId reference owner_id
IsDeleted boolean is_deleted
"""
_USER = """
Name string name
Email email email
Department string department
UserType picklist user_type
IsActive boolean is_active
"""
OBJECTS = {
    made.name: made
    for made in (
        _object("Account", "accounts", _ACCOUNT),
        _object("Contact", "contacts", _CONTACT),
        _object("Lead", "leads", _LEAD),
        _object("Opportunity", "opportunities", _OPPORTUNITY),
        _object("OpportunityContactRole", "opportunity_contact_roles", _ROLE),
        _object("OpportunityLineItem", "opportunity_line_items", _LINE),
        _object("Case", "cases", _CASE),
        _object("Campaign", "campaigns", _CAMPAIGN),
        _object("CampaignMember", "campaign_members", _MEMBER),
        _object("Task", "tasks", _TASK),
        _object("User", "users", _USER),
    )
}
