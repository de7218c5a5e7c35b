"""A table on a page: shown with its columns named, and given away as CSV and Parquet."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import words

if TYPE_CHECKING:
    import pandas as pd

_HARMLESS = re.compile(r"[+-]?[\d\s.,()/-]*")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# columns that hold codes, which a page shows as words
_CODES = {
    "channel", "customer_type", "from_profile", "from_stage", "identifier_type", "issue_key", "kind", "metric", "other_variant", "outcome",
    "phase", "previous_profile", "priority", "profile", "segment", "sentiment", "stage", "state", "status", "to_profile", "to_stage", "touchpoint",
    "variant",
}  # fmt: skip


def table(
    frame: pd.DataFrame,
    name: str,
    columns: Mapping[str, Any],
    *,
    alt: str,
    zone: str = "UTC",
    empty: str = "There are no rows.",
    height: int | None = None,
    folded: bool = False,
) -> None:
    """Shows `columns` of the frame (name: heading or column config) and offers all its columns.

    name: of the files given away; zone: whose clock instants are shown by; folded: behind a heading, for what a chart above
    shows already. The files keep instants and codes as they are.
    """
    if frame.empty:
        st.caption(empty)
        return
    with st.expander("As a table") if folded else nullcontext():
        st.dataframe(
            _in_words(_by_clock(frame[list(columns)], zone)),
            column_config=dict(columns),
            hide_index=True,
            alt=alt,
            key=f"table-{name}",
            placeholder=words.NOTHING,
            height=height or min(38 + 35 * len(frame), 400),
        )
        give_away(frame, name)


def give_away(frame: pd.DataFrame, name: str) -> None:
    """Two buttons; the files are made when somebody asks for one."""
    with st.container(horizontal=True, gap="small"):
        for kind, mime, made in (("csv", "text/csv", csv), ("parquet", "application/vnd.apache.parquet", parquet)):
            st.download_button(
                {"csv": "CSV", "parquet": "Parquet"}[kind],
                partial(made, frame),
                f"{name}.{kind}",
                mime,
                key=f"{kind}-{name}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                help=f"{len(frame):,} rows of {name} as {kind.upper() if kind == 'csv' else 'Parquet'}",
            )


def csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with its mark; text that a spreadsheet would take for a formula is marked as text."""
    safe = frame.copy()
    for column in safe.columns[[str(kind) in ("object", "str", "string") for kind in safe.dtypes]]:
        safe[column] = safe[column].map(_as_text)
    return bytes(safe.to_csv(index=False).encode("utf-8-sig"))


def parquet(frame: pd.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.to_parquet(written, index=False)
    return written.getvalue()


def _as_text(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA) and not _HARMLESS.fullmatch(value):
        return "'" + value
    return value


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Codes as words."""
    told = {column: frame[column].map(words.label, na_action="ignore") for column in frame.columns if column in _CODES}
    return frame.assign(**told)


def _by_clock(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Instants as the clock in that zone shows them."""
    shown = frame.copy()
    for column in shown.columns:
        if getattr(shown[column].dtype, "tz", None) is not None:
            shown[column] = shown[column].dt.tz_convert(zone).dt.tz_localize(None)
    return shown
