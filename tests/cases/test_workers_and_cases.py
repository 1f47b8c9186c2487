"""People by pseudonym, and cases: the newest fact holds, nothing is overwritten, an answer is kept once."""
from datetime import date

from sqlalchemy import select

from bot.cases import cases, workers
from bot.cases.model import Assessment, Case, Fact, Worker
from bot.guidance.assess import assess
from bot.guidance.facts import parse_facts
from bot.law import load
from tests.cases.conftest import assessment


def test_an_address_leads_to_the_same_worker_and_is_not_in_the_pseudonym(session):
    first = workers.arrive(session, "telegram", "700700700", "zh")
    again = workers.arrive(session, "telegram", "700700700", "en")
    other = workers.arrive(session, "telegram", "700700701", "zh")
    assert first is again and first is not other and first.language == "zh"
    assert "700700700" not in first.sender and first.sender.startswith("telegram-")


def test_channels_are_kept_apart(session):
    assert workers.arrive(session, "telegram", "7").code != workers.arrive(session, "web", "7").code


def test_a_worker_is_found_by_sender_and_by_code_however_it_is_typed(session, worker):
    assert workers.by_sender(session, worker.sender) is worker
    assert workers.by_code(session, f" {worker.code.lower()} ") is worker
    assert workers.by_code(session, "W-NOBODY") is None


def test_a_code_that_is_taken_is_not_given_again(session, worker, monkeypatch):
    free = iter([worker.code, worker.code, "W-FREE22"])
    monkeypatch.setattr(workers, "new_code", lambda *_: next(free))
    assert workers.free_code(session, Worker.code, "W-") == "W-FREE22"


def test_the_latest_open_case_is_the_current_one(session, worker, case):
    later = cases.open_case(session, worker)
    assert cases.current(session, worker) is later
    cases.close(session, later)
    assert cases.current(session, worker) is case
    cases.close(session, case)
    assert cases.current(session, worker) is None


def test_the_newest_statement_holds_and_the_older_ones_stay(session, case):
    assert cases.state(session, case, {"amount_owed": 40800, "injury.on": "2026-05-03"})
    assert cases.state(session, case, {"amount_owed": 61800}, source="staff:mei")
    session.expire_all()
    assert cases.facts(case) == {"amount_owed": 61800, "injury": {"on": "2026-05-03"}}
    assert [(row.value, row.source) for row in case.facts if row.name == "amount_owed"] == [(40800, "worker"), (61800, "staff:mei")]


def test_a_fact_said_again_is_not_written_again(session, case):
    cases.state(session, case, {"people": 19, "written_contract": False})
    assert not cases.state(session, case, {"people": 19, "written_contract": False})
    assert len(session.scalars(select(Fact)).all()) == 2


def test_a_withdrawn_fact_is_unknown_until_it_is_stated_again(session, case):
    cases.state(session, case, {"ended_on": "2026-01-31"})
    cases.state(session, case, {"ended_on": None})
    assert cases.facts(case) == {}
    cases.state(session, case, {"ended_on": "2026-01-31"})
    assert cases.facts(case) == {"ended_on": "2026-01-31"}


def test_an_assessment_brings_the_case_up_to_date(session, case):
    cases.state(session, case, {"adcode": "520281", "occupation": "construction", "people": 3})
    cases.keep_assessment(session, case, assessment())
    assert (case.issues, case.urgency, case.adcode, case.occupation, case.people) == \
        (["wage_arrears", "no_contract"], "urgent", "520281", "construction", 3)
    assert case.act_by == date(2026, 12, 1), "the earliest day that is still ahead, not the one that passed"


def test_a_case_without_a_running_deadline_has_no_day_to_act_by(session, case):
    cases.keep_assessment(session, case, assessment(deadlines=[{"status": "passed", "act_by": "2025-01-01"}]))
    assert case.act_by is None


def test_the_same_answer_is_kept_once_and_a_new_one_beside_it(session, case):
    law = load()
    facts = {"issues": ["wage_arrears"], "adcode": "520281", "amount_owed": 61800, "ended_on": "2026-06-30"}
    given = assess(parse_facts(facts), law, date(2026, 11, 22))
    cases.keep_assessment(session, case, given)
    session.expire_all()
    cases.keep_assessment(session, case, given)
    assert len(session.scalars(select(Assessment)).all()) == 1
    cases.keep_assessment(session, case, assess(parse_facts(facts), law, date(2026, 11, 23)))
    session.expire_all()
    assert [row.as_of.day for row in case.assessments] == [22, 23]


def test_codes_are_different(session, worker):
    codes = [cases.open_case(session, worker).code for _ in range(30)]
    assert len(set(codes)) == 30 == session.query(Case).count()
