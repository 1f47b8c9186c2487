"""Erasure: of one worker nothing remains in any table; the deflection log keeps what points at nobody."""
import json
import subprocess
import sys
from datetime import date

import pytest
from sqlalchemy import select, text

from bot import settings
from bot.cases import (
    buttons,
    cases,
    deflection_import,
    deflections,
    forget,
    groups,
    inbox,
    messages,
    outbox,
    referrals,
    review,
    staff,
    store,
    workers,
)
from bot.cases.model import Audit, Base, Deflection, Note, Staff
from tests.cases.conftest import DAY, assessment

MARKS = ("700700700", "周木生", "盘州", "520281", "61800", "61,800", "construction", "我不是会员", "拿到了", "13812345678")


@pytest.fixture
def told(record, monkeypatch):
    """A worker about whom every table holds something; (worker's code, sender, case's code)."""
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "700700700", "zh")
        worker.consented_at, worker.dialogue = settings.now(), {"pending": {"employer": "周木生"}}
        case = cases.open_case(session, worker)
        cases.state(session, case, {"place": "贵州盘州", "adcode": "520281", "occupation": "construction", "people": 19,
                                    "amount_owed": 61800})
        result = assessment(card="盘州周木生 61,800")
        cases.keep_assessment(session, case, result)
        referrals.tell(session, case, result["routes"])
        referrals.log_contact(session, case, body="union", level="county", adcode="520281", on=DAY, by="worker", answer="deflected",
                              reason="not_member", words="周木生说我不是会员", aware="yes", source_message="telegram-1:0")
        hotline = referrals.to_hotline(session, case)
        referrals.resolve(session, hotline, "周木生拿到了", "staff:mei")
        messages.log(session, worker, "worker", "我叫周木生，电话 13812345678", case.id)
        session.add(Note(case_id=case.id, staff="mei", text="周木生要回电话", at=settings.now()))
        groups.join(session, case, groups.open_group(session, "周木生的工地"))
        messages.send(session, worker, "k1", "周木生，你好", [])
        outbox.sent(session, 1, "55")
        messages.send(session, worker, "k2", "周木生，你好", [])
        buttons.show(session, worker.id, [{"title": "周木生", "payload": "/inform"}])
        inbox.store(session, "telegram", "100", worker.sender, {"text": "我叫周木生"})
        staff.audit(session, "mei", "case.read", case.code)
        staff.audit(session, "mei", "case.contact", case.code, {"body": "union", "note": "周木生"})
        staff.audit(session, "mei", "sign_in")
        row = session.scalars(select(Deflection).where(Deflection.body == "union")).one()
        root = Staff(name="root", role="admin")
        review.release(session, row, root, "words", ["周木生"])
        review.judge(session, row, root, {"reason": "no_authority", "aware": "no", "involved": "no", "knew_first": "union"}, "周木生说的")
        review.exemplary(session, row, root, True)
        other = workers.arrive(session, "telegram", "8", "zh")
        cases.state(session, cases.open_case(session, other), {"employer": "别人"})
        return worker.code, worker.sender, case.code


def everything() -> dict[str, list[list[str]]]:
    """Every value of every column of every row, decrypted, as text."""
    with store.session(only_reads=True) as session:
        return {name: [[json.dumps(value, ensure_ascii=False, default=str) for value in row] for row in session.execute(select(table))]
                for name, table in Base.metadata.tables.items()}


def erase(code: str) -> None:
    with store.session() as session:
        forget.forget(session, workers.by_code(session, code))


def test_nothing_of_the_worker_remains_in_any_column_of_any_table(told):
    before = {name for name, rows in everything().items() if rows}
    assert before >= {"worker", "case", "fact", "assessment", "referral", "contact", "deflection", "message", "inbox", "outbox", "button"}
    erase(told[0])
    for name, rows in everything().items():
        for value in [value for row in rows for value in row]:
            for mark in (*told, *MARKS):
                assert mark not in value, f"{name}: {value}"
    left = everything()
    assert len(left["worker"]) == len(left["case"]) == len(left["fact"]) == 1, "the other worker's"
    assert {name for name, rows in left.items() if rows} == {"secret", "data_key", "worker", "case", "fact", "deflection", "audit",
                                                             "audit_head", "log_case", "log_count", "log_tally", "log_stale"}


