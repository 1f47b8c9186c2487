"""Rasa's conversations, kept short: which form is open, what it asks, what waits for consent, and when the worker last wrote.

Everything else is in the record, so nothing more needs to be kept, replayed or read again, and a conversation costs the same however
long it is. One process keeps them in its memory. Several share them through Redis: memory too, because what is said before consent must
not be written down; encrypted there, and gone when the session is over.
"""
import json
from collections import OrderedDict

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.cases import crypto
from bot.cases.rasa_sessions import PREFIX

MOST = 50_000  # conversations in the memory of one process; the oldest make room. A few hundred bytes each
SECONDS = 13 * 3600  # in Redis; longer than a session lasts (domain.yml)


class InMemory:
    """The conversations of one process."""

    def __init__(self, most: int = MOST):
        self._most, self._all = most, OrderedDict()

    def get(self, sender: str) -> str | None:
        return self._all.get(sender)

    def put(self, sender: str, kept: str) -> None:
        self._all[sender] = kept
        self._all.move_to_end(sender)
        if len(self._all) > self._most:
            self._all.popitem(last=False)

    def keys(self) -> list[str]:
        return list(self._all)


class InRedis:
    """The conversations of several processes."""

    def __init__(self, url: str):
        import redis

        self._redis = redis.Redis.from_url(url, socket_timeout=10)

    def get(self, sender: str) -> str | None:
        kept = self._redis.get(PREFIX + sender)
        return crypto.unhide(kept, PREFIX + sender) if kept else None  # what no key opens any more is a session that is over

    def put(self, sender: str, kept: str) -> None:
        self._redis.set(PREFIX + sender, crypto.hide(kept, PREFIX + sender), ex=SECONDS)

    def keys(self) -> list[str]:
        return [key.decode().removeprefix(PREFIX) for key in self._redis.scan_iter(f"{PREFIX}*")]


class Sessions(TrackerStore):
    """The tracker store of our agents."""

    def __init__(self, kept: InMemory | InRedis | None = None):
        super().__init__(None)
        self._kept = kept or InMemory()

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._kept.put(tracker.sender_id, json.dumps(shortened(tracker), ensure_ascii=False, separators=(",", ":")))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        kept = self._kept.get(sender_id)
        if kept is None:
            return None
        tracker = self.init_tracker(sender_id)
        for event in events(json.loads(kept)):
            tracker.update(event)
        return tracker

    async def keys(self) -> list[str]:
        return self._kept.keys()


def shortened(tracker: DialogueStateTracker) -> dict:
    """What of a conversation the next message needs."""
    said = tracker.get_last_event_for(UserUttered)
    slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}
    slots.pop(SESSION_START_METADATA_SLOT, None)
    return {"slots": slots, "form": tracker.active_loop_name, "rejected": tracker.is_active_loop_rejected,
            "intent": said and said.intent_name, "at": said and said.timestamp}


def events(kept: dict) -> list[Event]:
    """A short conversation that leaves a tracker where `shortened` found it, listening."""
    made: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)]
    if kept["at"]:
        made.append(UserUttered(f"/{kept['intent']}", {"name": kept["intent"], "confidence": 1.0}, timestamp=kept["at"]))
    if kept["form"]:
        made += [ActionExecuted(kept["form"]), ActiveLoop(kept["form"])]
    if kept["rejected"]:
        made.append(ActionExecutionRejected(kept["form"]))
    return [*made, *(SlotSet(name, value) for name, value in kept["slots"].items()), ActionExecuted(ACTION_LISTEN_NAME)]
