"""A real IMAP server on a free loopback port, in a thread of its own, whose mailbox is filled by the program around it.

Belongs here: pymap's wiring, and the two ways it can misbehave. What is in the mailbox is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import threading
from argparse import Namespace
from collections.abc import Coroutine
from datetime import datetime
from ssl import SSLContext
from typing import Any, TypeVar

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.mailbox import MailboxData
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

from ingest.sandbox.faults import Switches

TORN_AFTER = 20_000  # bytes sent before a connection breaks, while the switch `reset` is on
_Answer = TypeVar("_Answer")


class _Torn:
    """A connection's writer that breaks off in the middle of what it has to say."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer, self._left = writer, TORN_AFTER

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._writer.transport.abort()
        else:
            self._writer.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


class ImapServer:
    """One user's mailbox, served until `stop()`. `validity` is the UIDVALIDITY of every folder."""

    def __init__(self, user: str, password: str, switches: Switches) -> None:
        self.validity = 1
        self._user, self._password, self._switches = user, password, switches
        self._folders: dict[str, MailboxData] = {}
        self._listening: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="imap", daemon=True)
        self._thread.start()
        self.port: int = self._do(self._start())

    def listen(self, tls: SSLContext) -> int:
        """Opens one more port, with TLS from the first byte."""
        return self._do(self._listen(tls))

    def append(self, folder: str, message: bytes, when: datetime) -> int:
        """Puts a message into a folder, made when first needed; returns its number (UID)."""
        return self._do(self._append(folder, message, when))

    def delete(self, folder: str, uid: int) -> None:
        self._do(self._delete(folder, uid))

    def clear(self) -> None:
        """Empties all folders and numbers them anew."""
        self.validity += 1
        self._config.set_cache.clear()
        self._folders.clear()

    def stop(self) -> None:
        """Ends the server; stopping twice does nothing."""
        if self._thread.is_alive():
            self._do(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _start(self) -> int:
        arguments = Namespace(passlib_cfg=None, proxy_protocol=None, debug=False)
        self._config = Config(
            arguments, host="127.0.0.1", port=0, demo_data=False, demo_user=self._user, demo_password=self._password,
            tls_enabled=False, invalid_user_sleep=0.0, hash_context=BuiltinHash(rounds=1_000),
        )  # fmt: skip
        self._config.apply_context()
        self._login = Login(self._config)
        hashed = await Passwords(self._config).hash_password(self._password)
        await self._login.demo_user_identity.set(UserMetadata(self._config, self._user, password=hashed))
        return await self._listen(None)

    async def _listen(self, tls: SSLContext | None) -> int:
        answer = IMAPServer(self._login, self._config)

        async def serve(reader: Any, writer: Any, told: Any) -> None:
            self._switches.calls += 1
            for folder in self._folders.values():
                folder._uid_validity = int(self._switches.get("uid_validity") or self.validity)  # pymap draws one by chance
            await answer(reader, _Torn(writer) if self._switches.take("reset") else writer, told)  # type: ignore[arg-type]

        callback = ProxyProtocolReader(self._config.proxy_protocol).get_callback(serve)
        server = await asyncio.start_server(callback, host="127.0.0.1", port=0, ssl=tls)
        self._listening.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        """Closes the ports and what still talks."""
        for server in self._listening:
            server.close()
        talking = asyncio.all_tasks() - {asyncio.current_task()}
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)

    async def _folder(self, name: str) -> MailboxData:
        self._config.apply_context()
        if name not in self._folders:
            async with self._login.demo_user_identity.new_session() as session:
                if name.upper() != "INBOX":
                    await session.mailbox_set.add_mailbox(name)
                self._folders[name] = await session.mailbox_set.get_mailbox(name)
        return self._folders[name]

    async def _append(self, name: str, message: bytes, when: datetime) -> int:
        folder = await self._folder(name)
        return (await folder.append(AppendMessage(message, when))).uid

    async def _delete(self, name: str, uid: int) -> None:
        await (await self._folder(name)).delete([uid])
