"""Work from a table in lanes: rows of one lane (a chat) strictly one after the other, different lanes side by side."""
import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Hashable

from bot.telegram.claims import Claims

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.5  # how often the table is looked at without being woken: rows of other processes, waits that are over
LONGEST_REST = 30  # seconds before a lane is tried again whose work went wrong again and again
GRACE_SECONDS = 10

Find = Callable[[Collection, int], Awaitable[list[tuple[int, Hashable]]]]


class Lanes:
    """`find(busy lanes, how many)` gives rows as (id, lane); `work(id)` does one, and changes the row so that it is not found again.

    With `claims` a lane is worked on only while it is claimed here, and not by another process.
    """

    def __init__(self, find: Find, work: Callable[[int], Awaitable[None]], at_once: int, claims: Claims | None = None):
        self._find, self._work, self._at_once, self._claims = find, work, at_once, claims
        self._busy: dict[Hashable, asyncio.Task] = {}
        self._stumbled: dict[Hashable, tuple[int, float]] = {}  # lane: how often in a row, and when it may be tried again
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Says that there may be something to do."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop`, then gives what was begun some time to come to its end; the table remembers what did not."""
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self.wake())
        while not stop.is_set():
            self._wake.clear()
            await self._begin()
            try:
                await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
            except asyncio.TimeoutError:
                continue
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=GRACE_SECONDS)

    async def _begin(self) -> None:
        free = self._at_once - len(self._busy)
        if free <= 0:
            return
        resting = [lane for lane, (_, until) in self._stumbled.items() if time.monotonic() < until and lane not in self._busy]
        try:
            rows = await self._find([*self._busy, *resting], free)
        except Exception as error:  # the database is away for a moment: the next look will tell
            log.error("cannot look for work: %s", type(error).__name__)
            return
        for row_id, lane in rows:
            self._busy[lane] = asyncio.create_task(self._one(row_id, lane))

    async def _one(self, row_id: int, lane: Hashable) -> None:
        try:
            if await self._claimed(lane):
                try:
                    await self._work(row_id)
                finally:
                    await self._give_back(lane)
                self._stumbled.pop(lane, None)
        except Exception as error:  # the row stays as it was; after a rest it is found again
            often = self._stumbled.get(lane, (0, 0.0))[0]
            self._stumbled[lane] = often + 1, time.monotonic() + min(LONGEST_REST, IDLE_SECONDS * 2 ** min(often, 10))
            log.error("row %d: %s", row_id, type(error).__name__)
        finally:
            del self._busy[lane]
            self._wake.set()

    async def _claimed(self, lane: Hashable) -> bool:
        """Whether the lane is ours for now; where it is another gateway's it rests for a moment."""
        if self._claims is None or await self._claims.take(lane):
            return True
        self._stumbled[lane] = 0, time.monotonic() + IDLE_SECONDS
        return False

    async def _give_back(self, lane: Hashable) -> None:
        if self._claims is not None:
            await self._claims.give_back(lane)
