"""Salesforce: organisations and the people in them, leads, what sales does and wins, cases, campaigns.

Lands: accounts, contacts, leads, opportunities with roles and line items, cases, campaigns with members, tasks, users.
Cursor: `SystemModstamp`, compared inclusively; it moves with every change, system changes and deletions too (a formula's
value does not move it). The vendor's index lags, so ten minutes are read again.
Deletes: `queryAll` shows what lies in the recycle bin with `IsDeleted`; who lost a merge names the winner in `MasterRecordId`.
The bin is emptied after 15 days: what is deleted and purged between two runs is told nowhere.
Personal: names, e-mail, phone, address, subjects, descriptions, who supplied a web case.
Left out: history objects, feeds, e-mail bodies, products and price books (line items carry name and code), contracts.

Fields an org does not have, or hides from the user, land as null; its own (`...__c`) land in `_extra` unless declared here.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.core.readers.soql import Soql
from ingest.core.spec import (
    ClientCredentials,
    Column,
    Cursor,
    ErrorRule,
    Resource,
    Setting,
    Source,
    Verdict,
    day,
    decimal,
    flag,
    instant,
    integer,
    text,
)

_MERGEABLE = (text("master_record_id", "MasterRecordId"), flag("is_deleted", "IsDeleted"))
_DELETABLE = (flag("is_deleted", "IsDeleted"),)
_CURRENCY = text("currency_code", "CurrencyIsoCode")  # only orgs with several currencies have it
_OWNER = text("owner_id", "OwnerId")


def _object(name: str, sobject: str, columns: tuple[Column, ...]) -> Resource:
    """One object type; its full listing and its changes differ in the cursor alone."""
    return Resource(
        name=name,
        key=("id",),
        columns=(
            text("id", "Id"),
            *columns,
            instant("created_at", "CreatedDate"),
            instant("last_modified_at", "LastModifiedDate"),
            instant("system_modstamp", "SystemModstamp"),
        ),
        full=Soql(sobject),
        changes=Soql(sobject),
        cursor=Cursor("system_modstamp", lag=timedelta(minutes=10)),
        ignored=("attributes",),
    )


def _person(*, place: str) -> tuple[Column, ...]:
    """What contacts and leads have in common; `place` is the prefix of the address fields."""
    return (
        text("first_name", "FirstName", personal=True),
        text("last_name", "LastName", personal=True),
        text("title", "Title"),
        text("email", "Email", personal=True),
        text("phone", "Phone", personal=True),
        text("mobile_phone", "MobilePhone", personal=True),
        text("street", f"{place}Street", personal=True),
        text("city", f"{place}City", personal=True),
        text("postal_code", f"{place}PostalCode", personal=True),
        text("country", f"{place}Country"),
        text("lead_source", "LeadSource"),
        flag("is_opted_out", "HasOptedOutOfEmail"),
        _OWNER,
    )


SALESFORCE = Source(
    name="salesforce",
    title="Salesforce",
    base_url="{base_url}",
    auth=ClientCredentials(scope="api"),
    settings=(
        Setting("base_url", "https://<domain>.my.salesforce.com (Setup > My Domain)"),
        Setting("token_url", "https://<domain>.my.salesforce.com/services/oauth2/token"),
        Setting("client_id", "Setup > App Manager > an app with the client credentials flow > consumer key"),
        Setting("client_secret", "Setup > App Manager > the same app > consumer secret", secret=True),
        Setting("api_version", "version of the API", "62.0"),
        Setting("bulk_from", "rows from which a bulk job is used instead of REST pages", "20000"),
        Setting("api_share", "share of the org's daily calls that may be used, by all together, before this stops", "0.9"),
    ),
    errors=(
        ErrorRule(403, Verdict.RETRY, "ConcurrentRequests"),  # the same code as the daily limit, another meaning
        ErrorRule(403, Verdict.QUOTA, "REQUEST_LIMIT_EXCEEDED"),
        ErrorRule(400, Verdict.QUOTA, "LIMIT_EXCEEDED"),  # jobs or stored results of the day
        ErrorRule(406, Verdict.RETRY),
        ErrorRule(420, Verdict.RETRY),  # the edge is "setting things up", in HTML
    ),
    resources=(
        _object(
            "accounts",
            "Account",
            (
                text("name", "Name", personal=True),  # sole traders trade under their own name
                text("type", "Type"),
                text("industry", "Industry"),
                text("website", "Website"),
                text("phone", "Phone", personal=True),
                text("city", "BillingCity"),
                text("postal_code", "BillingPostalCode"),
                text("country", "BillingCountry"),
                text("account_number", "AccountNumber"),
                text("vat_number", "VAT_Number__c"),
                text("parent_id", "ParentId"),
                _OWNER,
                _CURRENCY,
                *_MERGEABLE,
            ),
        ),
        _object(
            "contacts",
            "Contact",
            (
                text("account_id", "AccountId"),
                *_person(place="Mailing"),
                text("erp_customer_number", "ERP_Customer_Number__c"),
                *_MERGEABLE,
            ),
        ),
        _object(
            "leads",
            "Lead",
            (
                *_person(place=""),
                text("company", "Company", personal=True),
                text("status", "Status"),
                flag("is_converted", "IsConverted"),
                day("converted_on", "ConvertedDate"),
                text("converted_account_id", "ConvertedAccountId"),
                text("converted_contact_id", "ConvertedContactId"),
                text("converted_opportunity_id", "ConvertedOpportunityId"),
                *_MERGEABLE,
            ),
        ),
        _object(
            "opportunities",
            "Opportunity",
            (
                text("name", "Name", personal=True),
                text("account_id", "AccountId"),
                text("campaign_id", "CampaignId"),
                text("stage", "StageName"),
                text("type", "Type"),
                text("lead_source", "LeadSource"),
                decimal("amount", "Amount"),
                _CURRENCY,
                day("close_on", "CloseDate"),
                flag("is_closed", "IsClosed"),
                flag("is_won", "IsWon"),
                instant("last_stage_change_at", "LastStageChangeDate"),
                _OWNER,
                *_DELETABLE,
            ),
        ),
        _object(
            "opportunity_contact_roles",
            "OpportunityContactRole",
            (
                text("opportunity_id", "OpportunityId"),
                text("contact_id", "ContactId"),
                text("role", "Role"),
                flag("is_primary", "IsPrimary"),
                *_DELETABLE,
            ),
        ),
        _object(
            "opportunity_line_items",
            "OpportunityLineItem",
            (
                text("opportunity_id", "OpportunityId"),
                text("product_id", "Product2Id"),
                text("product_code", "ProductCode"),
                text("name", "Name"),
                decimal("quantity", "Quantity"),
                decimal("unit_price", "UnitPrice"),
                decimal("total_price", "TotalPrice"),
                _CURRENCY,
                *_DELETABLE,
            ),
        ),
        _object(
            "cases",
            "Case",
            (
                text("case_number", "CaseNumber"),
                text("account_id", "AccountId"),
                text("contact_id", "ContactId"),
                text("supplied_name", "SuppliedName", personal=True),
                text("supplied_email", "SuppliedEmail", personal=True),
                text("origin", "Origin"),
                text("type", "Type"),
                text("reason", "Reason"),
                text("priority", "Priority"),
                text("status", "Status"),
                text("subject", "Subject", personal=True),
                text("description", "Description", personal=True),
                flag("is_closed", "IsClosed"),
                flag("is_escalated", "IsEscalated"),
                instant("closed_at", "ClosedDate"),
                _OWNER,
                *_MERGEABLE,
            ),
        ),
        _object(
            "campaigns",
            "Campaign",
            (
                text("name", "Name"),
                text("type", "Type"),
                text("status", "Status"),
                text("parent_id", "ParentId"),
                day("start_on", "StartDate"),
                day("end_on", "EndDate"),
                decimal("budgeted_cost", "BudgetedCost"),
                decimal("actual_cost", "ActualCost"),
                _CURRENCY,
                flag("is_active", "IsActive"),
                *_DELETABLE,
            ),
        ),
        _object(
            "campaign_members",
            "CampaignMember",
            (
                text("campaign_id", "CampaignId"),
                text("lead_id", "LeadId"),
                text("contact_id", "ContactId"),
                text("status", "Status"),
                flag("has_responded", "HasResponded"),
                day("first_responded_on", "FirstRespondedDate"),
                *_DELETABLE,
            ),
        ),
        _object(
            "tasks",
            "Task",
            (
                text("who_id", "WhoId"),
                text("what_id", "WhatId"),
                text("account_id", "AccountId"),
                text("subject", "Subject", personal=True),
                text("description", "Description", personal=True),
                text("subtype", "TaskSubtype"),
                text("call_type", "CallType"),
                integer("call_seconds", "CallDurationInSeconds"),
                text("call_outcome", "CallDisposition"),
                text("status", "Status"),
                day("due_on", "ActivityDate"),
                instant("completed_at", "CompletedDateTime"),
                flag("is_closed", "IsClosed"),
                flag("is_archived", "IsArchived"),
                _OWNER,
                *_DELETABLE,
            ),
        ),
        _object(
            "users",
            "User",
            (
                text("name", "Name", personal=True),
                text("email", "Email", personal=True),
                text("department", "Department"),
                text("user_type", "UserType"),
                flag("is_active", "IsActive"),
            ),
        ),
    ),
)
