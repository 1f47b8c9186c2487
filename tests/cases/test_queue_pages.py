"""The queue is read level by level from indexes over what is open: in the same order as ever, on however many matters."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from bench import records
from bot.cases import cases, queue, referrals, store, workers
from bot.cases.model import Referral
from tests.cases.conftest import assessment

OPEN_ONES = "referral_open_"


@pytest.fixture
def filled(record, monkeypatch):
    """Some hundred matters, a few dozen of them open at the hotline, on the last day of theirs."""
    monkeypatch.setenv("BOT_TODAY", records.LAST.isoformat())
    records.fill(record, 800, summed=False)
    return record


def place_of(row: queue.Row, today) -> tuple:
    """Where a row stands, reckoned from the table of the order in plain Python."""
    table, case, since = queue.order(), row.case, row.referral.waiting_since
    level = next(number for number, one in enumerate(table["levels"]) if number == len(table["levels"]) - 1
                 or one.get("emergency") and case.urgency == "emergency"
                 or "act_by_within" in one and case.act_by is not None
                 and -table["lapsed"] <= (case.act_by - today).days <= one["act_by_within"]
                 or "unanswered" in one and since is not None and today - since.date() >= timedelta(one["unanswered"]))
    size = next((number for number, least in enumerate(table["groups"]) if (case.people or 1) >= least), len(table["groups"]))
    injured = any(issue in case.issues for issue in table["injury_issues"])
    return (level, not injured, size, since is None, since and since.timestamp(), case.act_by is None, case.act_by, row.referral.id)


def test_its_pages_one_after_the_other_are_all_that_is_open_in_order(filled):
    with store.session(only_reads=True) as session:
        whole = queue.waiting(session, limit=1000)
        pages = [queue.waiting(session, limit=7, offset=first) for first in range(0, len(whole) + 7, 7)]
        assert [row.referral.id for page in pages for row in page] == [row.referral.id for row in whole] and pages[-1] == []
        assert len(whole) == queue.count(session) == len({row.referral.id for row in whole}) > 10
        places = [place_of(row, records.LAST) for row in whole]
    assert places == sorted(places)


def test_a_page_and_its_count_read_the_indexes_over_what_is_open(sqlite, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", records.LAST.isoformat())
    records.fill(f"sqlite:///{sqlite}", 100, summed=False)
    plans = []
    with store.session(only_reads=True) as session:
        connection = session.connection()
        monkeypatch.setattr(session, "scalars", lambda query: plans.append(query) or type(session).scalars(session, query))
        monkeypatch.setattr(session, "scalar", lambda query: plans.append(query) or type(session).scalar(session, query))
        queue.waiting(session)
        queue.count(session)
        for query in plans:
            statement = query.compile(connection, compile_kwargs={"literal_binds": True})
            steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
            assert any(OPEN_ONES in step for step in steps) and not any(step == "SCAN referral" for step in steps), steps
    assert len(plans) > 2


def test_the_top_follows_the_case(record):
    with store.session() as session:
        case = cases.open_case(session, workers.arrive(session, "telegram", "1", "zh"))
        cases.keep_assessment(session, case, assessment())
        referrals.to_hotline(session, case)
        for urgency, act_by in (("urgent", "2026-12-01"), ("normal", None)):
            days = [{"status": "open", "act_by": act_by}] if act_by else []
            cases.keep_assessment(session, case, assessment(urgency=urgency, deadlines=days))
            kept = session.execute(select(Referral.urgency, Referral.act_by).where(Referral.for_hotline)).one()
            assert (kept.urgency, kept.act_by and kept.act_by.isoformat()) == (urgency, act_by)
