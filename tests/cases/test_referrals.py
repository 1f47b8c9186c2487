"""Doors shown, answers heard, the hotline's work: each is written once, and what stays unresolved stays in the log."""
from datetime import date

import pytest
from sqlalchemy import select

from bot.cases import cases, deflections, queue, referrals, staff, store
from bot.cases.model import Case, Contact, Deflection, Referral, Staff
from tests.cases.conftest import DAY, assessment

UNION = {"body": "union", "level": "county", "adcode": "520281", "on": DAY, "by": "worker"}


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")


@pytest.fixture
def shown(today, session, case):
    """A case that has been assessed and whose doors were shown."""
    cases.state(session, case, {"adcode": "520281", "occupation": "construction", "people": 19})
    result = assessment()
    cases.keep_assessment(session, case, result)
    referrals.tell(session, case, result["routes"])
    return case


def log(session) -> list[Deflection]:
    return session.scalars(select(Deflection).order_by(Deflection.id)).all()


def test_a_door_is_told_once(session, shown):
    referrals.tell(session, shown, assessment()["routes"])
    session.expire_all()
    referrals.tell(session, shown, assessment()["routes"] * 2)
    assert [(row.body, row.status) for row in shown.referrals] == [("union", "told"), ("labour_inspection", "told")]


def test_a_refusal_is_logged_with_what_the_case_knows(session, shown):
    referrals.log_contact(session, shown, **UNION, answer="deflected", reason="not_member", words="说我不是会员", aware="yes")
    [row] = log(session)
    assert (row.case_id, row.adcode, row.place, row.occupation, row.issue, row.people) == \
        (shown.code, "520281", "贵州省六盘水市盘州市", "construction", "wage_arrears", 19)
    assert (row.body, row.level, row.contacted_on, row.first_answer_on) == ("union", "county", DAY, DAY)
    assert (row.answer, row.reason, row.words, row.aware, row.involved) == ("deflected", "not_member", "说我不是会员", "yes", "unknown")
    assert shown.referrals[0].status == "deflected"


@pytest.mark.parametrize("answer,logged,reason,involved,status", [
    ("none", "no_answer", "no_answer", "unknown", "contacted"), ("answered", "answered", None, "unknown", "answered"),
    ("acting", "answered", None, "yes", "answered"), ("deflected", "deflected", "other", "unknown", "deflected")])
def test_each_answer_is_logged_as_what_it_is(session, shown, answer, logged, reason, involved, status):
    referrals.log_contact(session, shown, **UNION, answer=answer, reason="other")
    [row] = log(session)
    assert (row.answer, row.reason, row.involved, shown.referrals[0].status) == (logged, reason, involved, status)
    assert row.first_answer_on == (None if answer == "none" else DAY)


def test_a_message_told_twice_is_logged_once(session, shown):
    first = referrals.log_contact(session, shown, **UNION, answer="none", source_message="m1:0")
    again = referrals.log_contact(session, shown, **UNION, answer="none", source_message="m1:0")
    other = referrals.log_contact(session, shown, **UNION, answer="none", source_message="m1:1")
    assert first is again and other is not first and len(log(session)) == 2


def test_a_door_that_was_not_shown_gets_a_referral_when_it_was_tried(session, shown):
    referrals.log_contact(session, shown, body="court", level=None, adcode=None, on=DAY, by="staff:mei", answer="answered")
    assert [(row.body, row.adcode, row.status) for row in shown.referrals][2:] == [("court", "520281", "answered")]


def test_facts_learnt_later_reach_the_rows_already_written(session, shown):
    referrals.log_contact(session, shown, **UNION, answer="none")
    cases.state(session, shown, {"adcode": "520200", "people": 20})
    cases.keep_assessment(session, shown, assessment(issues=["no_contract"]))
    [row] = log(session)
    assert (row.adcode, row.people, row.issue) == ("520200", 20, "no_contract")


def test_a_corrected_reason_reaches_the_log(session, shown):
    contact = referrals.log_contact(session, shown, **UNION, answer="deflected", reason="other")
    referrals.correct_reason(session, contact, "no_authority")
    assert (contact.reason, log(session)[0].reason, log(session)[0].answer) == ("no_authority", "no_authority", "deflected")


