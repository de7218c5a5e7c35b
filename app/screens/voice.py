"""Voice: what customers said, how it was meant, and how loud we are beside our rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cells, charts, words
from app.data import Basis, ask, look_up
from app.shell import show
from app.tables import table

if TYPE_CHECKING:
    import pandas as pd

_SOCIAL = """
select p.*, c.name, c.formula from kpi_period as p join kpi_catalog as c using (kpi_id, variant)
where p.segment_type = 'all' and p.variant = 'standard'
    and p.kpi_id in ('share_of_voice', 'net_sentiment', 'mention_volume', 'engagement_rate', 'sentiment_coverage', 'reach')
    and p.value is not null and p.is_complete
order by p.period_start
"""
_MOOD_MONTHS = "select distinct month from channel_consistency where judged > 0 order by 1 desc"
_MOOD = """
select channel, contacts, judged, positive, judged - positive - negative as neutral, negative, net_sentiment, net_sentiment_low,
    net_sentiment_high, gap, is_inconsistent, mean_effort
from channel_consistency where month = ? and judged > 0 order by judged desc
"""
_CHOICES = "select distinct kind, channel, source, metric from feedback"
_SHOWN = 200
# what a filter asks of a row; only those that are set are asked
_ASKED = {
    "sentiment": "sentiment = ?",
    "kind": "kind = ?",
    "channel": "channel = ?",
    "source": "source = ?",
    "words": "contains(lower(comment), lower(?))",
    "reference": "? in (feedback_id, case_id)",
}
_COUNT = "select count(*) as n from feedback where {matches}"
# the newest are found by their time alone; everything else is read of them only
_LIST = f"""
select responded_at, sentiment, comment, score, metric, kind, channel, source, customer_id, case_id, feedback_id, scale_min, scale_max
from feedback
where rowid in (select rowid from feedback where {{matches}} order by responded_at desc nulls last limit {_SHOWN})
order by responded_at desc nulls last
"""
_ANY = "any"
_ORDER = ("share_of_voice", "net_sentiment", "mention_volume", "engagement_rate")


def _page(basis: Basis) -> None:
    _social(basis)
    _mood()
    st.subheader("What they said", anchor=False)
    _said(basis)


def _social(basis: Basis) -> None:
    st.subheader("What is posted in public", anchor=False)
    told = ask(_SOCIAL)
    if told.empty:
        st.info("No month of posts is over yet.")
        return
    newest = told.drop_duplicates("kpi_id", keep="last").set_index("kpi_id")
    with st.container(horizontal=True, gap="small"):
        for kpi in [kpi for kpi in _ORDER if kpi in newest.index]:
            row = newest.loc[kpi]
            moved = words.difference(row["change"], str(row["unit"]), basis)
            st.metric(
                f"{row['name']}, {row['period_start']:%b %Y}",
                words.figure(row["value"], str(row["unit"]), basis),
                moved and f"{moved}{', beyond chance' if row['is_significant_change'] is True else ''}",
                delta_color="off",
                help=words.plain(row["formula"]),
                border=True,
            )
    left, right = st.columns(2)
    for place, kpi in ((left, "share_of_voice"), (right, "net_sentiment")):
        series = told[told["kpi_id"] == kpi]
        if len(series):
            with place:
                st.markdown(f"**{series['name'].iloc[0]}**")
                figure = charts.trend(series, unit=str(series["unit"].iloc[0]), name=str(series["name"].iloc[0]), height=260)
                charts.draw(figure, key=kpi, alt=f"{series['name'].iloc[0]} month by month with its 95 % interval")


def _mood() -> None:
    st.subheader("How contacts felt, by channel", anchor=False)
    months = list(ask(_MOOD_MONTHS)["month"])
    if not months:
        st.caption("Nothing that was said has been judged yet.")
        return
    month = st.selectbox("Month", months, index=min(1, len(months) - 1), format_func=words.month, key="mood_month")
    found = ask(_MOOD, month)
    found = found.assign(channel=found["channel"].map(words.label))
    series = {"positive": ("positive", charts.GOOD), "neutral": ("neutral", charts.NEUTRAL), "negative": ("negative", charts.BAD)}
    figure = charts.stacked(
        found.iloc[::-1], "channel", series, unit="judged contacts", height=120 + 30 * len(found), sideways=True
    )
    charts.draw(figure, key="mood", alt=f"Judged contacts by channel in {words.month(month)}: positive, neutral, negative")
    columns: dict[str, Any] = {
        "channel": cells.code("Channel"),
        "contacts": cells.count("Contacts"),
        "judged": cells.count("Judged"),
        "net_sentiment": cells.number("Net sentiment, points"),
        "net_sentiment_low": cells.number("from"),
        "net_sentiment_high": cells.number("to"),
        "gap": cells.number("Beside other channels, points", signed=True),
        "is_inconsistent": cells.flag("Beyond chance"),
        "mean_effort": cells.count("Mean effort"),
    }
    table(found, "channel_consistency", columns, alt="Sentiment by channel, with its interval")


def _said(basis: Basis) -> None:
    filters, with_words = _filters(ask(_CHOICES))
    matches = " and ".join([*(_ASKED[name] for name in filters), "comment is not null" if with_words else "true"])
    found = look_up(_LIST.format(matches=matches), *filters.values())
    if len(found) == _SHOWN:
        matching = int(look_up(_COUNT.format(matches=matches), *filters.values())["n"].iloc[0])
        st.caption(f"The newest {_SHOWN} of {matching:,} that match; narrow them with the filters.")
    else:
        st.caption(f"{len(found):,} match.")
    columns: dict[str, Any] = {
        "responded_at": cells.instant("Said"),
        "sentiment": "Sentiment",
        "comment": cells.text("In their words"),
        "score": cells.count("Score"),
        "metric": "Asked for",
        "channel": "Channel",
        "source": "Source",
        "customer_id": "Customer",
        "feedback_id": "Reference",
    }
    table(
        found,
        "feedback",
        columns,
        alt="What customers said, the newest first",
        zone=basis.time_zone,
        empty="Nothing matches.",
        height=460,
    )


def _filters(choices: pd.DataFrame) -> tuple[dict[str, str], bool]:
    """What is asked for, by filter, and whether only what has words is wanted."""

    def one(column: str, label: str, place: Any) -> str | None:
        known = sorted(choices[column].dropna().unique())
        chosen = place.selectbox(label, [_ANY, *known], format_func=words.label, key=f"feedback_{column}")
        return None if chosen == _ANY else str(chosen)

    first, second, third, fourth = st.columns(4)
    mood = first.selectbox("Sentiment", [_ANY, "negative", "neutral", "positive"], key="feedback_sentiment")
    told = {
        "sentiment": None if mood == _ANY else mood,
        "kind": one("kind", "Kind", second),
        "channel": one("channel", "Channel", third),
        "source": one("source", "Source", fourth),
    }
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    told["words"] = left.text_input("Words in it", key="feedback_words").strip()
    told["reference"] = middle.text_input(
        "Reference", key="feedback_reference", placeholder="an id of an answer, a post or a case"
    ).strip()
    with_words = right.checkbox("Only with words", value=True, key="feedback_with_words")
    return {name: value for name, value in told.items() if value}, with_words and not told["reference"]


if __name__ == "__main__":
    show("Voice", "What customers said, and how it was meant.", _page)
