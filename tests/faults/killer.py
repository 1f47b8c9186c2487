"""Kills a random process of a house every few seconds, by its number and with kill -9. The seed decides which and when."""
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

from tests.end_to_end.house import House

SUPERVISOR = "bot.run"


class Killer:
    """Kills in `pause` seconds after the last kill, once somebody was answered since: on a busy machine a part needs a minute to start,
    and killing what does not work yet would show nothing. `others` are servers beside the house by name: kill and start again."""

    def __init__(self, house: House, seed: int, pause: tuple[float, float], most: int | None, others: dict[str, Callable[[], None]]):
        self._house, self._dice, self._pause, self._left, self._others = house, random.Random(seed), pause, most, others
        self._victims = [*sorted(house.parts()), SUPERVISOR, *sorted(others)]
        self.killed: Counter[str] = Counter()
        self._plan()

    def _plan(self) -> None:
        self._planned = time.monotonic()
        self._at = self._planned + self._dice.uniform(*self._pause)

    def step(self, answered: float) -> None:
        """Kills one when its time has come. `answered`: when somebody was answered last, by time.monotonic."""
        if self._left == 0 or time.monotonic() < self._at or answered < self._planned:
            return
        self._plan()
        victim, parts = self._dice.choice(self._victims), self._house.parts()
        if victim in self._others:
            self._others[victim]()
        elif victim == SUPERVISOR:
            self._house.process.kill()
            self._house.process.wait()
            self._house.start()
        elif victim in parts:
            os.kill(parts[victim], signal.SIGKILL)
        else:  # dead already
            return
        self.killed[victim] += 1
        self._left = None if self._left is None else self._left - 1


class Redis:
    """A real Redis of our own, in memory as in production; started anew after a kill it remembers nothing."""

    def __init__(self, folder, port: int):
        self._command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.url = f"redis://127.0.0.1:{port}/0"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> None:
        """Waits until it answers."""
        while subprocess.run(["redis-cli", "-u", self.url, "ping"], capture_output=True).stdout != b"PONG\n":
            time.sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def again(self) -> None:
        """Killed, and started as systemd does."""
        self.kill()
        self.start()
