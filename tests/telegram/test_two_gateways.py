"""Gateways on a PostgreSQL: what reaches two is handled by one, in order, each takes over what the other leaves, and neither rows that
somebody holds locked nor a server that drops every connection cost anybody else an answer."""
import time
from contextlib import closing

import psycopg2
import pytest

from bot.cases import store
from bot.cases.model import Inbox, Outbox
from tests.cases.conftest import cluster, new_postgresql  # noqa: F401 (a fixture)
from tests.telegram.bot_api_double import until


@pytest.fixture
def shared(environment, cluster, monkeypatch):  # noqa: F811
    """A record on PostgreSQL that the settings name."""
    url = new_postgresql(cluster)
    monkeypatch.setenv("DATABASE_URL", url)
    store.migrate()
    yield url
    store.engine(url).dispose()


def test_what_is_delivered_to_both_at_once_is_answered_once_and_in_order(double, rasa, shared, run, settled, rows):
    workers = [double.user(7001 + number) for number in range(6)]
    with double.lock:
        for number in range(5):
            for worker in workers:
                worker.says(f"第{number}句")
    run()
    run()
    until(lambda: all(len(worker.texts()) >= 5 for worker in workers))
    settled()
    for worker in workers:
        assert worker.texts() == [f"echo: 第{number}句" for number in range(5)]
    assert len(rasa.ids()) == len(set(rasa.ids())) == len(rows(Inbox)) == len(rows(Outbox)) == 30


def test_when_one_is_killed_the_other_goes_on_with_its_chats(double, rasa, shared, launch, settled, tmp_path):
    rasa.gate.clear()
    first = launch()
    worker = double.user(7001)
    worker.says("一")
    until(lambda: rasa.asked)
    second = launch(TELEGRAM_ALIVE_FILE=str(tmp_path / "second.alive"))
    until(lambda: second.output.count("gateway up") == 2)  # one log for both
    worker.says("二")
    first.kill()
    rasa.gate.set()
    until(lambda: "echo: 二" in worker.texts())
    settled()
    assert [text for text in worker.texts() if text.startswith("echo")] == ["echo: 一", "echo: 二"]  # on a busy machine also "please wait"
    assert rasa.ids() == ["telegram:880000001", "telegram:880000001", "telegram:880000002"]


def test_a_chat_whose_rows_are_locked_holds_up_no_other(double, rasa, shared, run, settled, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"{shared}&options=-c%20lock_timeout%3D0")  # who waits for a lock does not give up
    run()
    first, second = double.user(7001), double.user(7002)
    rasa.gate.clear()
    first.says("一")
    until(lambda: rasa.asked)
    with closing(psycopg2.connect(shared)) as other:
        other.cursor().execute("SELECT id FROM worker FOR UPDATE")
        rasa.gate.set()
        for number in range(3):
            second.says(f"第{number}句")
        until(lambda: second.texts() == [f"echo: 第{number}句" for number in range(3)])
        assert not first.texts()
    until(lambda: first.texts() == ["echo: 一"])
    settled()


def test_a_server_that_drops_every_connection_costs_nobody_an_answer(double, rasa, shared, run, settled):
    run()
    workers = [double.user(7001 + number) for number in range(4)]
    other = psycopg2.connect(shared)
    other.autocommit = True
    for number in range(5):
        for worker in workers:
            worker.says(f"第{number}句")
        time.sleep(0.3)
        other.cursor().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    other.close()
    until(lambda: all("echo: 第4句" in worker.texts() for worker in workers))
    settled()
    for worker in workers:
        assert [text for text in worker.texts() if text.startswith("echo")] == [f"echo: 第{number}句" for number in range(5)]
