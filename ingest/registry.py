"""The only list of sources. A connector exists when its declaration stands here."""

from __future__ import annotations

from ingest.core.spec import Source
from ingest.sources.brandwatch import BRANDWATCH
from ingest.sources.business_central import BUSINESS_CENTRAL
from ingest.sources.hubspot import HUBSPOT
from ingest.sources.stripe import STRIPE
from ingest.sources.surveymonkey import SURVEYMONKEY
from ingest.sources.zendesk_support import ZENDESK_SUPPORT

SOURCES: dict[str, Source] = {
    source.name: source for source in (HUBSPOT, BUSINESS_CENTRAL, STRIPE, SURVEYMONKEY, ZENDESK_SUPPORT, BRANDWATCH)
}
