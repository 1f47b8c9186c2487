"""Telegram refuses, fails or is gone; Rasa is away or chokes; the process is killed: nobody loses an answer or gets it twice."""
import threading

from bot.cases.model import Inbox, Outbox, Worker
from tests.telegram.bot_api_double import until


def test_telegrams_wish_to_wait_is_honoured(double, rasa, running, rows):
    worker = double.user(7001)
    double.fail_next("sendMessage", 429, retry_after=2)
    worker.says("工资")
    until(lambda: [row for row in rows(Outbox) if row.next_try_at])
    row = rows(Outbox)[0]
    assert (row.next_try_at.replace(tzinfo=None) - row.created_at.replace(tzinfo=None)).total_seconds() >= 2
    worker.waits_for(1)
    assert worker.texts() == ["echo: 工资"] and len(double.calls("sendMessage")) == 2


def test_server_errors_and_cut_connections_are_tried_again(double, rasa, running, settled):
    worker = double.user(7001)
    for status in (500, 502, "close"):
        double.fail_next("sendMessage", status)
    worker.says("一")
    worker.says("二")
    worker.waits_for(2)
    settled()
    assert worker.texts() == ["echo: 一", "echo: 二"]


def test_failing_get_updates_loses_nothing(double, rasa, running):
    for status in (500, 502, "close", 429):
        double.fail_next("getUpdates", status, **({"retry_after": 1} if status == 429 else {}))
    worker = double.user(7001)
    worker.says("工资")
    assert worker.waits_for(1)[0].text == "echo: 工资"


def test_updates_whose_delivery_broke_off_come_again_and_count_once(double, rasa, running, settled):
    double.fail_next("getUpdates", "close", after=True, times=2)
    worker = double.user(7001)
    worker.says("工资")
    worker.waits_for(1)
    settled()
    assert worker.texts() == ["echo: 工资"]


def test_telegram_gone_for_a_while_gets_the_answers_when_it_is_back(double, rasa, running, rows):
    rasa.gate.clear()
    worker = double.user(7001)
    worker.says("工资")
    until(lambda: rasa.asked)
    double.stop()
    rasa.gate.set()
    until(lambda: [row for row in rows(Outbox) if row.attempts])
    double.start()
    assert worker.waits_for(1)[0].text == "echo: 工资"


def test_a_worker_who_blocked_us_is_noted_and_does_not_hold_up_others(double, rasa, running, rows):
    gone, other = double.user(7001), double.user(7002)
    double.blocked.add(7001)
    gone.says("工资")
    other.says("工资")
    other.waits_for(1)
    until(lambda: [row for row in rows(Outbox) if row.status == "failed"])
    assert [row.body for row in rows(Outbox) if row.status == "failed"] == [{"error": "blocked by the worker"}]
    assert [worker.blocked_at is not None for worker in rows(Worker)] == [True, False]


def test_blocking_and_unblocking_is_noted_when_telegram_says_so(double, rasa, running, rows):
    worker = double.user(7001)
    worker.blocks_bot()
    until(lambda: [row for row in rows(Worker) if row.blocked_at])
    worker.unblocks_bot()
    until(lambda: [row for row in rows(Worker) if not row.blocked_at])
    assert worker.messages() == [] and rasa.asked == []


def test_a_message_telegram_refuses_is_given_up_and_the_next_one_sent(double, rasa, running, rows):
    double.fail_next("sendMessage", 400, description="Bad Request: chat not found")
    worker = double.user(7001)
    worker.says("一")
    worker.says("二")
    worker.waits_for(1)
    assert worker.texts() == ["echo: 二"]
    assert "chat not found" in rows(Outbox)[0].body["error"].lower()


def test_rasa_away_keeps_messages_waiting_tells_the_worker_once_and_answers_in_order(double, rasa, running, settled):
    rasa.stop()
    worker = double.user(7001, "en")
    worker.says("one")
    worker.says("two")
    assert "wait a moment" in worker.waits_for(1)[0].text
    rasa.start()
    worker.waits_for(3)
    settled()
    assert worker.texts()[1:] == ["echo: one", "echo: two"]


def test_a_message_rasa_always_fails_on_is_set_aside_and_blocks_nothing(double, rasa, running, rows, settled):
    rasa.failing["毒"] = 500
    worker = double.user(7001)
    worker.says("毒")
    worker.says("工资")
    until(lambda: "echo: 工资" in worker.texts())
    settled()
    assert rasa.messages().count("毒") == 8
    assert [row.status for row in rows(Inbox)] == ["set_aside", "handled"]
    assert any("没处理好" in text for text in worker.texts())


def test_an_update_nobody_can_read_is_set_aside_and_blocks_nothing(double, rasa, running, rows):
    worker = double.user(7001)
    worker.sends(location={"latitude": None})
    worker.says("工资")
    until(lambda: "echo: 工资" in worker.texts())
    assert [row.status for row in rows(Inbox)] == ["set_aside", "handled"]


def test_killed_between_receiving_and_answering_the_gateway_answers_once_after_its_restart(double, rasa, launch, settled):
    rasa.gate.clear()
    worker = double.user(7001)
    first = launch()
    worker.says("我的工资")
    until(lambda: rasa.asked and not double.updates)  # received, confirmed to Telegram, not answered
    first.kill()
    rasa.gate.set()
    launch()
    worker.waits_for(1)
    worker.says("还有一句")
    worker.waits_for(2)
    settled()
    assert worker.texts() == ["echo: 我的工资", "echo: 还有一句"]
    assert rasa.ids() == ["telegram:880000001", "telegram:880000001", "telegram:880000002"]  # the repetition can be recognised


def test_killed_again_and_again_the_gateway_handles_each_update_once(double, rasa, launch, rows, settled):
    workers = [double.user(7000 + number) for number in range(4)]
    for number in range(3):
        process, before = launch(), len(rasa.asked)
        for worker in workers:
            worker.says(f"第{number}句")
        until(lambda before=before: len(rasa.asked) > before)
        process.kill()
    launch()
    until(lambda: all("echo: 第2句" in worker.texts() for worker in workers))
    settled()
    assert len(rows(Outbox)) == 12  # one reply for each update, however often it was tried
    for worker in workers:
        assert list(dict.fromkeys(worker.texts())) == [f"echo: 第{number}句" for number in range(3)]


def test_told_to_stop_the_gateway_finishes_what_it_began(double, rasa, launch, environment):
    process = launch()
    worker = double.user(7001)
    rasa.gate.clear()
    worker.says("工资")
    until(lambda: rasa.asked)
    threading.Timer(0.5, rasa.gate.set).start()
    assert process.terminate() == 0
    launch()
    worker.waits_for(1)
    assert len(rasa.asked) == 1