def test_a_correction_to_no_answer_means_that_nobody_answered_and_back(session, shown):
    contact = referrals.log_contact(session, shown, **UNION, answer="deflected", reason="other")
    referrals.correct_reason(session, contact, "no_answer")
    [row] = log(session)
    assert (contact.answer, row.answer, row.first_answer_on, shown.referrals[0].status) == ("none", "no_answer", None, "contacted")
    referrals.correct_reason(session, contact, "not_member")
    assert (contact.answer, row.answer, row.first_answer_on, shown.referrals[0].status) == ("deflected", "deflected", DAY, "deflected")


def test_a_case_goes_to_the_hotline_once(session, shown):
    first = referrals.to_hotline(session, shown)
    session.expire_all()
    assert referrals.to_hotline(session, shown).id == first.id
    assert first.for_hotline and first.consented_at is not None
    assert [(row.body, row.answer, row.reason) for row in log(session)] == [("hotline", "no_answer", None)]
    assert [row.referral.id for row in queue.waiting(session)] == [first.id]


def test_of_two_colleagues_one_gets_the_case(today, record, monkeypatch):
    with store.session() as session:
        from bot.cases import workers

        case = cases.open_case(session, workers.arrive(session, "web", "x"))
        number = referrals.to_hotline(session, case).id
        for name in ("mei", "lan"):
            staff.add(session, name, "hotline")
    taken = {}
    for name in ("mei", "lan", "mei"):
        with store.session() as session:
            person = session.scalar(select(Staff).where(Staff.name == name))
            taken[name] = referrals.take(session, session.get(Referral, number), person)
    assert taken == {"mei": True, "lan": False}


def test_an_answer_by_staff_closes_the_silence(session, shown):
    referral = referrals.to_hotline(session, shown)
    referrals.answered(session, referral)
    [row] = log(session)
    assert (referral.status, row.answer, row.first_answer_on, row.involved) == ("answered", "answered", date(2026, 11, 22), "yes")


def test_the_first_answer_stays_the_first(session, shown, monkeypatch):
    referral = referrals.to_hotline(session, shown)
    referrals.answered(session, referral)
    monkeypatch.setenv("BOT_TODAY", "2026-11-30")
    referrals.answered(session, referral)
    referrals.resolve(session, referral, "拿到了 40,800 元", "staff:mei")
    [row] = log(session)
    assert (row.first_answer_on, row.resolved_on, row.outcome) == (date(2026, 11, 22), date(2026, 11, 30), "拿到了 40,800 元")


def test_what_is_resolved_leaves_the_queue_and_is_closed_in_the_log(session, shown):
    referral = referrals.to_hotline(session, shown)
    referrals.resolve(session, referral, "拿到了", "staff:mei")
    [row] = log(session)
    assert queue.waiting(session) == [] and (referral.status, referral.outcome) == ("resolved", "拿到了")
    assert (row.resolved_on, row.answer, row.involved, row.outcome_released) == (date(2026, 11, 22), "answered", "yes", False)
    assert referrals.to_hotline(session, shown).id != referral.id, "a new trouble opens a new referral"


def test_a_worker_who_reports_success_does_not_make_a_refusal_an_answer(session, shown):
    referrals.log_contact(session, shown, **UNION, answer="deflected", reason="not_member")
    referrals.log_contact(session, shown, body="labour_inspection", level="county", adcode="520281", on=DAY, by="worker", answer="none")
    for referral in shown.referrals:
        referrals.resolve(session, referral, "解决了", "worker")
    union, inspection = log(session)
    assert (union.answer, union.reason, union.involved, union.resolved_on) == ("deflected", "not_member", "unknown", date(2026, 11, 22))
    assert (inspection.answer, inspection.involved, inspection.first_answer_on) == ("no_answer", "unknown", None)


def test_a_settled_door_that_is_tried_again_is_a_new_referral(session, shown):
    contact = referrals.log_contact(session, shown, **UNION, answer="acting")
    referrals.resolve(session, session.get(Referral, contact.referral_id), "拿到一半", "worker")
    again = referrals.log_contact(session, shown, **UNION, answer="none")
    assert again.referral_id != contact.referral_id
    assert log(session)[0].resolved_on is not None and log(session)[1].resolved_on is None


def test_what_is_not_resolved_stays_in_the_log(session, shown):
    referrals.log_contact(session, shown, **UNION, answer="none")
    cases.close(session, shown)
    assert [row["resolved_on"] for row in deflections.rows(session)] == [None]
    assert session.scalars(select(Contact)).one().case_id == session.scalars(select(Case)).one().id
