"""Follow-up from the record into the outbox: each message once whoever looks, and none to who does not want it or needs none."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from bot import law, settings
from bot.cases import cases, messages, referrals, store, workers
from bot.cases.model import Outbox
from bot.dialogue import ask, state
from bot.followup import send

FACTS = {"issues": ["wage_arrears"], "place": "贵州盘州", "adcode": "520281", "ended_on": "2025-12-20", "still_employed": False,
         "amount_owed": 61800, "employment_form": "employee", "written_contract": True}


@pytest.fixture
def case(record, monkeypatch):
    """A case whose card was shown on 1 December; the arbitration year ends on 20 December 2026, a Sunday: to act by Friday the 18th."""
    monkeypatch.setenv("BOT_TODAY", "2026-12-01")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "7001", "zh")
        worker.consented_at = settings.now()
        one = cases.open_case(session, worker)
        cases.state(session, one, FACTS)
        result = ask.assessment(law.load(), worker, one, {})
        cases.keep_assessment(session, one, result)
        referrals.tell(session, one, result["routes"])
        return one.id


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")


def waiting() -> list[str]:
    with store.session() as session:
        return [row.body["text"] for row in session.scalars(select(Outbox).order_by(Outbox.id))]


def a_round(monkeypatch, day: str) -> int:
    monkeypatch.setenv("BOT_TODAY", day)
    return send.round(at(day))


def test_from_the_card_to_the_last_day_each_message_comes_once(case, monkeypatch):
    for day in (1, 2, 2, 11, 12, 15, 17, 17, 18):
        a_round(monkeypatch, f"2026-12-{day:02}")
    said = waiting()
    assert "试发" in said[0] and "打了吗" in said[1]
    assert [text[:9] for text in said[2:]] == ["⏰ 还有 7 天：", "⏰ 还有 3 天：", "⏰ 还有 1 天：", "⏰ 就是今天（20"]
    assert "2026年12月18日 前：申请劳动仲裁" in said[2]


def test_several_processes_at_the_same_moment_say_it_once(case, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-12-11")
    with ThreadPoolExecutor(6) as pool:
        sent = list(pool.map(lambda _: send.round(at("2026-12-11")), range(6)))
    assert sum(sent) == len(waiting()) == len(set(waiting())) == 2  # the question and the week's reminder


@pytest.fixture
def looks(monkeypatch):
    """As many entries as cases were looked at."""
    calls, look = [], ask.assessment

    def counted(*arguments):
        calls.append(None)
        return look(*arguments)
    monkeypatch.setattr(send.ask, "assessment", counted)
    return calls


def test_a_case_is_looked_at_once_a_day_and_again_when_something_was_said(case, monkeypatch, looks):
    def fresh() -> bool:
        before = len(looks)
        a_round(monkeypatch, "2026-12-05")
        return len(looks) > before

    assert fresh() and not fresh()
    with store.session() as session:
        workers.arrive(session, "telegram", "7001").seen_at = at("2026-12-05", 13)
    before = len(looks)
    assert send.round(at("2026-12-05", 14)) == 0 and len(looks) == before + 1
    assert not fresh()
    with store.session() as session:
        one = cases.current(session, workers.by_sender(session, workers.sender_id(session, "telegram", "7001")))
        cases.state(session, one, {"amount_owed": 70000}, source="staff:a")
        one.facts[-1].stated_at = at("2026-12-05", 15)
    assert fresh()
    before = len(looks)
    a_round(monkeypatch, "2026-12-06")
    assert len(looks) == before + 1  # another day


def test_a_case_of_this_minute_does_not_wait_for_all_that_the_morning_brings(case, monkeypatch):
    monkeypatch.setattr(send, "MOST", 2)
    monkeypatch.setattr(send, "BATCH", 1)
    monkeypatch.setenv("BOT_TODAY", "2026-12-05")

    def open_another(address: str) -> int:
        with store.session() as session:
            worker = workers.arrive(session, "telegram", address, "zh")
            worker.consented_at = settings.now()
            return cases.open_case(session, worker).id

    others = [open_another(str(number)) for number in range(3)]
    looked, look = [], send._due

    def looked_at(session, id, *rest):
        looked.append(id)
        if len(looked) == 2:
            others.append(open_another("9"))
        return look(session, id, *rest)
    monkeypatch.setattr(send, "_due", looked_at)
    send.round(at("2026-12-05"))
    assert looked == [others[2], others[1], others[3], others[0], case]


def test_what_staff_correct_in_the_day_is_reminded_of_the_same_day(case, monkeypatch):
    a_round(monkeypatch, "2026-12-05")
    before = len(waiting())
    with store.session() as session:
        one = cases.current(session, workers.by_sender(session, workers.sender_id(session, "telegram", "7001")))
        cases.state(session, one, {"ended_on": "2025-12-12"}, source="staff:a")
        one.facts[-1].stated_at = at("2026-12-05", 13)
        worker = one.worker
        cases.keep_assessment(session, one, ask.assessment(law.load(), worker, one, {}))
    send.round(at("2026-12-05", 14))
    assert len(waiting()) == before + 1 and "2026年12月11日 前" in waiting()[-1]


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)  # elsewhere writers do not wait for each other
def test_nobody_waits_while_cases_are_looked_at(case, sqlite, monkeypatch):
    look, free = ask.assessment, []

    def looked(*arguments):
        other = sqlite3.connect(sqlite, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")  # what every writer begins with
            free.append(True)
        except sqlite3.OperationalError:
            free.append(False)
        finally:
            other.close()
        return look(*arguments)
    monkeypatch.setattr(send.ask, "assessment", looked)
    a_round(monkeypatch, "2026-12-05")
    assert free[0]


def test_who_refuses_reminders_gets_none(case, monkeypatch):
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "7001")
        chosen = state.read(worker)
        chosen.reminders = False
        state.write(worker, chosen)
    assert a_round(monkeypatch, "2026-12-11") == 0


def test_who_blocked_the_bot_gets_none(case, monkeypatch):
    with store.session() as session:
        workers.arrive(session, "telegram", "7001").blocked_at = settings.now()
    assert a_round(monkeypatch, "2026-12-11") == 0


def test_when_the_matter_is_done_nobody_is_reminded(case, monkeypatch):
    with store.session() as session:
        one = cases.current(session, workers.arrive(session, "telegram", "7001"))
        referrals.resolve(session, one.referrals[0], "钱拿到了", "worker")
    assert a_round(monkeypatch, "2026-12-11") == 0


def test_when_arbitration_was_filed_its_day_is_no_longer_reminded_of(case, monkeypatch):
    with store.session() as session:
        one = cases.current(session, workers.arrive(session, "telegram", "7001"))
        cases.state(session, one, {"arbitration.filed_on": "2026-12-05"})
    a_round(monkeypatch, "2026-12-11")
    assert not [text for text in waiting() if "申请劳动仲裁" in text]


def test_a_forgotten_worker_is_left_alone(case, monkeypatch):
    from bot.cases import forget

    with store.session() as session:
        forget.forget(session, workers.arrive(session, "telegram", "7001"))
    assert a_round(monkeypatch, "2026-12-11") == 0


def test_the_conversation_shows_what_was_said(case, monkeypatch):
    a_round(monkeypatch, "2026-12-11")
    with store.session() as session:
        rows = session.scalars(select(messages.Message)).all()
        assert [row.speaker for row in rows] == ["bot", "bot"]


def test_a_working_day_after_a_call_in_vain_it_asks_whether_the_union_has_answered_since(case, monkeypatch):
    with store.session() as session:
        one = cases.current(session, workers.arrive(session, "telegram", "7001"))
        referrals.log_contact(session, one, body="union", level="county", adcode=None, on=datetime(2026, 12, 2).date(), by="worker",
                              answer="none")
    a_round(monkeypatch, "2026-12-03")
    a_round(monkeypatch, "2026-12-04")
    assert [text[:22] for text in waiting()] == ["2026年12月2日 你找过县（区）总工会，"[:22]]
