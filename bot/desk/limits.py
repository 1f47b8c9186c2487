"""How fast messages of the browser chat, and its looks for answers, may come: from one browser, and from one address (behind which a
whole dormitory may sit).

In this process's memory: what is slowed down is a flood, and a restart forgets nothing that matters. A message that is refused is neither
kept nor counted.
"""
import time
from collections import OrderedDict
from threading import Lock

OF_A_BROWSER, OF_AN_ADDRESS, OF_ALL = 20, 240, 1200  # messages a minute; as many at once
MINUTE = 60.0
LOOKS = 3  # times as many looks for answers; a page looks four times a minute
MOST = 20_000  # browsers and addresses remembered; the oldest make room


class Limits:
    """Buckets that fill by so many a minute. Each message takes one from every bucket it belongs to, or none at all."""

    def __init__(self, clock=time.monotonic, times: int = 1):
        """`times`: how many times what messages may."""
        self._clock, self._lock, self._times = clock, Lock(), times
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is in it, and when that was so

    def take(self, sender: str, address: str) -> bool:
        """Whether a message may come now."""
        wanted = {f"browser:{sender}": OF_A_BROWSER * self._times, f"address:{address}": OF_AN_ADDRESS * self._times,
                  "all": OF_ALL * self._times}
        with self._lock:
            now = self._clock()
            held = {name: self._held(name, most, now) for name, most in wanted.items()}
            if min(held.values()) < 1:
                return False
            for name, left in held.items():
                self._buckets[name] = (left - 1, now)
                self._buckets.move_to_end(name)
            while len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
            return True

    def _held(self, name: str, most: int, now: float) -> float:
        left, at = self._buckets.get(name, (most, now))
        return min(most, left + (now - at) * most / MINUTE)
