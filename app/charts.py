"""Figures: one function per kind of chart, from a frame to a Plotly figure. Colours are told apart by everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from app import words

if TYPE_CHECKING:
    import pandas as pd

_BLUE, _ORANGE, _GREEN, _RED, _SKY, _PURPLE, _GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#8A93A0"
_ON_DARK = {_BLUE: "#6CB8EC", _RED: "#FF9A4D", _GREEN: "#3CC9A3", _SKY: "#A6D8F5", _ORANGE: "#F5C04A", _PURPLE: "#E6A5C9"}
SERIES = (_BLUE, _ORANGE, _GREEN, _PURPLE, _SKY, _RED, _GREY)
GOOD, BAD, NEUTRAL = _BLUE, _RED, _GREY

STAGES = {
    "awareness": _SKY,
    "consideration": _BLUE,
    "purchase": _GREEN,
    "onboarding": "#7A8F2B",
    "support": _ORANGE,
    "engagement": _PURPLE,
    "renewal": "#8C6BB1",
    "advocacy": _RED,
    "no further contact": _GREY,
}
_SHORT = {"no further contact": "no more"}  # flows are narrow on a phone
PROFILES = {"advocate": _BLUE, "non_committal": _SKY, "unknown": _GREY, "negative": _RED, "not_yet_known": "#B9C0CA"}


def draw(figure: go.Figure, *, key: str, alt: str) -> None:
    """Puts a figure on the page. alt: what it shows, for those who do not see it."""
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False, "responsive": True})


def is_dark() -> bool:
    return bool(st.context.theme.type == "dark")


def shade(colour: str) -> str:
    """The colour as it is legible on the theme in use."""
    return _ON_DARK.get(colour, colour) if is_dark() else colour


def _ink() -> str:
    """The colour of text on the theme in use."""
    return "#E6EAF0" if is_dark() else "#0B1118"


def _pale() -> str:
    """The colour of axes and their labels: as legible as captions are."""
    return "#B9C2CE" if is_dark() else "#4A5563"


def _faint(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def _figure(height: int = 320, **layout: Any) -> go.Figure:
    """An empty figure: legend above, no fixed width, nothing to drag by accident."""
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0, "title": None}
    margin = {"l": 8, "r": 8, "t": 24, "b": 8}
    figure = go.Figure(layout={"height": height, "margin": margin, "legend": legend, "hovermode": "closest", **layout})
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(automargin=True, fixedrange=True, tickfont_color=_pale(), title_font_color=_pale())
    return figure


def trend(
    frame: pd.DataFrame,
    *,
    unit: str,
    at: str = "period_start",
    value: str = "value",
    low: str = "interval_low",
    high: str = "interval_high",
    target: float | None = None,
    name: str = "value",
    height: int = 320,
) -> go.Figure:
    """A line over time with its interval, its target, changes beyond chance, and hollow points where a period is not over."""
    figure, blue = _figure(height, yaxis_title=unit), shade(_BLUE)
    band = frame[frame[low].notna() & frame[high].notna()] if low in frame else frame[:0]
    if len(band) > 1:
        figure.add_scatter(x=band[at], y=band[high], mode="lines", line_width=0, showlegend=False, hoverinfo="skip")
        figure.add_scatter(
            x=band[at], y=band[low], mode="lines", line_width=0, fill="tonexty", fillcolor=_faint(blue, 0.18), name="95 % interval",
            hoverinfo="skip",
        )  # fmt: skip
    whole = frame["is_complete"].astype(bool) if "is_complete" in frame else frame[value].notna()
    symbols = ["circle" if is_whole else "circle-open" for is_whole in whole]
    figure.add_scatter(
        x=frame[at], y=frame[value], mode="lines+markers", name=name, line={"color": blue, "width": 2},
        marker={"symbol": symbols, "size": 7}, hovertemplate="%{x|%b %Y}: %{y:,.2f}<extra></extra>",
    )  # fmt: skip
    if "is_significant_change" in frame:
        beyond = frame[frame["is_significant_change"].fillna(False).astype(bool)]
        figure.add_scatter(
            x=beyond[at], y=beyond[value], mode="markers", name="change beyond chance", hoverinfo="skip",
            marker={"symbol": "diamond-open", "size": 14, "color": shade(_ORANGE), "line_width": 2},
        )  # fmt: skip
    if target is not None:
        figure.add_hline(y=target, line={"dash": "dash", "color": shade(_RED), "width": 1.5})
        figure.add_scatter(
            x=[None], y=[None], mode="lines", name=f"target {target:,.1f}", line={"dash": "dash", "color": shade(_RED)}
        )
    return figure


def lines(frame: pd.DataFrame, at: str, series: Mapping[str, str], *, unit: str, height: int = 320) -> go.Figure:
    """Columns of a frame as lines (column: name)."""
    figure = _figure(height, yaxis_title=unit)
    for (column, name), colour in zip(series.items(), SERIES, strict=False):
        figure.add_scatter(
            x=frame[at], y=frame[column], mode="lines+markers", name=name, line={"color": shade(colour), "width": 2},
            hovertemplate="%{x|%b %Y}: %{y:,.1f}<extra>" + name + "</extra>",
        )  # fmt: skip
    return figure


def groups(frame: pd.DataFrame, at: str, group: str, value: str, *, unit: str, height: int = 320) -> go.Figure:
    """One line per value of a column, the first seven of them."""
    figure = _figure(height, yaxis_title=unit)
    for (name, part), colour in zip(frame.groupby(group, sort=False), SERIES, strict=False):
        figure.add_scatter(
            x=part[at], y=part[value], mode="lines+markers", name=words.label(name),
            line={"color": shade(colour), "width": 2}, hovertemplate="%{x|%b %Y}: %{y:,.1f}<extra>" + words.label(name) + "</extra>",
        )  # fmt: skip
    return figure


def stacked(
    frame: pd.DataFrame, at: str, series: Mapping[str, tuple[str, str]], *, unit: str, height: int = 320, sideways: bool = False
) -> go.Figure:
    """Columns of a frame on top of each other (column: name, colour), or beside each other in rows."""
    figure = _figure(height, barmode="stack", legend_traceorder="normal")
    for column, (name, colour) in series.items():
        x, y = (frame[column], frame[at]) if sideways else (frame[at], frame[column])
        figure.add_bar(x=x, y=y, name=name, marker_color=shade(colour), orientation="h" if sideways else "v")
    figure.update_xaxes(title=unit if sideways else None)
    figure.update_yaxes(title=None if sideways else unit)
    return figure


def bars(
    frame: pd.DataFrame, label: str, value: str, *, unit: str, low: str | None = None, high: str | None = None, colour: str = GOOD
) -> go.Figure:
    """Rows as bars from the top down, with an interval where there is one. Labels stand above their bars: they fit any width."""
    figure = _figure(60 + 46 * len(frame), bargap=0.62, xaxis_title=unit, showlegend=False)
    error = None
    if low and high:
        error = {
            "type": "data", "symmetric": False, "array": frame[high] - frame[value], "arrayminus": frame[value] - frame[low],
            "thickness": 1.5, "color": _GREY,
        }  # fmt: skip
    figure.add_bar(
        x=frame[value], y=list(range(len(frame))), orientation="h", marker_color=shade(colour), error_x=error,
        customdata=frame[label], hovertemplate="%{customdata}: %{x:,.1f}<extra></extra>",
    )  # fmt: skip
    for place, told in enumerate(frame[label]):
        figure.add_annotation(
            x=0,
            y=place,
            xref="paper",
            text=str(told),
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            yshift=9,
            font={"size": 12, "color": _ink()},
        )
    figure.update_yaxes(autorange="reversed", showticklabels=False, showgrid=False, zeroline=False)
    return figure


def sankey(
    sources: Sequence[str], targets: Sequence[str], values: Sequence[float], colours: Mapping[str, str], height: int = 460
) -> go.Figure:
    """Flows between named nodes. A node is `place|name`: its place keeps it apart, its name is shown and has a colour."""
    nodes = list(dict.fromkeys([*sources, *targets]))
    at = {node: place for place, node in enumerate(nodes)}
    shown = [node.partition("|")[2] for node in nodes]
    of = [shade(colours.get(name, _GREY)) for name in shown]
    figure = _figure(height)
    figure.add_sankey(
        arrangement="snap",
        node={
            "label": [_SHORT.get(name, words.label(name)) for name in shown],
            "color": of,
            "pad": 14,
            "thickness": 14,
            "line_width": 0,
            "align": "left",
        },
        link={
            "source": [at[node] for node in sources],
            "target": [at[node] for node in targets],
            "value": list(values),
            "color": [_faint(of[at[node]], 0.35) for node in sources],
        },
    )
    figure.update_traces(textfont={"size": 11, "color": _ink(), "shadow": "none"})
    return figure


def heat(
    grid: pd.DataFrame, *, unit: str, across: str, down: str, text: Sequence[Sequence[str]] | None = None, height: int = 380
) -> go.Figure:
    """A grid of figures as shades of one colour; index goes down, columns across."""
    # shades the theme's text is legible on, from the lightest to the darkest
    scale = [[0, "#1D2530"], [1, "#1F6AA5"]] if is_dark() else [[0, "#F2F6FA"], [1, "#63AEE0"]]
    figure = _figure(height)
    figure.add_heatmap(
        z=grid.to_numpy(), x=[_broken(name) for name in grid.columns], y=[str(name) for name in grid.index], colorscale=scale,
        text=text, texttemplate="%{text}" if text is not None else None, textfont_color=_ink(), xgap=2, ygap=2, showscale=False,
        hovertemplate=f"{down} %{{y}}, {across} %{{x}}: %{{z:,.1f}} {unit}<extra></extra>", hoverongaps=False,
    )  # fmt: skip
    figure.update_xaxes(title=across, type="category", showgrid=False, tickangle=0, tickfont_size=11)
    figure.update_yaxes(title=down, type="category", autorange="reversed", showgrid=False)
    return figure


def _broken(name: object) -> str:
    """A label in lines of one word each: as narrow as it gets."""
    return str(name).replace(" ", "<br>").replace("-", "-<br>")


def waterfall(steps: Sequence[tuple[str, float, bool]], *, unit: str) -> go.Figure:
    """From an opening to a closing amount, downwards: (name, amount, whether it is a total)."""
    figure = _figure(360, xaxis_title=unit, showlegend=False)
    figure.add_waterfall(
        y=[name for name, _, _ in steps],
        x=[value for _, value, _ in steps],
        orientation="h",
        measure=["absolute" if is_total else "relative" for _, _, is_total in steps],
        text=[f"{value:,.0f}" if is_total else f"{value:+,.0f}" for _, value, is_total in steps],
        textposition=["inside" if is_total else "outside" for _, _, is_total in steps],
        insidetextanchor="middle",
        cliponaxis=False,
        increasing={"marker": {"color": shade(GOOD)}},
        decreasing={"marker": {"color": shade(BAD)}},
        totals={"marker": {"color": _GREY}},
        textfont_color=_ink(),
        connector={"line": {"color": _GREY, "width": 1}},
        hovertemplate="%{y}: %{x:,.0f}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1.18 * _reach(steps)])
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def _reach(steps: Sequence[tuple[str, float, bool]]) -> float:
    """The furthest point the steps come to."""
    place, furthest = 0.0, 0.0
    for _, value, is_total in steps:
        place = value if is_total else place + value
        furthest = max(furthest, place)
    return furthest


def timeline(frame: pd.DataFrame, at: str, lane: str, judged: str, told: str) -> go.Figure:
    """Points in time in one lane per channel; shape and colour say how each was felt."""
    lanes = frame[lane].nunique()
    figure = _figure(90 + 30 * lanes, hovermode="closest")
    looks = (
        ("positive", "triangle-up", GOOD),
        ("neutral", "square", NEUTRAL),
        ("negative", "triangle-down", BAD),
        (None, "circle-open", _GREY),
    )
    for mood, symbol, colour in looks:
        part = frame[frame[judged] == mood] if mood else frame[frame[judged].isna()]
        if part.empty:
            continue
        figure.add_scatter(
            x=part[at], y=part[lane].map(words.label), mode="markers", name=mood or "not judged", customdata=part[told],
            marker={"symbol": symbol, "size": 11, "color": shade(colour), "line_width": 1},
            hovertemplate="%{x|%d %b %Y}: %{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(type="category")
    return figure
