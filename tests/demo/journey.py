"""The published journey, profiles, closed loop and segments held against the planted truth."""

from __future__ import annotations

from datetime import date, datetime

from ingest.sandbox.truth_journey import CAMPAIGN_MONTH, OUTAGE_WEEK, Journey, Spoken, journey_truth
from tests.demo.conftest import Demo


def hold_journey_against_the_truth(demo: Demo, clock: datetime) -> None:
    """Every figure of the planted stories that the published tables show."""
    truth = journey_truth(demo.paths.sandbox, clock)
    customer_of = _customers(demo)
    _answers_decide_the_profile(demo, truth, customer_of)
    _the_recovered_are_won_back(demo, truth, customer_of)
    _win_backs_are_counted(demo, truth)
    _the_outage_is_the_worst_week(demo, truth)
    _the_campaign_brings_its_people(demo, truth)
    _bad_ratings_are_complaints(demo, truth)
    _buyers_have_their_recency_and_frequency(demo, truth, customer_of)


def _customers(demo: Demo) -> dict[str, str]:
    """The customer that each planted person has become."""
    rows = demo.warehouse(f"""
        attach '{demo.paths.sandbox / "company.duckdb"}' as company (read_only);
        select distinct owner.person_id, xref.customer_id
        from company.truth.record_owner as owner
        join identity_state.customer_xref as xref
            on xref.node_id = concat_ws(':', owner.source, owner.resource, owner.record_key) and xref.valid_to is null
    """)
    return {str(person): str(customer) for person, customer in rows}


def _profile_at(demo: Demo, said: list[Spoken], customer_of: dict[str, str]) -> list[tuple[Spoken, object]]:
    """What the published history says at the instant of each answer."""
    history: dict[object, list[tuple[datetime, datetime | None, object]]] = {}
    for customer, since, until, profile in demo.published(
        "select customer_id, valid_from, valid_to, profile from profile_history order by customer_id, spell_no"
    ):
        history.setdefault(customer, []).append((since, until, profile))  # type: ignore[arg-type]
    return [
        (one, profile)
        for one in said
        for since, until, profile in history[customer_of[one.person_id]]
        if since <= one.at and (until is None or one.at < until)
    ]


def _answers_decide_the_profile(demo: Demo, truth: Journey, customer_of: dict[str, str]) -> None:
    found = _profile_at(demo, truth.spoken, customer_of)
    assert len(found) == len(truth.spoken) > 100, "an answer falls into no stretch, or into two"
    assert [(one, profile) for one, profile in found if profile != one.profile] == []


def _the_recovered_are_won_back(demo: Demo, truth: Journey, customer_of: dict[str, str]) -> None:
    """Each planted recovery is a stretch as negative that ends in a better one, no later than the answer that says so."""
    assert len(truth.recovered) >= 5
    spells = demo.published("""
        select customer_id, valid_from, valid_to, lead(profile) over (partition by customer_id order by spell_no)
        from profile_history where profile = 'negative' or previous_profile = 'negative'
    """)
    for no, yes in truth.recovered:
        mine = [row for row in spells if row[0] == customer_of[no.person_id] and row[1] <= no.at and row[2] is not None]  # type: ignore[operator]
        assert any(no.at < row[2] <= yes.at and row[3] in ("non_committal", "advocate", "unknown") for row in mine), (no, yes)  # type: ignore[operator]


def _win_backs_are_counted(demo: Demo, truth: Journey) -> None:
    published = {
        month: (lapsed, won_back)
        for month, lapsed, won_back in demo.published(
            "select month, lapsed_at_start, won_back from profile_months where is_complete"
        )
    }
    assert published == truth.lapsed_and_won_back
    assert sum(won_back for _, won_back in truth.lapsed_and_won_back.values()) > 0


def _the_outage_is_the_worst_week(demo: Demo, truth: Journey) -> None:
    """As many ask for help as are planted, in no week more than in the outage's, and in no week does it hurt more."""
    weeks = demo.published("""
        select week, sum(asked)::bigint from (
            select period_start as week, contacts as asked from pain_points where grain = 'week' and touchpoint = 'asked for help'
            union all
            -- chats that name nobody are cases and nobody's journey
            select date_trunc('week', timezone('Europe/Berlin', opened_at))::date, 1 from cases where customer_id is null and not is_deleted
        ) group by 1
    """)
    assert {week: asked for week, asked in weeks} == truth.cases_opened
    assert max(truth.cases_opened, key=lambda week: truth.cases_opened[week]) == OUTAGE_WEEK
    hurt = demo.published("""
        select period_start from pain_points where grain = 'week' and stage in ('support', 'onboarding')
        group by 1 order by sum(negative) desc limit 1
    """)
    assert hurt == [(OUTAGE_WEEK,)]
    turned = demo.published("select month from profile_months order by turned_negative + turned_negative_immature desc limit 1")
    assert turned == [(date(2026, 3, 1),)]


def _the_campaign_brings_its_people(demo: Demo, truth: Journey) -> None:
    """Its leads are those who first met us through what was paid for in its month, and more of them buy than of others."""
    paid = "('paid_social', 'advertising')"
    people = demo.published(f"""
        select sum(people)::bigint from first_touch_attribution where month = '{CAMPAIGN_MONTH}' and channel in {paid}
    """)
    assert people == [(truth.campaign.people,)]
    cohort = demo.published(f"""
        select sum(entered)::bigint, sum(reached)::bigint from journey_dropoff
        where month = '{CAMPAIGN_MONTH}' and to_step = 'bought' and window_days = 30 and segment in {paid}
    """)
    assert cohort == [(truth.campaign.watched, truth.campaign.bought_in_30_days)]
    others = demo.published(f"""
        select 100.0 * sum(reached) / sum(entered) from journey_dropoff
        where month < '{CAMPAIGN_MONTH}' and to_step = 'bought' and window_days = 30 and segment_type = 'all'
    """)
    assert 100 * truth.campaign.bought_in_30_days / truth.campaign.watched > others[0][0]  # type: ignore[operator]


def _bad_ratings_are_complaints(demo: Demo, truth: Journey) -> None:
    """Every bad rating of a case by somebody known is followed: to an answer, or told to be waiting or forgotten."""
    followed = demo.published("""
        select date_trunc('month', timezone('Europe/Berlin', bad_at))::date, count(*) from (
            select said_at as bad_at from closed_loop where kind = 'case_rating'
            union all
            select responded_at from feedback where kind = 'case_rating' and sentiment = 'negative' and customer_id is null
        ) group by 1
    """)
    assert {month: count for month, count in followed} == truth.bad_ratings


def _buyers_have_their_recency_and_frequency(demo: Demo, truth: Journey, customer_of: dict[str, str]) -> None:
    published = {
        customer: (recency, purchases)
        for customer, recency, purchases in demo.published(
            "select customer_id, recency_days, purchases_in_year from customer_segments where rfm_segment is not null"
        )
    }
    planted = {
        customer_of[person]: (buyer.recency_days, buyer.purchases_in_year)
        for person, buyer in truth.buyers.items()
        if person in customer_of
    }
    assert published == planted
