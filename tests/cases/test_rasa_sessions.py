"""Who is forgotten is forgotten in Redis too, where several Rasa processes share what is under way."""
import socket
import subprocess
import time

import pytest
import redis

from bot.cases import forget, store, workers
from bot.cases.rasa_sessions import PREFIX


@pytest.fixture
def shared(monkeypatch, tmp_path):
    """A Redis server of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    client = redis.Redis(port=port)
    until = time.monotonic() + 30
    while True:
        try:
            client.ping()
            break
        except redis.RedisError:
            assert time.monotonic() < until
            time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    client.close()
    server.terminate()
    server.wait()


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_the_session_of_who_is_forgotten_goes_with_the_record_and_others_stay(record, shared):
    kept = redis.Redis.from_url(shared)
    with store.session() as session:
        gone, stays = (workers.arrive(session, "telegram", name, "zh") for name in ("1", "2"))
        for worker in (gone, stays):
            kept.set(PREFIX + worker.sender, "what is under way")
    with store.session() as session:
        forget.forget(session, workers.by_code(session, gone.code))
        assert kept.exists(PREFIX + gone.sender), "not before it is committed"
    assert kept.keys() == [(PREFIX + stays.sender).encode()]
    kept.close()


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_forgetting_does_not_wait_for_a_redis_that_is_away(record, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with store.session() as session:
        code = workers.arrive(session, "telegram", "1", "zh").code
    with store.session() as session:
        forget.forget(session, workers.by_code(session, code))
    with store.session() as session:
        assert workers.by_code(session, code) is None
