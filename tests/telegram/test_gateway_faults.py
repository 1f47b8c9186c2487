"""Telegram refuses, fails or is gone; Rasa is away or chokes; the database is locked, gone or full; the process is killed: nobody loses
an answer or gets it twice."""
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import law, settings
from bot.cases import forget, inbox, messages, outbox, store, workers
from bot.cases.model import Inbox, Outbox, Worker
from tests.telegram.bot_api_double import until

MAYBE_AGAIN = law.load().text("gateway.again", "zh")


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
    for status in (500, 502):
        double.fail_next("sendMessage", status)
    worker.says("一")
    worker.says("二")
    worker.waits_for(2)
    settled()
    assert worker.texts() == ["echo: 一", "echo: 二"]


@pytest.mark.parametrize("arrived", [False, True])
def test_a_message_whose_receipt_was_lost_comes_again_and_says_so(double, rasa, running, settled, arrived):
    worker = double.user(7001)
    double.fail_next("sendMessage", "close", after=arrived)
    worker.says("一")
    worker.says("二")
    worker.waits_for(3 if arrived else 2)
    settled()
    assert worker.texts() == ["echo: 一"] * arrived + [f"{MAYBE_AGAIN}\necho: 一", "echo: 二"]


def test_a_receipt_that_cannot_be_written_down_is_kept_and_nothing_is_sent_again(double, rasa, running, settled, monkeypatch):
    sent, failures = outbox.sent, iter(range(3))

    def full(*arguments):
        if next(failures, None) is not None:
            raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database or disk is full"))
        sent(*arguments)
    monkeypatch.setattr(outbox, "sent", full)
    worker = double.user(7001)
    worker.says("一")
    worker.says("二")
    worker.waits_for(2)
    settled()
    assert worker.texts() == ["echo: 一", "echo: 二"] and next(failures, None) is None


def test_failing_get_updates_loses_nothing(double, rasa, running):
    for status in (500, 502, "close", 429):
        double.fail_next("getUpdates", status, **({"retry_after": 1} if status == 429 else {}))
    worker = double.user(7001)
    worker.says("工资")
    assert worker.waits_for(1)[0].text == "echo: 工资"


def test_a_telegram_that_falls_silent_is_asked_anew(double, rasa, run, monkeypatch):
    monkeypatch.setattr("bot.telegram.calls.SILENCE", 0.2)
    double.fail_next("getUpdates", "timeout", times=2)
    run(poll_seconds=1)
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


def test_an_update_that_no_key_opens_is_set_aside_and_blocks_nothing(double, rasa, running):
    rasa.gate.clear()
    worker = double.user(7001)
    worker.says("一")
    until(lambda: rasa.asked)
    worker.says("毒")
    worker.says("工资")
    until(lambda: not double.updates)
    with store.session() as session:
        session.execute(text("UPDATE inbox SET payload = x'00' WHERE id = 2"))
    rasa.gate.set()
    until(lambda: "echo: 工资" in worker.texts())
    with store.session(only_reads=True) as session:
        kept = session.query(Inbox.status, Inbox.fault).order_by(Inbox.id).all()
    assert [row.status for row in kept] == ["handled", "set_aside", "handled"] and kept[1].fault == "Forged"
    assert any("没处理好" in said for said in worker.texts())


def test_an_update_the_record_refuses_keeps_no_other_out(double, rasa, running, monkeypatch):
    write = inbox.store

    def refusing(session, channel, update_id, sender, payload, *more):
        if payload["message"]["text"] == "毒":
            raise ValueError
        return write(session, channel, update_id, sender, payload, *more)
    monkeypatch.setattr(inbox, "store", refusing)
    worker = double.user(7001)
    with double.lock:
        worker.says("毒")
        worker.says("工资")
    assert worker.waits_for(1)[0].text == "echo: 工资"


def test_waits_of_an_earlier_process_and_another_clock_hold_nothing_up(double, rasa, environment, run, rows):
    with store.session() as session:
        messages.send(session, workers.arrive(session, "telegram", "7001", "zh"), "staff:1", "您好")
        session.flush()
        session.query(Outbox).one().next_try_at = settings.now() + timedelta(days=400)
    run()
    assert double.user(7001).waits_for(1)[0].text == "您好"


