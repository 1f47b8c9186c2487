"""A conversation is kept short and comes back where it was; in Redis it is sealed."""
import asyncio
import shutil

import pytest

from bot.cases.crypto import new_key
from tests.faults.killer import Redis as Server
from tests.telegram.servers import free_port

WORDS = "老板欠我三个月工资"


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("BOT_SECRET_KEYS", new_key())


@pytest.fixture
def redis(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("no Redis server on this machine: redis-server is not there")
    server = Server(tmp_path, free_port())
    server.wait()
    yield server.url
    server.kill()


def tracker_in_the_form():
    """A tracker in the middle of the form, with words that wait for consent."""
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    domain = Domain.load("domain.yml")
    tracker = DialogueStateTracker("w", domain.slots)
    for event in (ActionExecuted("action_listen"), UserUttered(WORDS, {"name": "wage_arrears", "confidence": 1.0}, timestamp=1.5e9),
                  ActionExecuted("triage_form"), ActiveLoop("triage_form"), SlotSet("requested_slot", "place"), SlotSet("held", [WORDS]),
                  ActionExecuted("action_listen")):
        tracker.update(event)
    return domain, tracker


def test_a_conversation_comes_back_where_it_was():
    from bot.engine.sessions import Sessions

    domain, tracker = tracker_in_the_form()
    store = Sessions()
    store.domain = domain
    asyncio.run(store.save(tracker))
    again = asyncio.run(store.retrieve("w"))
    assert again.active_loop_name == "triage_form" and again.latest_action_name == "action_listen"
    assert again.current_slot_values() == tracker.current_slot_values()
    assert again.get_last_event_for(type(tracker.events[1])).timestamp == 1.5e9
    assert asyncio.run(store.retrieve("nobody")) is None and asyncio.run(store.keys()) == ["w"]


def test_rasa_keeps_no_facts_of_what_a_worker_says():
    """Only the dialogue reads them, and writes nothing down before consent."""
    from bot.engine import agent
    from bot.model_cache import trained_model

    heard = asyncio.run(agent.load(trained_model(), actions=None).parse_message("2026年3月起在深圳宝安送快递，老板欠我六千块工资"))
    assert heard["issues"] == ["wage_arrears"] and heard["entities"] == []


def test_what_is_kept_does_not_grow_with_the_conversation():
    import json

    from bot.engine.sessions import shortened

    _, tracker = tracker_in_the_form()
    once = len(json.dumps(shortened(tracker)))
    for _ in range(50):
        for event in list(tracker.events)[:7]:
            tracker.update(event)
    assert len(json.dumps(shortened(tracker))) == once


def test_the_memory_of_a_process_has_an_end():
    from bot.engine.sessions import InMemory

    kept = InMemory(most=2)
    for sender in ("a", "b", "a", "c"):
        kept.put(sender, sender)
    assert kept.keys() == ["a", "c"] and kept.get("b") is None


def test_in_redis_no_words_can_be_read_and_another_process_goes_on(redis, keys):
    from redis import Redis

    from bot.engine.sessions import InRedis

    InRedis(redis).put("w", WORDS)
    [raw] = [Redis.from_url(redis).get(key) for key in Redis.from_url(redis).keys("*")]
    assert WORDS.encode() not in raw and InRedis(redis).get("w") == WORDS and InRedis(redis).keys() == ["w"]


@pytest.mark.parametrize("change", ["key", "sender", "bit"])
def test_what_does_not_open_is_a_conversation_that_begins_anew(redis, keys, change, monkeypatch):
    from redis import Redis

    from bot.engine.sessions import PREFIX, InRedis

    InRedis(redis).put("w", WORDS)
    raw, sender = Redis.from_url(redis).get(PREFIX + "w"), "w"
    if change == "key":
        monkeypatch.setenv("BOT_SECRET_KEYS", new_key())
    elif change == "sender":
        sender = "another"
        Redis.from_url(redis).set(PREFIX + sender, raw)
    else:
        Redis.from_url(redis).set(PREFIX + "w", raw[:-1] + bytes([raw[-1] ^ 1]))
    assert InRedis(redis).get(sender) is None
