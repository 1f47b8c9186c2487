"""Rasa's conversations in a real Redis: several processes share them, none can be read there, and without them the case speaks."""
import shutil

import pytest
import redis

from bot import rasa_turn
from bot.cases import crypto
from bot.engine.sessions import PREFIX, InRedis, Sessions
from bot.local_actions import LocalActions
from tests.faults.killer import Redis
from tests.telegram.servers import free_port

STORY = "我在贵州盘州工地做木工，没签合同，包工头欠我61800块"


@pytest.fixture
def server(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("no Redis server on this machine: redis-server is not there")
    running = Redis(tmp_path, free_port())
    running.wait()
    yield running
    running.kill()


@pytest.fixture
def shared(talk, agent, server):
    """A conversation whose sessions lie in Redis. Afterwards the agent has a memory of its own again."""
    before = agent.tracker_store

    def use(kept) -> None:
        kept.domain = agent.domain
        agent.tracker_store = agent.processor.tracker_store = kept
    one = talk("2026-11-22", "zh")
    one.another_process = lambda: use(Sessions(InRedis(server.url)))
    one.another_process()
    yield one
    use(before)


def test_another_process_goes_on_where_the_first_stood_also_before_consent(shared):
    shared.says(STORY)
    shared.another_process()
    assert "61,800 元" in shared.presses("同意")


def test_nothing_of_a_conversation_can_be_read_in_redis(shared, server):
    shared.says(STORY)
    with redis.Redis.from_url(server.url) as client:
        kept = [client.get(key) for key in client.keys(f"{PREFIX}*")]
        assert kept and not any(word.encode() in value for value in kept for word in ("盘州", "61800", "triage_form", "slots"))
        assert all(0 < client.ttl(key) <= 13 * 3600 for key in client.keys(f"{PREFIX}*"))


def test_when_redis_is_gone_the_message_can_come_again_and_when_it_forgot_all_the_case_speaks(shared, server):
    shared.says(STORY)
    shared.presses("同意")
    server.kill()
    with pytest.raises(rasa_turn.Failed) as failed:
        shared.presses("对")
    assert failed.value.again
    server.start()
    server.wait()
    shared.another_process()
    assert "哪一天停工" in shared.says(dict(shared.buttons)["对"], again=True)


class Apart(LocalActions):
    """Actions as in a process of their own, where each commits what it did. The first call of `cut` is not answered any more."""

    def __init__(self, executor, cut: str):
        super().__init__(executor)
        self.cut = cut

    async def request(self, *arguments, **kwargs):
        if kwargs["json"]["next_action"] == self.cut:
            self.cut = None
            raise rasa_turn.Failed(again=True)
        before = rasa_turn.current.set(None)
        try:
            return await super().request(*arguments, **kwargs)
        finally:
            rasa_turn.current.reset(before)


def test_what_an_action_server_took_in_goes_on_when_rasa_died_over_it_and_redis_forgot(shared, server, agent, monkeypatch):
    apart = Apart(agent.processor.action_endpoint.executor, cut="action_guide")
    monkeypatch.setattr(agent.processor, "action_endpoint", apart)
    shared.says(f"{STORY}，2025年3月1号开始干，2026年6月30号停工，包工头招的")
    shared.presses("同意")
    with pytest.raises(rasa_turn.Failed):
        shared.presses("对")
    server.again()
    server.wait()
    shared.another_process()
    assert "0858-12351" in shared.says(dict(shared.buttons)["对"], again=True)


def test_what_was_hidden_opens_in_its_place_and_with_its_key_only(monkeypatch):
    old, new = crypto.new_key(), crypto.new_key()
    monkeypatch.setenv("BOT_SECRET_KEYS", old)
    data = crypto.hide("欠薪", "session:a")
    assert crypto.unhide(data, "session:b") is None and crypto.unhide(b"", "session:a") is None
    monkeypatch.setenv("BOT_SECRET_KEYS", f"{new},{old}")
    assert crypto.unhide(data, "session:a") == "欠薪"
    monkeypatch.setenv("BOT_SECRET_KEYS", new)
    assert crypto.unhide(data, "session:a") is None
