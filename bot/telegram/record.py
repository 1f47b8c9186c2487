"""The database from the event loop: each unit of work runs in a thread, writers one after the other.

SQLite lets one writer in at a time and makes the others poll for their turn; here they queue, which is quicker and fair.
"""
import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.cases import store

T = TypeVar("T")


class Record:
    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def write(self, work: Callable[..., T], *arguments) -> T:
        """Runs work(session, *arguments) as one transaction."""
        async with self._turn:
            return await asyncio.to_thread(_unit, False, work, arguments)

    async def read(self, work: Callable[..., T], *arguments) -> T:
        """Runs work(session, *arguments) without waiting for writers."""
        return await asyncio.to_thread(_unit, True, work, arguments)


def _unit(only_reads: bool, work: Callable[..., T], arguments: tuple) -> T:
    with store.session(only_reads=only_reads) as session:
        return work(session, *arguments)
