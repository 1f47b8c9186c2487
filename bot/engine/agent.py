"""A Rasa agent that handles a message with no more work than the message needs.

What is left out of plain Rasa, measured for one message (docs/performance.md): the check of every action's result against a JSON schema,
dask around a graph of seven nodes, the walk through all event classes for every event, the search for slots to fill where no slot is
filled by Rasa, and the replay of the whole conversation. The conversations of tests/conversations are the same on both.
"""
import dataclasses
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from rasa.core import processor as plain
from rasa.core.actions import action, forms
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.core.lock_store import LockStore, RedisLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies import rule_policy
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import Event, UserUttered, deserialise_events
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot import between
from bot.engine.runner import Runner
from bot.engine.sessions import InRedis, Sessions
from bot.local_actions import ActionServer, LocalActions, local_actions
from bot.settings import Settings

CUSTOM = "custom"  # how slots are filled that only our own actions fill


class LocalAction(action.RemoteAction):
    """An action of ours that runs in this process is called; one on another server is asked over HTTP as ever."""

    async def run(self, output_channel, nlg, tracker, domain) -> list[Event]:
        if not isinstance(self.action_endpoint, LocalActions):
            return await super().run(output_channel, nlg, tracker, domain)
        try:
            answer = await self.action_endpoint.request(json={"next_action": self._name, "sender_id": tracker.sender_id, "domain": {},
                                                              "tracker": told(tracker)})
        except ClientResponseError as refused:
            raise action.ActionExecutionRejection(self._name) from refused
        says = await self._utter_responses(answer["responses"], output_channel, nlg, tracker)
        return [*says, *deserialise_events(answer["events"])]


def told(tracker: DialogueStateTracker) -> dict:
    """What our actions read: the slots, and the events since the worker's last message (not the whole conversation)."""
    recent: list[dict] = []
    for event in reversed(tracker.events):
        recent.append(event.as_dict())
        if isinstance(event, UserUttered):
            break
    loop = tracker.active_loop
    return {
        "sender_id": tracker.sender_id, "slots": tracker.current_slot_values(), "events": recent[::-1], "paused": tracker.is_paused(),
        "latest_message": {**tracker.latest_message.parse_data, "entities": tracker.latest_message.entities},
        "followup_action": tracker.followup_action, "active_loop": dataclasses.asdict(loop) if loop else {},
        "latest_action_name": tracker.latest_action_name,
    }


class Uncopied:
    """What these modules copy goes into debug lines, which are never written here (they would hold what workers say)."""

    @staticmethod
    def deepcopy(value):
        return value


def _copied(slot: Slot) -> Slot:
    """What copy.copy makes of a slot, in a fifth of the time; every step of Rasa begins with a copy of every slot."""
    made = object.__new__(type(slot))
    made.__dict__.update(slot.__dict__)
    return made


class Processor(MessageProcessor):
    """Handles a message without what this bot has no use for."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        mappings = [mapping for slot in self.domain.slots for mapping in slot.mappings]
        self._fills_slots = any(mapping.get("type") != CUSTOM or mapping.get("action") for mapping in mappings)

    async def run_action_extract_slots(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The tracker with the slots that Rasa itself fills from a message: none, as long as domain.yml leaves them all to our actions."""
        return await super().run_action_extract_slots(output_channel, tracker) if self._fills_slots else tracker

    def _check_for_unseen_features(self, parse_data: dict) -> None:
        """Rasa's warns of names that domain.yml lacks, and makes a domain for every message to do so; `rasa data validate` tells before
        anything is trained (tests/desk/test_desk_unanswered.py runs it over our data)."""


class HouseAgent(Agent):
    """An agent with our processor and our conversations."""

    @staticmethod
    def _create_tracker_store(store, domain):
        """The store as it is: Rasa's would, after one fault, go on in a memory of its own without a word."""
        store = store or Sessions()
        store.domain = domain
        return store

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        self.processor = Processor(model_path=model_path, tracker_store=self.tracker_store, lock_store=self.lock_store,
                                   action_endpoint=self.action_endpoint, generator=self.nlg)
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, TemplatedNaturalLanguageGenerator):
            self.nlg.responses = self.domain.responses if self.domain else {}


def load(model: Path | str, *, actions, sessions: Sessions | None = None, locks: LockStore | None = None) -> HouseAgent:
    """An agent with the model; `actions` is where its actions are asked."""
    _prepare()
    agent = HouseAgent(tracker_store=sessions, lock_store=locks, action_endpoint=actions)
    agent.load_model(str(model))
    return agent


def surroundings(now: Settings) -> dict:
    """Where `load`'s agent finds its actions, conversations and locks by the settings."""
    if not now.redis_url:
        return {"actions": _actions(now)}
    redis = urlsplit(now.redis_url)
    locks = RedisLockStore(redis.hostname, redis.port or 6379, int(redis.path.strip("/") or 0), redis.username, redis.password,
                           use_ssl=redis.scheme == "rediss")
    return {"actions": _actions(now), "locks": locks, "sessions": Sessions(InRedis(now.redis_url))}


def _actions(now: Settings) -> EndpointConfig:
    return ActionServer(now.action_url, headers=between.shown()) if now.action_url else local_actions()


def _prepare() -> None:
    """Puts our parts where Rasa looks for its own; safe to call again."""
    action.RemoteAction = forms.RemoteAction = LocalAction
    plain.copy = forms.copy = rule_policy.copy = Uncopied
    Slot.__copy__ = _copied
    plain.DaskGraphRunner = Runner
    if not hasattr(Event.resolve_by_type, "cache_info"):
        Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))
