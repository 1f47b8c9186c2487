"""Erasure: everything about one worker, at once. Of the deflection log only province, issue, body, level, reason and month stay."""
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cases.model import Case, Deflection, Inbox, Message, Worker
from bot.cases.workers import new_code


def forget(session: Session, worker: Worker) -> None:
    """Deletes the worker, the cases and all that hangs on them; log rows stay, coarse and under a new number."""
    for case in session.scalars(select(Case).where(Case.worker_id == worker.id)).all():
        number = new_code("X-", 8)
        for row in session.scalars(select(Deflection).where(Deflection.case_ref == case.id)):
            _coarsen(row, number)
        session.flush()
        session.delete(case)
    session.query(Message).filter(Message.worker_id == worker.id).delete()
    session.query(Inbox).filter(Inbox.sender == worker.sender).delete()
    session.delete(worker)  # outbox and buttons go with it (ON DELETE CASCADE)
    session.flush()


def _coarsen(row: Deflection, number: str) -> None:
    row.case_id, row.case_ref, row.referral_id, row.contact_id = number, None, None, None
    row.adcode = row.adcode[:2] + "0000" if row.adcode else None
    if row.contacted_on is not None:
        row.contacted_on = row.contacted_on.replace(day=1)
    row.created_at = row.created_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for column in ("opened_on", "place", "occupation", "people", "words", "first_answer_on", "resolved_on", "outcome", "knew_first"):
        setattr(row, column, None)
    row.words_released = row.outcome_released = False
    row.aware = row.involved = "unknown"
