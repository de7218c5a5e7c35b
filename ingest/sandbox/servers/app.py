"""The server process: six vendors side by side, each under its own name, and the control paths beside them.

`python -m ingest.sandbox.servers.app DIRECTORY SOCKET_FD` serves the company in DIRECTORY on an inherited socket and
ends when its standard input closes, that is when the process that started it is gone.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.sandbox.faults import Faults, Switches
from ingest.sandbox.servers.base import Vendor
from ingest.sandbox.servers.brandwatch import Brandwatch
from ingest.sandbox.servers.business_central import BusinessCentral
from ingest.sandbox.servers.hubspot import HubSpot
from ingest.sandbox.servers.state import State
from ingest.sandbox.servers.stripe import Stripe
from ingest.sandbox.servers.surveymonkey import SurveyMonkey
from ingest.sandbox.servers.world import World
from ingest.sandbox.servers.zendesk_support import ZendeskSupport

VENDORS: tuple[type[Vendor], ...] = (HubSpot, BusinessCentral, Stripe, SurveyMonkey, ZendeskSupport, Brandwatch)


class Control:
    """The paths under /__sandbox__ through which a test or the demo moves the clock and the switches."""

    def __init__(self, directory: Path, world: World, switches: Mapping[str, Switches]) -> None:
        self.directory, self.world, self.switches = directory, world, switches

    def routes(self) -> list[Route]:
        return [
            Route("/__sandbox__/health", self.health, methods=["GET"]),
            Route("/__sandbox__/calls", self.calls, methods=["GET"]),
            Route("/__sandbox__/clock", self.clock, methods=["POST"]),
            Route("/__sandbox__/switches", self.switch, methods=["POST"]),
        ]

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "clock": self.world.clock.isoformat()})

    async def calls(self, request: Request) -> Response:
        return JSONResponse({name: switches.calls for name, switches in self.switches.items()})

    async def clock(self, request: Request) -> Response:
        """Moves the clock, and remembers it for a restart."""
        try:
            to = datetime.fromisoformat((await request.json())["to"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": 'body: {"to": "<ISO 8601 with offset>"}'}, 400)
        if to.tzinfo is None:
            return JSONResponse({"error": "the clock needs an offset"}, 400)
        State.read(self.directory).at(to).write(self.directory)
        self.world.set_clock(to)
        return await self.health(request)

    async def switch(self, request: Request) -> Response:
        try:
            wanted = dict(await request.json())
            switches = self.switches[str(wanted.pop("source"))]
            switches.set(wanted)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except KeyError as error:
            return JSONResponse({"error": f"unknown source or switch: {error}"}, 400)
        return JSONResponse(switches.values)


class Sources:
    """Sends a call to the vendor its first path segment names, else to the control paths. A HEAD only tells the time."""

    def __init__(self, vendors: Mapping[str, ASGIApp], control: ASGIApp, tell_time: Callable[[], str]) -> None:
        self.vendors, self.control, self.tell_time = vendors, control, tell_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = scope["path"].split("/")[1]
        if name not in self.vendors:
            await self.control(scope, receive, send)
        elif scope["method"] == "HEAD":
            await Response(headers={"date": self.tell_time()})(scope, receive, send)
        else:
            await self.vendors[name]({**scope, "root_path": f"/{name}"}, receive, send)


def build(directory: Path) -> Sources:
    """The application over the company and the clock in `directory`."""
    world = World(directory / "company.duckdb", State.read(directory).clock)
    switches = {vendor.name: Switches() for vendor in VENDORS}

    def clock() -> datetime:
        return world.clock.astimezone(UTC)

    apps: dict[str, ASGIApp] = {}
    for make in VENDORS:
        vendor = make(world, switches[make.name])
        apps[vendor.name] = Faults(Router(vendor.routes()), vendor, clock)
    return Sources(apps, Router(Control(directory, world, switches).routes()), lambda: format_datetime(clock(), usegmt=True))


def _end_with_parent() -> None:
    """Waits for standard input to close, which happens when the starting process ends, however it ends."""
    while os.read(0, 1):
        pass
    os._exit(0)


def main(arguments: list[str]) -> None:
    directory, descriptor = Path(arguments[0]), int(arguments[1])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    options: dict[str, Any] = {
        "log_level": "error",
        "access_log": False,
        "date_header": False,
        "server_header": False,
        "timeout_keep_alive": 300,
        "lifespan": "off",
    }
    uvicorn.Server(uvicorn.Config(build(directory), **options)).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(sys.argv[1:])