def test_a_silent_rasa_is_told_of_while_it_is_waited_for(double, rasa, running, settled, monkeypatch):
    monkeypatch.setattr("bot.telegram.handle.SLOW", 0.2)
    rasa.gate.clear()
    worker = double.user(7001, "en")
    worker.says("wages")
    assert "wait a moment" in worker.waits_for(1)[0].text
    rasa.gate.set()
    worker.waits_for(2)
    settled()
    assert worker.texts()[1:] == ["echo: wages"] and len(rasa.asked) == 1


def test_a_locked_record_holds_things_up_and_no_longer_than_the_lock(double, rasa, environment, monkeypatch, tmp_path, run, settled):
    store.engine.cache_clear()
    monkeypatch.setattr(store, "BUSY_MS", 200)
    run()
    worker = double.user(7001)
    worker.says("一")
    worker.waits_for(1)
    other = sqlite3.connect(tmp_path / "gongyou.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    worker.says("二")
    fetched = len(double.calls("getUpdates"))
    until(lambda: len(double.calls("getUpdates")) > fetched + 2)  # it could not be written down, so it was asked for again
    other.execute("ROLLBACK")
    other.close()
    worker.says("三")
    worker.waits_for(3)
    settled()
    assert worker.texts() == ["echo: 一", "echo: 二", "echo: 三"]


def test_a_full_disk_loses_nothing_and_repeats_nothing(double, rasa, launch, environment, tmp_path, settled):
    process = launch()
    worker = double.user(7001)
    worker.says("一")
    worker.waits_for(1)
    settled()
    size = (tmp_path / "gongyou.db-wal").stat().st_size  # what is written next would be written beyond its end
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    worker.says("二")
    until(lambda: process.output.count("OperationalError") > 2)
    assert worker.texts() == ["echo: 一"]
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    worker.says("三")
    worker.waits_for(3)
    settled()
    assert worker.texts() == ["echo: 一", "echo: 二", "echo: 三"] and "Traceback" not in process.output


def test_a_record_that_is_gone_is_waited_for_and_none_is_made_in_its_place(double, rasa, launch, environment, tmp_path, settled):
    process = launch()
    worker = double.user(7001)
    worker.says("一")
    worker.waits_for(1)
    settled()
    for file in tmp_path.glob("gongyou.db*"):
        file.rename(tmp_path / f"away-{file.name}")
    worker.says("二")
    until(lambda: process.output.count("OperationalError") > 2)
    assert not (tmp_path / "gongyou.db").exists()
    for file in tmp_path.glob("away-*"):
        file.rename(tmp_path / file.name.removeprefix("away-"))
    worker.waits_for(2)
    settled()
    assert worker.texts() == ["echo: 一", "echo: 二"]


def test_a_second_gateway_on_the_machine_does_not_run(double, rasa, launch, environment):
    first = launch()
    until(lambda: "gateway up" in first.output)
    second = subprocess.run([sys.executable, "-m", "bot.telegram"], cwd=settings.ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert second.returncode == 1 and second.stderr.splitlines() == [
        "another gateway runs on this machine: two of them would send everything twice"]


def test_killed_between_sending_and_its_receipt_the_message_comes_again_and_says_so(double, rasa, launch, settled):
    worker = double.user(7001)
    double.fail_next("sendMessage", "timeout", after=True)
    first = launch()
    worker.says("一")
    worker.waits_for(1)
    first.kill()
    launch()
    worker.says("二")
    worker.waits_for(3)
    settled()
    assert worker.texts() == ["echo: 一", f"{MAYBE_AGAIN}\necho: 一", "echo: 二"]


def test_killed_between_erasure_and_the_last_words_the_worker_is_told_all_the_same(double, rasa, launch, rows):
    def erase(body: dict) -> list[dict]:
        with store.session() as session:
            forget.forget(session, workers.by_sender(session, body["sender"]), wish=body["metadata"]["message_id"])
        return [{"text": "都删掉了"}]
    rasa.answers = {"删": [{"text": "真的?", "buttons": [{"title": "删掉", "payload": "/forget"}]}], "/forget": erase}
    worker = double.user(7001)
    first = launch()
    worker.says("删")
    worker.waits_for(1)
    double.fail_next("sendMessage", "timeout")
    worker.presses("删掉")
    until(lambda: len(double.calls("sendMessage")) == 2)
    first.kill()
    worker.says("还在吗")
    launch()
    worker.waits_for(3)
    assert worker.texts()[1:] == [law.load().text("dialogue.forgotten", "zh"), "echo: 还在吗"]
    assert len(rows(Worker)) == len(rows(Inbox)) == 1


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
