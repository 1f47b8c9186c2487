"""Whatever changes the record marks the cases whose sums are to be made anew, in the same transaction.

Marking is an insert and never waits for another writer; log_counts.py does the counting when somebody looks. Statements that change
many rows at once pass by these listeners: they call `mark` themselves.
"""
from collections.abc import Iterable

from sqlalchemy import event, insert, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from bot.cases.model import Assessment, Case, Deflection, LogStale, Worker

OF_CASE = ("opened_at", "adcode", "occupation", "issues", "platform", "worker_id", "merged_into")  # what is counted of a case


def mark(session: Session, keys: Iterable[str]) -> None:
    """Cases (by their number in the log) whose sums are to be made anew."""
    _mark(session.connection(), keys)


def person(worker_id: int) -> str:
    """The key under which somebody is counted who has told of no matter yet."""
    return f"@{worker_id}"


def _mark(connection: Connection, keys: Iterable[str]) -> None:
    rows = [{"key": key} for key in dict.fromkeys(keys) if key]
    if rows:
        connection.execute(insert(LogStale.__table__), rows)


def _changed(target, *names: str) -> list:
    """The values, old and new, of columns that this flush changes."""
    histories = [inspect(target).attrs[name].history for name in names]
    return [value for history in histories if history.has_changes() for value in (*(history.added or ()), *(history.deleted or ()))]


@event.listens_for(Deflection, "after_insert")
@event.listens_for(Deflection, "after_update")
@event.listens_for(Deflection, "after_delete")
def _row(_mapper, connection: Connection, row: Deflection) -> None:
    _mark(connection, [row.case_id, *_changed(row, "case_id")])


@event.listens_for(Case, "after_insert")
@event.listens_for(Case, "after_delete")
def _case(_mapper, connection: Connection, case: Case) -> None:
    _mark(connection, [case.code, *([person(case.worker_id)] if case.worker_id else [])])


@event.listens_for(Case, "after_update")
def _case_changed(mapper, connection: Connection, case: Case) -> None:
    if _changed(case, *OF_CASE):
        _case(mapper, connection, case)


@event.listens_for(Assessment, "after_insert")
def _assessed(_mapper, connection: Connection, assessment: Assessment) -> None:
    connection.execute(insert(LogStale.__table__).from_select(
        ["key"], Case.__table__.select().with_only_columns(Case.__table__.c.code).where(Case.__table__.c.id == assessment.case_id)))


@event.listens_for(Worker, "after_insert")
@event.listens_for(Worker, "after_delete")
def _worker(_mapper, connection: Connection, worker: Worker) -> None:
    _mark(connection, [person(worker.id)])


@event.listens_for(Worker, "after_update")
def _worker_changed(mapper, connection: Connection, worker: Worker) -> None:
    if _changed(worker, "consented_at"):
        _worker(mapper, connection, worker)