def test_the_log_keeps_province_issue_body_level_reason_and_month_only(told):
    erase(told[0])
    with store.session(only_reads=True) as session:
        rows = session.scalars(select(Deflection).order_by(Deflection.id)).all()
        kept = [{column.name: getattr(row, column.name) for column in Deflection.__table__.columns} for row in rows]
    assert [(row["adcode"], row["issue"], row["body"], row["level"], row["reason"], row["contacted_on"]) for row in kept] == [
        ("520000", "wage_arrears", "union", "county", "no_authority", date(2026, 11, 1)),
        ("520000", "wage_arrears", "hotline", None, None, date(2026, 11, 1))]
    for row in kept:
        assert row["case_id"].startswith("X-") and (row["created_at"].day, row["created_at"].hour) == (1, 0)
        assert (row["aware"], row["involved"], row["words_released"], row["outcome_released"], row["exemplary"]) == (
            "unknown", "unknown", False, False, False)
        assert all(row[name] is None for name in ("case_ref", "referral_id", "contact_id", "opened_on", "place", "occupation", "people",
                                                  "answer", "words", "words_masked", "first_answer_on", "resolved_on", "outcome",
                                                  "outcome_masked", "knew_first", "review"))
    assert kept[0]["case_id"] == kept[1]["case_id"], "rows of one case are still counted as one"


def test_a_day_in_another_month_than_its_entry_leaves_one_month(told):
    with store.session() as session:
        session.scalars(select(Deflection).order_by(Deflection.id)).first().contacted_on = date(2026, 9, 30)
    erase(told[0])
    with store.session(only_reads=True) as session:
        row = session.scalars(select(Deflection).order_by(Deflection.id)).first()
        assert row.contacted_on == row.created_at.date() == date(2026, 9, 1)


def test_an_exported_row_that_was_imported_again_is_erased_too(told):
    with store.session() as session:
        rows = deflection_import.read(deflections.export(session, "json"))
        deflection_import.add(session, rows)
    erase(told[0])
    with store.session(only_reads=True) as session:
        assert {row.case_id[:2] for row in session.scalars(select(Deflection))} == {"X-"}


def test_the_audit_trail_keeps_a_keyed_hash(told):
    erase(told[0])
    with store.session(only_reads=True) as session:
        kept = session.execute(select(Audit.staff, Audit.action, Audit.subject, Audit.detail).order_by(Audit.id)).all()
        hashed = workers.trace(session, told[2])
    assert [tuple(row) for row in kept] == [("mei", "case.read", hashed, None), ("mei", "case.contact", hashed, None),
                                            ("mei", "sign_in", None, None)]


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_not_even_the_files_hold_the_pseudonyms_any_more(told, tmp_path):
    assert all(mark.encode() in _bytes(tmp_path) for mark in told)
    erase(told[0])
    assert not any(mark.encode() in _bytes(tmp_path) for mark in told)


def test_the_command_erases_and_says_so(told):
    done = subprocess.run([sys.executable, "-m", "bot", "forget", told[0].lower()], cwd=settings.ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{told[0]}: erased\n", "")
    assert not any(mark in value for rows in everything().values() for row in rows for value in row for mark in told)
    again = subprocess.run([sys.executable, "-m", "bot", "forget", told[0]], cwd=settings.ROOT, capture_output=True, text=True)
    assert (again.returncode, again.stdout) == (2, "") and again.stderr.startswith("WORKER: ")


def test_a_worker_without_a_case_can_be_erased(session):
    forget.forget(session, workers.arrive(session, "web", "x"))
    assert session.execute(text("SELECT count(*) FROM worker")).scalar() == 0


def test_a_forgotten_person_who_comes_back_is_somebody_new(told):
    erase(told[0])
    with store.session() as session:
        assert workers.arrive(session, "telegram", "700700700").code != told[0]


def _bytes(folder) -> bytes:
    return b"".join(part.read_bytes() for part in folder.glob("gongyou.db*"))
