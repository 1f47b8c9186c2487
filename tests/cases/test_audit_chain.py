"""The audit trail is a chain: the database refuses to change it, and whoever gets around that is found out. Erasure keeps it whole."""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot import settings
from bot.cases import audit_chain, cases, forget, staff, store, workers
from bot.cases.model import Audit, AuditHead

TRIGGERS = {"sqlite": ("DROP TRIGGER audit_stays", "DROP TRIGGER audit_not_deleted"),
            "postgresql": ("DROP TRIGGER audit_stays ON audit", "DROP TRIGGER audit_not_deleted ON audit")}


def write(number: int, subject: str | None = None) -> None:
    with store.session() as session:
        staff.audit(session, f"mei{number}", "case.read", subject or f"G-26-{number:05}", {"n": number})


def sql(*statements: str) -> None:
    with store.session() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def verdict(head: str | None = None) -> audit_chain.Verdict:
    with store.session() as session:
        return audit_chain.verify(session, head)


@pytest.fixture
def chain(record):
    """Five entries; the statements that take the triggers away, as somebody with the database's own rights could."""
    for number in range(1, 6):
        write(number)
    return TRIGGERS[store.engine(record).dialect.name]


def test_entries_are_numbered_and_fit(chain):
    found = verdict()
    assert (found.entries, found.fault) == (5, None)
    with store.session(only_reads=True) as session:
        rows = session.scalars(select(Audit).order_by(Audit.number)).all()
        assert [row.number for row in rows] == [1, 2, 3, 4, 5] and [row.prev_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]
        assert session.get(AuditHead, 1).hash == rows[-1].hash == found.last


@pytest.mark.parametrize("statement", ["UPDATE audit SET staff = 'li' WHERE id = 2", "UPDATE audit SET subject = 'G-26-OTHER' WHERE id = 2",
                                       "UPDATE audit SET detail = NULL WHERE id = 2", "UPDATE audit SET number = 9 WHERE id = 2",
                                       "UPDATE audit SET hash = NULL WHERE id = 2", "DELETE FROM audit WHERE id = 5", "DELETE FROM audit"])
def test_the_database_refuses_to_change_or_delete_an_entry(chain, statement):
    with pytest.raises(DBAPIError, match="neither changed nor deleted"):
        sql(statement)
    assert verdict().fault is None


@pytest.mark.parametrize("record", ["postgresql"], indirect=True)
def test_nor_does_it_empty_the_table(chain):
    with pytest.raises(DBAPIError, match="neither changed nor deleted"):
        sql("TRUNCATE audit")


@pytest.mark.parametrize("done, said", [
    (["UPDATE audit SET staff = 'li' WHERE id = 2"], "entry 2: its content is not what was written"),
    (["UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 2"], "entry 2: its content is not what was written"),
    (["UPDATE audit SET subject = 'G-26-OTHER' WHERE id = 2"], "entry 2: its subject is not what was written"),
    (["UPDATE audit SET detail = NULL WHERE id = 2"], "entry 2: its detail is not what was written"),
    (["UPDATE audit SET detail = NULL, subject = 'erased-by-me', subject_mark = 'erased-by-me' WHERE id = 2"],
     "entry 2: its content is not what was written"),
    (["DELETE FROM audit WHERE id = 2"], "entry 3: number 2 is missing before it"),
    (["DELETE FROM audit WHERE id = 2", "UPDATE audit SET number = number - 1 WHERE id > 2"],
     "entry 3: it does not follow the entry before it"),
    (["DELETE FROM audit WHERE id = 5"], "after entry number 4: 1 entries are missing"),
    (["UPDATE audit SET number = 9 WHERE id = 2", "UPDATE audit SET number = 2 WHERE id = 3", "UPDATE audit SET number = 3 WHERE id = 2"],
     "entry 3: it does not follow the entry before it"),
    (["INSERT INTO audit (at, staff, action) VALUES ('2026-01-01 00:00:00', 'li', 'case.read')"], "entry 6: it is not part of the chain")])
def test_whoever_gets_around_that_is_found_out(chain, done, said):
    sql(*chain, *done)
    assert verdict().fault == said


def test_entries_cut_off_together_with_the_end_are_found_by_a_hash_noted_before(chain):
    noted = verdict().last
    write(6)
    assert verdict(noted).fault is None, "more entries since are fine"
    sql(*chain, "DELETE FROM audit WHERE id > 4", "UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit WHERE id = 4)")
    assert verdict().fault is None and "cut off" in verdict(noted).fault


def test_writers_at_the_same_time_make_one_chain(record):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert (verdict().entries, verdict().fault) == (40, None)


def test_what_was_undone_leaves_no_entry_and_no_gap(chain):
    with pytest.raises(RuntimeError):
        with store.session() as session:
            staff.audit(session, "mei", "case.read", "G-26-NONE2")
            session.flush()
            raise RuntimeError
    write(7)
    assert (verdict().entries, verdict().fault) == (6, None)


def test_erasure_puts_a_mark_in_place_of_the_code_and_the_chain_stays_whole(chain):
    with store.session() as session:
        worker = workers.arrive(session, "web", "somebody")
        code = cases.open_case(session, worker).code
        for subject in (code, worker.code):
            staff.audit(session, "mei", "case.identity", subject, {"reason": "核对登记"})
    with store.session() as session:
        staff.audit(session, "mei", "case.read", code)  # in the very unit of work that erases
        forget.forget(session, workers.by_sender(session, worker.sender))
    with store.session(only_reads=True) as session:
        kept = session.execute(select(Audit.subject, Audit.detail).where(Audit.number > 5).order_by(Audit.number)).all()
        assert [tuple(row) for row in kept] == [(workers.trace(session, subject), None) for subject in (code, worker.code, code)]
    assert (verdict().entries, verdict().fault) == (8, None)


def test_entries_from_before_there_was_a_chain_become_its_beginning(chain, record):
    sql(*chain, "UPDATE audit SET number = NULL, hash = NULL, prev_hash = NULL, subject_mark = NULL, detail_mark = NULL",
        "UPDATE audit_head SET number = 0, hash = ''")
    assert verdict().fault == "entry 1: it is not part of the chain"
    write(6)
    assert (verdict().entries, verdict().fault) == (6, None)


def test_the_command_says_whether_the_chain_is_whole(chain):
    def run(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "bot", "audit", "verify", *arguments]
        return subprocess.run(command, cwd=settings.ROOT, capture_output=True, text=True)

    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, f"5 entries, whole; last: {verdict().last}\n", "")
    assert run("--head", verdict().last).returncode == 0 and run("--head", "0" * 64).returncode == 1
    sql(*chain, "UPDATE audit SET action = 'sign_in' WHERE id = 3")
    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (1, "entry 3: its content is not what was written\n", "")
