"""Where the app starts: its pages, in the order people ask. `cx app` runs this file."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_ICON = Path(__file__).with_name("icon.svg")  # an icon by name would be fetched from its maker's server
PAGES = (
    ("scorecard", "Scorecard", "monitoring"),
    ("journeys", "Journeys", "route"),
    ("voice", "Voice", "forum"),
    ("closed_loop", "Closed loop", "call"),
    ("customers", "Customers", "person_search"),
    ("profiles", "Profiles", "groups"),
    ("value", "Value", "payments"),
    ("data_health", "Data health", "verified"),
)


def main() -> None:
    st.set_page_config(page_title="Customer experience", layout="wide", page_icon=str(_ICON))
    chosen = st.navigation(
        [
            st.Page(f"screens/{name}.py", title=title, icon=f":material/{icon}:", url_path=name, default=name == "scorecard")
            for name, title, icon in PAGES
        ],
        position="top",
    )
    chosen.run()


if __name__ == "__main__":
    main()
