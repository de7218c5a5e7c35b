"""What every page has around it: its heading, which publication it shows, and words for what cannot be shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import streamlit as st

from app import data, words
from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.gates import read_holds
from orchestration.reader import first_line

Page = Callable[[data.Basis], None]


def show(title: str, about: str, page: Page) -> None:
    """Draws a page from the publication that stands. Every expected failure is a sentence on the page."""
    st.header(title, anchor=False)
    try:
        data.begin()
        basis = data.basis()
        st.caption(f"{about} {_told(basis)}")
        _tell_holds("This is the publication before it.")
        page(basis)
        _follow()
    except data.NothingPublished as nothing:
        st.info(f"{nothing}. {nothing.remedy}", icon=":material/hourglass_empty:")
        _tell_holds("")
    except data.Replaced:
        st.rerun()
    except CxError as error:
        _say(f"{error}. {error.remedy}")
    except duckdb.IOException:
        _say("The published file cannot be read: it is damaged or no DuckDB file. `cx publish` writes it anew.")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        _say(f"The published file lacks what this page shows ({first_line(error)}). `cx run` publishes it in today's shape.")
    except duckdb.Error as error:
        _say(f"The published file cannot answer: {first_line(error)}.")


def _tell_holds(rest: str) -> None:
    """That the newest run was not published, and which gate held it."""
    held = read_holds(Paths.from_environment())
    if held:
        since = min(datetime.fromisoformat(hold.since) for hold in held)
        gates = ", ".join(dict.fromkeys(hold.gate for hold in held))
        st.warning(
            f"The newest run was not published: gate {gates} has been closed since {since:%d %B %Y, %H:%M} UTC. {rest} "
            "Data health and `cx status` tell what it holds.",
            icon=":material/front_hand:",
        )


def _say(what: str) -> None:
    st.error(what, icon=":material/error:")


def _told(basis: data.Basis) -> str:
    """Up to when the data goes and how old that is, and who looks."""
    now, as_of = datetime.now(UTC), basis.data_as_of
    local = as_of.astimezone(ZoneInfo(basis.time_zone))
    told = f"Data as of {local:%d %B %Y, %H:%M} ({words.age(as_of, now)}), times are {basis.time_zone}."
    return told if data.role() == "full" else f"{told} Pseudonymised: names, addresses, numbers and free text are hidden."


@st.fragment(run_every="30s")
def _follow() -> None:
    """Draws the page again when another publication stands."""
    shown: data.Edition | None = st.session_state.get("edition")
    try:
        stands = data.edition()
    except CxError:
        return
    if shown is not None and stands != shown:
        st.rerun()
