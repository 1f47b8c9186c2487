"""Which chats this gateway works on, where several gateways share a PostgreSQL.

A claim is a lock of the database's own, held by one connection: it is gone the moment the process is. On SQLite there is one gateway
(it locks a file), and every claim is granted.
"""
import asyncio
from collections.abc import Hashable

from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot import settings
from bot.cases import store

HANDLING, SENDING = 7301, 7302  # the kinds of work; a chat's messages may be handled here while its answers are sent there
TAKE = text("SELECT pg_try_advisory_lock(:kind, hashtext(:lane))")
GIVE_BACK = text("SELECT pg_advisory_unlock(:kind, hashtext(:lane))")


class Claims:
    """The lanes of one kind of work that are claimed here."""

    def __init__(self, kind: int):
        self._kind, self._connection, self._turn = kind, None, asyncio.Lock()
        self._alone = store.engine(settings.database_url()).dialect.name == "sqlite"

    async def take(self, lane: Hashable) -> bool:
        """Whether the lane is ours until `give_back`. Raises what the database raises when it is away."""
        return self._alone or await self._ask(TAKE, lane)

    async def give_back(self, lane: Hashable) -> None:
        """Lets another gateway have the lane. Whatever is wrong: the lock goes with the connection."""
        if not self._alone:
            try:
                await self._ask(GIVE_BACK, lane)
            except Exception:
                return

    def close(self) -> None:
        """Gives back everything."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # back in the pool it would keep its locks
            connection.close()

    async def _ask(self, question, lane: Hashable) -> bool:
        async with self._turn:
            return await asyncio.to_thread(self._answer, question, lane)

    def _answer(self, question, lane: Hashable) -> bool:
        try:
            return bool(self._open().execute(question, {"kind": self._kind, "lane": str(lane)}).scalar())
        except Exception:
            self.close()
            raise

    def _open(self) -> Connection:
        if self._connection is None:
            made = store.engine(settings.database_url())
            self._connection = made.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._connection
