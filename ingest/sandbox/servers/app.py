"""The server process: all registered sources side by side, each under its own name, and the control paths beside them.

`python -m ingest.sandbox.servers.app DIRECTORY SOCKET_FD` serves the company in DIRECTORY on an inherited socket and
ends when its standard input closes, that is when the process that started it is gone.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.registry import SOURCES
from ingest.sandbox.faults import Faults, Switches
from ingest.sandbox.servers.base import Vendor
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.state import COMPANY, State
from ingest.sandbox.servers.world import World

FEEDS = "feeds"  # where sources without HTTP keep their files, below the sandbox's directory


class Control:
    """The paths under /__sandbox__ through which a test or the demo moves the clock and the switches."""

    def __init__(self, directory: Path, world: World, servers: Mapping[str, Vendor | Feed]) -> None:
        self.directory, self.world, self.servers = directory, world, servers

    def routes(self) -> list[Route]:
        return [
            Route("/__sandbox__/health", self.health, methods=["GET"]),
            Route("/__sandbox__/settings", self.settings, methods=["GET"]),
            Route("/__sandbox__/calls", self.calls, methods=["GET"]),
            Route("/__sandbox__/clock", self.clock, methods=["POST"]),
            Route("/__sandbox__/switches", self.switch, methods=["POST"]),
        ]

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "clock": self.world.clock.isoformat()})

    async def calls(self, request: Request) -> Response:
        return JSONResponse({name: server.switches.calls for name, server in self.servers.items()})

    async def settings(self, request: Request) -> Response:
        """What each source's connector has to be told."""
        base = f"http://{request.headers['host']}"
        return JSONResponse({name: server.settings(f"{base}/{name}") for name, server in self.servers.items()})

    async def clock(self, request: Request) -> Response:
        """Moves the clock, and remembers it for a restart. Feeds follow: all, or those named in `feeds`."""
        try:
            asked = await request.json()
            to = datetime.fromisoformat(asked["to"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": 'body: {"to": "<ISO 8601 with offset>"}'}, 400)
        if to.tzinfo is None:
            return JSONResponse({"error": "the clock needs an offset"}, 400)
        State.read(self.directory).at(to).write(self.directory)
        self.world.set_clock(to)
        following = asked.get("feeds", self.servers)
        for name, server in self.servers.items():
            if isinstance(server, Feed) and name in following:
                server.move()
        return await self.health(request)

    async def switch(self, request: Request) -> Response:
        try:
            wanted = dict(await request.json())
            switches = self.servers[str(wanted.pop("source"))].switches
            switches.set(wanted)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except KeyError as error:
            return JSONResponse({"error": f"unknown source or switch: {error}"}, 400)
        return JSONResponse(switches.values)


class Sources:
    """Sends a call to the vendor its first path segment names, else to the control paths. A HEAD only tells the time."""

    def __init__(self, vendors: Mapping[str, ASGIApp], control: ASGIApp, tell_time: Callable[[str], str]) -> None:
        self.vendors, self.control, self.tell_time = vendors, control, tell_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = scope["path"].split("/")[1]
        if name not in self.vendors:
            await self.control(scope, receive, send)
        elif scope["method"] == "HEAD":
            await Response(headers={"date": self.tell_time(name)})(scope, receive, send)
        else:
            await self.vendors[name]({**scope, "root_path": f"/{name}"}, receive, send)


def servers(directory: Path, world: World, names: Iterable[str]) -> dict[str, Vendor | Feed]:
    """One server per source, from the module that bears its name."""
    made: dict[str, Vendor | Feed] = {}
    for name in names:
        server = import_module(f"ingest.sandbox.servers.{name}").SERVER
        if issubclass(server, Feed):
            folder = directory / FEEDS / name
            folder.mkdir(parents=True, exist_ok=True)
            made[name] = server(folder, world, Switches(server.own_switches))
        else:
            made[name] = server(world, Switches(server.own_switches))
    return made


def build(directory: Path, world: World, made: Mapping[str, Vendor | Feed]) -> Sources:
    """The application over the company and the clock in `directory`."""

    def clock() -> datetime:
        return world.clock.astimezone(UTC)

    apps: dict[str, ASGIApp] = {}
    for name, server in made.items():
        apps[name] = Faults(Router(server.routes()), server, clock) if isinstance(server, Vendor) else Router()
    return Sources(apps, Router(Control(directory, world, made).routes()), lambda name: made[name].switches.date(clock()))


def _end_with_parent(feeds: Sequence[Feed]) -> None:
    """Waits for standard input to close, which happens when the starting process ends, however it ends."""
    while os.read(0, 1):
        pass
    _stop(feeds)
    os._exit(0)


def _stop(feeds: Sequence[Feed]) -> None:
    for feed in feeds:
        feed.stop()


def main(arguments: list[str]) -> None:
    directory, descriptor = Path(arguments[0]), int(arguments[1])
    state = State.read(directory)
    world = World(directory / COMPANY, state.clock)
    made = servers(directory, world, state.sources or SOURCES)
    feeds = [server for server in made.values() if isinstance(server, Feed)]
    threading.Thread(target=_end_with_parent, args=[feeds], daemon=True).start()
    for feed in feeds:
        feed.move()
    options: dict[str, Any] = {
        "log_level": "error",
        "access_log": False,
        "date_header": False,
        "server_header": False,
        "timeout_keep_alive": 300,
        "lifespan": "off",
    }
    try:
        uvicorn.Server(uvicorn.Config(build(directory, world, made), **options)).run([socket.socket(fileno=descriptor)])
    finally:
        _stop(feeds)


if __name__ == "__main__":
    main(sys.argv[1:])
