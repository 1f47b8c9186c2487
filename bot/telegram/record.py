"""The database from the event loop: each unit of work runs in a thread of its own.

SQLite lets one writer in at a time and makes the others poll for their turn; there they queue here, which is quicker and fair. On a
server several write at once, or most of the time would be waiting for its answers one after the other.
"""
import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot import settings
from bot.cases import store

T = TypeVar("T")
WRITERS = 4  # at once, on a server


class Record:
    def __init__(self) -> None:
        alone = store.engine(settings.database_url()).dialect.name == "sqlite"
        self._turns = asyncio.Semaphore(1 if alone else WRITERS)

    async def write(self, work: Callable[..., T], *arguments) -> T:
        """Runs work(session, *arguments) as one transaction. What must come in order, the caller keeps in order."""
        async with self._turns:
            return await asyncio.to_thread(_unit, False, work, arguments)

    async def read(self, work: Callable[..., T], *arguments) -> T:
        """Runs work(session, *arguments) without waiting for writers."""
        return await asyncio.to_thread(_unit, True, work, arguments)


def _unit(only_reads: bool, work: Callable[..., T], arguments: tuple) -> T:
    with store.session(only_reads=only_reads, briefly=only_reads) as session:
        return work(session, *arguments)
