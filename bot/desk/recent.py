"""The last lines of browser conversations, in this process's memory only.

What is said before consent is written to no database; this lets a page be reloaded, and works without scripts.
"""
import hashlib
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from threading import Lock

CONVERSATIONS, LINES, SHOWN = 500, 60, 2000  # each at most; SHOWN characters of a line
KEPT = 2 * 3600  # seconds after the last line


@dataclass
class _Entry:
    worker: str | None  # code of the worker whose words these are
    at: float
    lines: deque = field(default_factory=lambda: deque(maxlen=LINES))


class Recent:
    """Lines are {"who": "worker" | "bot", "text", "buttons", "file"}; `worker` is the code of the worker behind a sender."""

    def __init__(self, clock=time.monotonic):
        self._clock, self._lock = clock, Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def add(self, sender: str, worker: str | None, who: str, messages: list[dict]) -> None:
        """Adds lines; another worker than before (the old one was erased) begins afresh."""
        with self._lock:
            self._sweep()
            entry = self._entries.pop(_key(sender), None)
            if entry is None or entry.worker != worker:
                entry = _Entry(worker, 0)
            entry.at = self._clock()
            entry.lines.extend({"who": who, "text": message["text"][:SHOWN], "buttons": message.get("buttons") or [],
                                "file": message.get("file")} for message in messages)
            self._entries[_key(sender)] = entry

    def lines(self, sender: str, worker: str | None) -> list[dict]:
        """What was said lately; nothing of a worker who has been erased since."""
        with self._lock:
            self._sweep()
            entry = self._entries.get(_key(sender))
            return list(entry.lines) if entry is not None and entry.worker in (None, worker) else []

    def drop(self, sender: str) -> None:
        """Forgets what was said lately."""
        with self._lock:
            self._entries.pop(_key(sender), None)

    def title(self, sender: str, payload: str) -> str:
        """What the button that sends `payload` said to the worker; the payload itself when no such button was shown."""
        with self._lock:
            entry = self._entries.get(_key(sender))
            for line in reversed(entry.lines if entry else ()):
                for button in line["buttons"]:
                    if button.get("payload") == payload:
                        return button.get("title") or payload
        return payload

    def _sweep(self) -> None:
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if len(self._entries) <= CONVERSATIONS and oldest.at > self._clock() - KEPT:
                return
            self._entries.popitem(last=False)


def _key(sender: str) -> str:
    return hashlib.sha256(sender.encode()).hexdigest()
