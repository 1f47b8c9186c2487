"""Whether the machine's clock can be believed. What is said once in the life of a case must not be said because of a clock that jumped."""
import time
from collections.abc import Callable

JUMP = 3600  # seconds that a clock which is only set right does not move
ROUNDS = 10  # so many rounds after a jump its time is believed


class Clock:
    """Asked once a round."""

    def __init__(self, wall: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic):
        self._wall, self._ticks = wall, ticks
        self._before, self._doubts = wall() - ticks(), 0

    def steady(self) -> bool:
        """False for the first rounds after the clock has jumped against the time that has passed."""
        now = self._wall() - self._ticks()
        self._doubts = ROUNDS if abs(now - self._before) > JUMP else max(0, self._doubts - 1)
        self._before = now
        return self._doubts == 0
