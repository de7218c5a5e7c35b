"""Figures side by side, each in a box with its name and what it rests on; as many in a row as the screen is wide for."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

ACROSS = 4


def tiles(told: Sequence[tuple[str, str, str]]) -> None:
    """Draws (name, figure, what it rests on) in rows of four."""
    for start in range(0, len(told), ACROSS):
        with st.container(horizontal=True, gap="small"):
            for name, figure, rest in told[start : start + ACROSS]:
                st.metric(name, figure, rest, delta_color="off", delta_arrow="off", border=True)
