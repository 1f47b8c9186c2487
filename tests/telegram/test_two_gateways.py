"""Two gateways on one PostgreSQL: what reaches both is handled by one, in order, and each takes over what the other leaves."""
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
    yield
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
