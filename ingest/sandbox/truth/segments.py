"""The same truth cut by what people, surveys, orders, leads, posts, cases, visits and spend are: the facts of each segment counted
as if it were all.

A segment without anything to count in a month has no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from ingest.sandbox.telling import told_by
from ingest.sandbox.told import Told
from ingest.sandbox.truth.acquisition import conversions, media_spend, referrals
from ingest.sandbox.truth.care import care
from ingest.sandbox.truth.consent import consent
from ingest.sandbox.truth.customers import customers
from ingest.sandbox.truth.orders import orders
from ingest.sandbox.truth.shape import Fact, Window, microseconds, months
from ingest.sandbox.truth.social import social
from ingest.sandbox.truth.support import support
from ingest.sandbox.truth.surveys import surveys

_ANSWERED = frozenset({"nps", "csat", "csat_mean", "ces_ease", "ces_effort", "ces_pct_easy"})
_BY_COUNTRY = _ANSWERED | {
    "aov", "repeat_purchase_rate", "acquisition_rate", "conversion_rate", "referral_rate",
    "resolution_time", "first_resolution_time", "first_response_time", "reopen_rate", "unreplied_rate", "first_contact_resolution",
    "logo_churn_rate", "retention_rate", "mrr_churn_rate", "revenue_retention", "mrr", "arpa", "readmission_rate", "consent_coverage",
}  # fmt: skip
_BY_CHANNEL = frozenset({
    "resolution_time", "first_resolution_time", "first_response_time", "reopen_rate", "unreplied_rate", "first_contact_resolution",
    "session_conversion_rate", "cart_abandonment_rate",
})  # fmt: skip
_BY_SOURCE = frozenset({"aov", "completion_rate", "response_rate"})
_SOCIAL = frozenset({
    "mention_volume", "reach", "engagement_rate", "net_sentiment", "sentiment_coverage", "share_of_voice",
})  # fmt: skip
_UNCUT_VARIANTS = {"sum_of_daily_rates", "median_minutes", "p90_minutes", "business_median_minutes"}


@dataclass(frozen=True, slots=True)
class SegmentFact:
    """One KPI of one segment in one month."""

    segment_type: str
    segment: str
    fact: Fact


def segment_truth(directory: Path, clock: datetime) -> pa.Table:
    """Every KPI that is cut, per segment and month with something to count, as the vendors would have told it by `clock`."""
    found = segment_facts(told_by(directory, clock), clock)
    return pa.Table.from_pylist([
        {"segment_type": cut.segment_type, "segment": cut.segment, **asdict(cut.fact)} for cut in found
    ])  # fmt: skip


def segment_facts(told: Told, clock: datetime) -> list[SegmentFact]:
    """The same from what was told by `clock`, wherever that comes from."""
    return [
        SegmentFact(segment_type, segment, fact)
        for segment_type, segment, part in _cuts(told)
        for fact in _facts(segment_type, segment, part, clock)
        if (fact.n or fact.numerator) and fact.variant not in _UNCUT_VARIANTS
    ]


def _cuts(told: Told) -> Iterator[tuple[str, str, Told]]:
    for country in sorted(set(told.countries.values())):
        yield "country_code", country, _of_country(told, country)
    for survey in sorted({answer.survey_id for answer in told.answers}):
        yield "survey_id", survey, replace(told, answers=[answer for answer in told.answers if answer.survey_id == survey])
    for source in sorted({order.source for order in told.orders} | {request.source for request in told.requests}):
        yield "source", source, replace(
            told, orders=[order for order in told.orders if order.source == source],
            requests=[request for request in told.requests if request.source == source],
        )  # fmt: skip
    channels = [
        {case.channel for case in told.cases},
        {visit.channel for visit in told.visits},
        {day.channel for day in told.spend},
    ]
    for channel in sorted(set().union(*channels)):
        # all cases stay: whoever comes back by another channel comes back
        yield "channel", channel, replace(
            told, visits=[visit for visit in told.visits if visit.channel == channel],
            spend=[day for day in told.spend if day.channel == channel],
        )  # fmt: skip
    for origin in sorted({lead.source for lead in told.leads if lead.source}):
        yield "acquisition_source", origin, replace(told, leads=[lead for lead in told.leads if lead.source == origin])
    for network in sorted({post.network for post in told.posts}):
        yield "network", network, replace(told, posts=[post for post in told.posts if post.network == network])


def _of_country(told: Told, country: str) -> Told:
    """What the people of one country did; whoever answered without a name is of none."""
    here = {person for person, of in told.countries.items() if of == country}
    cases = [case for case in told.cases if case.person_id in here]
    rated = {case.case_id for case in cases}
    return replace(
        told,
        answers=[answer for answer in told.answers if answer.respondent in here],
        ratings=[rating for rating in told.ratings if rating.ticket_id in rated],
        cases=cases,
        orders=[order for order in told.orders if order.person_id in here],
        periods=[period for period in told.periods if period.person_id in here],
        uncollectible=[period for period in told.uncollectible if period.person_id in here],
        leads=[lead for lead in told.leads if lead.person_id in here],
        stays=[stay for stay in told.stays if stay.person_id in here],
    )


def _facts(segment_type: str, segment: str, told: Told, clock: datetime) -> Iterable[Fact]:
    """The families that are cut by `segment_type`."""
    now, spans = microseconds(clock), months(clock)
    complete = [month for month in spans if month.end <= now]
    if segment_type == "country_code":
        families = [
            *(fact for month in complete for fact in (*surveys(told, month, now), *support(told, month, now), *orders(told, month))),
            *customers(told, complete, clock), *conversions(told, complete, now), *(referrals(told, month) for month in complete),
            *care(told, complete, now), *consent(told, complete),
        ]  # fmt: skip
        return [fact for fact in families if fact.kpi_id in _BY_COUNTRY]
    if segment_type == "survey_id":
        answered = [fact for month in complete for fact in surveys(told, month, now)]
        return [fact for fact in answered if fact.kpi_id in _ANSWERED and fact.variant != "good_bad"]
    if segment_type == "source":
        told_by_source = [fact for month in complete for fact in (*orders(told, month), *surveys(told, month, now))]
        return [fact for fact in told_by_source if fact.kpi_id in _BY_SOURCE]
    if segment_type == "channel":
        return [*_handled(segment, told, complete, now), *_spent(told, complete)]
    if segment_type == "acquisition_source":
        return [fact for fact in conversions(told, complete, now) if fact.kpi_id == "conversion_rate"]
    return _spoken(told, complete)


def _handled(channel: str, told: Told, complete: list[Window], now: int) -> Iterator[Fact]:
    """Cases that came by the channel and visits that it brought."""
    for month in complete:
        for fact in (*support(told, month, now, channel), *orders(told, month)):
            if fact.kpi_id in _BY_CHANNEL:
                yield fact


def _spent(told: Told, complete: list[Window]) -> Iterator[Fact]:
    """A channel's spend. People and tools belong to no channel, and nobody is won by one alone: n is 0."""
    for month in complete:
        for variant in ("media", "loaded"):
            amount = media_spend(told, month)
            yield Fact("acquisition_spend", variant, month.day, amount, None, amount, 0)


def _spoken(told: Told, complete: list[Window]) -> list[Fact]:
    spoken = (social(month, [post for post in told.posts if month.holds(post.posted_at)]) for month in complete)
    return [fact for facts in spoken for fact in facts if fact.kpi_id in _SOCIAL]
