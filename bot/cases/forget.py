"""Erasure: everything about one worker, at once. Of the deflection log only province, issue, body, level, reason and month stay."""
from sqlalchemy import event, or_, select, update
from sqlalchemy.orm import Session

from bot.cases import groups, log_counts, store
from bot.cases.log_marks import person
from bot.cases.model import Audit, Case, Deflection, DeflectionReview, Inbox, Message, Worker
from bot.cases.workers import free_code, trace


def forget(session: Session, worker: Worker) -> None:
    """Deletes the worker, the cases and all that hangs on them; log rows stay, coarse and under a new number.

    The audit trail keeps a keyed hash in place of the codes. Once committed, the database's own log of changes is emptied too.
    """
    counted = [person(worker.id)]
    for case in session.scalars(select(Case).where(Case.worker_id == worker.id)).all():
        number = free_code(session, Deflection.case_id, "X-", 8)
        for row in session.scalars(select(Deflection).where(or_(Deflection.case_ref == case.id, Deflection.case_id == case.code))):
            _coarsen(row, number)
            session.query(DeflectionReview).filter(DeflectionReview.deflection_id == row.id).delete(synchronize_session=False)
        counted += [case.code, number]
        _hide(session, case.code)
        session.flush()
        group = case.group_id
        session.delete(case)
        session.flush()
        if group is not None:
            groups.drop_if_empty(session, group)
    _hide(session, worker.code)
    session.query(Message).filter(Message.worker_id == worker.id).delete()
    session.query(Inbox).filter(Inbox.sender == worker.sender).delete()
    session.delete(worker)  # outbox and buttons go with it (ON DELETE CASCADE)
    log_counts.settle(session, counted)
    event.listen(session, "after_commit", _sweep, once=True)


def _coarsen(row: Deflection, number: str) -> None:
    month = (row.contacted_on or row.created_at.date()).replace(day=1)
    row.case_id, row.case_ref, row.referral_id, row.contact_id = number, None, None, None
    row.adcode = row.adcode[:2] + "0000" if row.adcode else None
    row.contacted_on = month
    row.created_at = row.created_at.replace(year=month.year, month=month.month, day=1, hour=0, minute=0, second=0, microsecond=0)
    for column in ("opened_on", "place", "occupation", "people", "answer", "words", "words_masked", "first_answer_on", "resolved_on",
                   "outcome", "outcome_masked", "knew_first", "review"):
        setattr(row, column, None)
    row.words_released = row.outcome_released = row.exemplary = False
    row.aware = row.involved = "unknown"


def _hide(session: Session, code: str) -> None:
    change = update(Audit).where(Audit.subject == code).values(subject=trace(session, code), detail=None)
    session.execute(change.execution_options(synchronize_session=False))


def _sweep(session: Session) -> None:
    store.sweep(session.get_bind())
