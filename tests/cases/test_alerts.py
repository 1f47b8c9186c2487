"""Staff are alerted once when a day to act by comes near and nothing happens, and when a union that they called stays silent."""
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot import settings
from bot.cases import alerts, cases, messages, referrals, staff, store, teams, workers
from bot.cases.model import Alert, Case
from bot.followup import alert

ACT_BY = date(2026, 12, 18)


@pytest.fixture
def code(record, monkeypatch):
    """A matter passed on to the hotline on 1 December, to act by 18 December; its code."""
    monkeypatch.setenv("BOT_TODAY", "2026-12-01")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "7001", "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker)
        case.act_by, case.adcode = ACT_BY, "520281"
        referrals.to_hotline(session, case)
        staff.add(session, "mei", "hotline")
        return case.code


def a_round(monkeypatch, day: int) -> int:
    monkeypatch.setenv("BOT_TODAY", f"2026-12-{day:02}")
    return alert.round(datetime.fromisoformat(f"2026-12-{day:02}T12:00:00+08:00"))


def the(session, code: str) -> Case:
    return session.scalar(select(Case).where(Case.code == code))


def kinds() -> list[str]:
    with store.session() as session:
        return [one.kind for one, _ in alerts.open_for(session, staff.by_name(session, "mei"))]


def test_seven_days_before_the_day_to_act_by_a_matter_nobody_touched_is_raised_once(code, monkeypatch):
    assert [a_round(monkeypatch, day) for day in (10, 11, 12, 18, 19)] == [0, 1, 0, 0, 0]
    assert kinds() == ["deadline"]


def test_whoever_did_something_these_days_is_not_alerted(code, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-12-10")
    with store.session() as session:
        referrals.log_contact(session, the(session, code), body="labour_inspection", level="county", adcode=None, on=date(2026, 12, 10),
                              by="staff:mei", answer="acting")
    assert [a_round(monkeypatch, day) for day in (11, 12, 14)] == [0, 0, 1], "three quiet days later it is raised after all"


def test_a_matter_that_was_answered_these_days_is_not_raised(code, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-12-10")
    with store.session() as session:
        case = the(session, code)
        messages.log(session, case.worker, "staff:mei", "我今天去问", case.id)
    assert a_round(monkeypatch, 11) == 0


def test_a_matter_that_is_done_or_not_passed_on_is_not_raised(code, monkeypatch):
    with store.session() as session:
        case = the(session, code)
        referrals.resolve(session, next(one for one in case.referrals if one.for_hotline), "钱拿到了", "staff:mei")
        cases.open_case(session, case.worker).act_by = ACT_BY
    assert a_round(monkeypatch, 11) == 0


def test_a_union_that_staff_called_in_vain_comes_back_a_working_day_later(code, monkeypatch):
    with store.session() as session:
        referrals.log_contact(session, the(session, code), body="union", level="county", adcode=None, on=date(2026, 12, 4),
                              by="staff:mei", answer="none")  # a Friday
    assert [a_round(monkeypatch, day) for day in (4, 6, 7, 8)] == [0, 0, 1, 0] and kinds() == ["union_silent"]


def test_what_the_worker_called_in_vain_is_asked_of_the_worker_not_of_staff(code, monkeypatch):
    with store.session() as session:
        referrals.log_contact(session, the(session, code), body="union", level="county", adcode=None, on=date(2026, 12, 4),
                              by="worker", answer="none")
    assert a_round(monkeypatch, 8) == 0


def test_several_processes_at_the_same_moment_raise_it_once(code, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-12-11")
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: alert.round(datetime.fromisoformat("2026-12-11T12:00:00+08:00")), range(4))) == 1
    assert kinds() == ["deadline"]


def test_an_alert_is_seen_to_by_whoever_reaches_the_matter_and_by_no_other_desk(code, monkeypatch):
    a_round(monkeypatch, 11)
    with store.session() as session:
        staff.add(session, "wang", "hotline")
        mei, wang = staff.by_name(session, "mei"), staff.by_name(session, "wang")
        mei.team_id, wang.team_id = (teams.keep(session, None, name, regions).id for name, regions in (("贵州", "52"), ("深圳", "4403")))
        session.flush()
        [(one, _)] = alerts.open_for(session, mei)
        assert alerts.open_for(session, wang) == [] and alerts.done(session, wang, one.id) is None
        assert alerts.done(session, mei, one.id).code == code and alerts.open_for(session, mei) == []
    with store.session() as session:
        assert session.scalar(select(Alert.done_by)) == "mei"


def test_with_the_worker_the_alert_is_forgotten(code, monkeypatch):
    from bot.cases import forget

    a_round(monkeypatch, 11)
    with store.session() as session:
        forget.forget(session, the(session, code).worker)
    assert kinds() == []
