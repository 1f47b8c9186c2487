"""Who waits for a person's answer, and since when; and what each member of staff has read."""
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Case, CaseSeen, Referral, Worker


def heard(session: Session, worker: Worker) -> None:
    """A worker whom a person looks after wrote: unread for staff, and waiting for an answer from now unless they waited already."""
    if worker.handover == "bot":
        return
    now = settings.now()
    mine = select(Case.id).where(Case.worker_id == worker.id)
    change = update(Referral).where(Referral.case_id.in_(mine), Referral.for_hotline.is_(True), Referral.resolved_at.is_(None))
    session.execute(change.values(heard_at=now, waiting_since=func.coalesce(Referral.waiting_since, now))
                    .execution_options(synchronize_session="fetch"))


def saw(session: Session, staff_id: int, case: Case) -> None:
    """A member of staff has the case in front of them."""
    row = session.get(CaseSeen, (staff_id, case.id))
    if row is None:
        session.add(CaseSeen(staff_id=staff_id, case_id=case.id, at=settings.now()))
    else:
        row.at = settings.now()
