"""What is over is erased after its time, by itself, once; what is going on stays."""
import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot import settings
from bot.cases import cases, inbox, messages, referrals, retention, store, workers
from bot.cases.model import Case, DataKey, Deflection, Inbox, Message, Outbox, Worker
from bot.dialogue import standing
from bot.documents import mydata
from bot.law import load
from tests.cases.conftest import assessment


@pytest.fixture
def told(record, monkeypatch):
    """A worker with a case that was closed on 22 November 2026; (worker's code, case's code)."""
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "700700700", "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker)
        cases.state(session, case, {"employer": "周木生", "adcode": "520281", "occupation": "construction"})
        cases.keep_assessment(session, case, assessment())
        referrals.log_contact(session, case, body="union", level="county", adcode="520281", on=date(2026, 11, 20), by="worker",
                              answer="deflected", reason="not_member", words="说我不是会员", aware="yes")
        messages.log(session, worker, "worker", "我叫周木生", case.id)
        cases.close(session, case)
        return worker.code, case.code


def at(monkeypatch, day: str) -> int:
    monkeypatch.setenv("BOT_TODAY", day)
    return retention.round()


def test_a_closed_case_is_erased_after_ninety_days_and_its_figures_stay(told, monkeypatch):
    assert at(monkeypatch, "2027-02-19") == 0
    assert at(monkeypatch, "2027-02-21") == 2, "the case, and the worker who has no other"
    assert retention.round() == 0
    with store.session(only_reads=True) as session:
        assert session.scalars(select(Case)).all() == [] and session.scalars(select(Message)).all() == []
        row = session.scalars(select(Deflection)).one()
        assert row.case_id.startswith("X-") and (row.adcode, row.place, row.words) == ("520000", None, None)
        assert (row.aware, row.answer, row.occupation, row.contacted_on) == ("yes", "deflected", "construction", date(2026, 11, 1))


def test_the_worker_is_erased_too_once_they_are_silent_and_have_no_case(told, monkeypatch):
    at(monkeypatch, "2027-02-21")
    with store.session(only_reads=True) as session:
        assert session.scalars(select(Worker)).all() == []
        assert len(session.scalars(select(DataKey)).all()) == 1, "the house's"


def test_who_wrote_lately_stays_when_an_old_case_goes(told, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2027-02-10")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "700700700")
        cases.state(session, cases.open_case(session, worker), {"employer": "新老板"})
    assert at(monkeypatch, "2027-02-21") == 1
    with store.session(only_reads=True) as session:
        worker = session.scalars(select(Worker)).one()
        assert (worker.code, worker.address) == (told[0], "700700700")
        assert [cases.stated(case) for case in worker.cases] == [{"employer": "新老板"}]


def test_whoever_never_agreed_is_forgotten_after_thirty_days(record, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    with store.session() as session:
        workers.arrive(session, "telegram", "1")
    assert at(monkeypatch, "2026-12-21") == 0
    assert at(monkeypatch, "2026-12-23") == 1


@pytest.mark.parametrize(("act_by", "hotline", "closed"), [(None, False, True), ("2027-12-01", False, False), (None, True, False)])
def test_an_abandoned_case_is_closed_and_its_worker_told_unless_a_day_or_the_hotline_is_ahead(record, monkeypatch, act_by, hotline, closed):
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "1", "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker)
        case.act_by = act_by and date.fromisoformat(act_by)
        if hotline:
            referrals.to_hotline(session, case)
    assert at(monkeypatch, "2027-05-20") == 0
    assert at(monkeypatch, "2027-05-23") == closed
    with store.session(only_reads=True) as session:
        assert session.scalars(select(Case)).one().status == ("closed" if closed else "open")
        assert ["2027年8月21日" in row.body["text"] for row in session.scalars(select(Outbox))] == [True] * closed


@pytest.mark.parametrize(("writes_on", "closed"), [("2026-11-23", True), ("2026-11-30", False)])
def test_a_matter_that_staff_solved_is_closed_unless_its_worker_writes_again(record, monkeypatch, writes_on, closed):
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "1", "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker)
        case.act_by = date(2027, 12, 1)
        referrals.to_hotline(session, case)
    monkeypatch.setenv("BOT_TODAY", writes_on)
    with store.session() as session:
        workers.arrive(session, "telegram", "1")
    monkeypatch.setenv("BOT_TODAY", "2026-11-24")
    with store.session() as session:
        [case] = session.scalars(select(Case)).all()
        referrals.resolve(session, next(one for one in case.referrals if one.for_hotline), "拿到了", "staff:mei")
    assert at(monkeypatch, "2026-12-07") == 0
    assert at(monkeypatch, "2026-12-09") == closed
    with store.session(only_reads=True) as session:
        assert session.scalars(select(Case)).one().status == ("closed" if closed else "open")
        assert ["2027年3月9日" in row.body["text"] for row in session.scalars(select(Outbox))] == [True] * closed


def test_the_clock_is_shown_to_the_worker(told):
    with store.session(only_reads=True) as session:
        worker = workers.by_code(session, told[0])
        [said] = standing.status(session, load(), worker, None)
        assert f"{told[1]}：已关上，2027年2月20日全部删掉" in said.text


def test_my_data_shows_what_every_table_holds(told):
    with store.session() as session:
        worker = workers.by_code(session, told[0])
        worker.dialogue = {"pending": {"employer": "还没确认的老板"}}
        messages.send(session, worker, "k", "等着发的话")
        inbox.store(session, "telegram", "1", worker.sender, {"text": "刚收到的话"})
    with store.session(only_reads=True) as session:
        file = mydata.file(session, workers.by_code(session, told[0]))
    shown = json.loads(file.content)
    for mark in ("700700700", "周木生", "520281", "说我不是会员", "我叫周木生", "还没确认的老板", "等着发的话", "刚收到的话"):
        assert mark in file.content.decode(), mark
    assert shown["cases"][0]["erased_on"] == "2027-02-20"


def test_what_was_set_aside_goes_after_ninety_days(told, monkeypatch):
    with store.session() as session:
        worker = workers.by_code(session, told[0])
        cases.open_case(session, worker)
        inbox.store(session, "telegram", "1", worker.sender, {"text": "读不了"})
        inbox.set_aside(session, session.scalars(select(Inbox.id)).one())
    at(monkeypatch, (datetime(2026, 11, 22) + timedelta(days=91)).date().isoformat())
    with store.session(only_reads=True) as session:
        assert session.scalars(select(Inbox)).all() == []
