"""Runs the look-up API: settings from the environment, one process, on this machine unless the user says otherwise."""

from __future__ import annotations

import logging
import os
import socket

import yaml

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT
from orchestration.reach.api import LOG, Tokens, application
from orchestration.reach.lookup_file import LookupFile

TOKEN, TOKEN_PSEUDONYMISED = "CX_API_TOKEN", "CX_API_TOKEN_PSEUDONYMISED"
SHORTEST_TOKEN = 16


def tokens() -> Tokens:
    """From the environment. SettingMissing without the full one; CxError for one that could be guessed or says both roles."""
    full, other = os.environ.get(TOKEN, ""), os.environ.get(TOKEN_PSEUDONYMISED) or None
    if not full:
        raise SettingMissing(f"no value for {TOKEN}: without it anybody could read", "Make one with `openssl rand -hex 32`.")
    for name, value in ((TOKEN, full), (TOKEN_PSEUDONYMISED, other)):
        if value is not None and len(value) < SHORTEST_TOKEN:
            raise CxError(f"{name} has fewer than {SHORTEST_TOKEN} characters", "Make one with `openssl rand -hex 32`.")
    if full == other:
        raise CxError(f"{TOKEN} and {TOKEN_PSEUDONYMISED} are the same", "Give each role a token of its own.")
    return Tokens(full, other)


def default_country() -> str:
    """Where a number without a calling code is dialled, as identity takes it."""
    told = yaml.safe_load((CHECKOUT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    return str(told["vars"]["default_country_code"])


def _check_address(host: str, port: int) -> None:
    """CxError where nothing can listen, before the look-up file is made. Asks no name server: an address is a number, or localhost."""
    flags = 0 if host == "localhost" else socket.AI_NUMERICHOST
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)[0]
        with socket.socket(kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError, ValueError) as error:
        raise CxError(f"{host}:{port} cannot be listened on: {error}", "Say another --host or --port.") from error


def serve(paths: Paths, host: str, port: int) -> None:
    """Answers until it is stopped. Errors of the settings and a missing publication are told before anything listens."""
    import uvicorn

    given = tokens()
    _check_address(host, port)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    LOG.setLevel(logging.INFO)
    file = LookupFile(paths, lambda told: LOG.error("%s", told))
    LOG.info(
        "publication %s, data as of %s, on http://%s:%d", file.current().publication_id, file.current().data_as_of, host, port
    )
    app = application(file, given, default_country())
    # uvicorn's own access log would write query strings, which hold e-mail addresses and phone numbers
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", server_header=False)
