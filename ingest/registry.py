"""The only list of sources. A connector exists when its declaration stands here."""

from __future__ import annotations

from ingest.core.declaration import sound
from ingest.core.spec import Source
from ingest.sources.brandwatch import BRANDWATCH
from ingest.sources.business_central import BUSINESS_CENTRAL
from ingest.sources.chargebee import CHARGEBEE
from ingest.sources.erp_postgres import ERP_POSTGRES
from ingest.sources.fhir import FHIR
from ingest.sources.file_drops import FILE_DROPS
from ingest.sources.hubspot import HUBSPOT
from ingest.sources.intercom import INTERCOM
from ingest.sources.letters import LETTERS
from ingest.sources.mailbox import MAILBOX
from ingest.sources.netsuite import NETSUITE
from ingest.sources.qualtrics import QUALTRICS
from ingest.sources.salesforce import SALESFORCE
from ingest.sources.sprout_social import SPROUT_SOCIAL
from ingest.sources.stripe import STRIPE
from ingest.sources.surveymonkey import SURVEYMONKEY
from ingest.sources.web_events import WEB_EVENTS
from ingest.sources.zendesk_chat import ZENDESK_CHAT
from ingest.sources.zendesk_support import ZENDESK_SUPPORT

SOURCES: dict[str, Source] = {
    source.name: sound(source)
    for source in (
        HUBSPOT,
        BUSINESS_CENTRAL,
        STRIPE,
        SURVEYMONKEY,
        ZENDESK_SUPPORT,
        BRANDWATCH,
        SALESFORCE,
        NETSUITE,
        ERP_POSTGRES,
        CHARGEBEE,
        QUALTRICS,
        ZENDESK_CHAT,
        INTERCOM,
        SPROUT_SOCIAL,
        MAILBOX,
        LETTERS,
        WEB_EVENTS,
        FILE_DROPS,
        FHIR,
    )
}
