"""Alerts to staff: raised once each, shown to whoever reaches the matter until somebody has seen to it."""
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import rights
from bot.cases.model import Alert, Case, Employer, Staff

MOST = 20  # shown at once; the rest follows when these are seen to


def raised(session: Session, kind: str, key: str, case: Case, employer: Employer | None = None) -> bool:
    """Raises an alert about a matter, or about an employer whom it names; False when this one was raised
    before, also by another process at the same moment."""
    if session.scalar(select(Alert.id).where(Alert.key == key)) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Alert(kind=kind, key=key, case_id=case.id, employer_id=employer and employer.id, raised_at=settings.now()))
    except IntegrityError:
        return False
    return True


def open_for(session: Session, staff: Staff, most: int = MOST) -> list[tuple[Alert, Case]]:
    """What a person should look at, the oldest first."""
    reached = select(Case.id).where(Case.id == Alert.case_id, Case.status == "open", rights.cases(session, staff)).exists()
    # The numbers first: of a join the database would take the open matters before the open alerts, a million before a few.
    first = list(session.scalars(select(Alert.id).where(Alert.done_at.is_(None), reached).order_by(Alert.id).limit(most)))
    query = select(Alert, Case).join(Case, Case.id == Alert.case_id).where(Alert.id.in_(first)).order_by(Alert.id)
    return [(alert, case) for alert, case in session.execute(query)]


def done(session: Session, staff: Staff, id: int) -> Case | None:
    """Marks an alert as seen to; the matter it is about, None when the person does not reach such an alert."""
    case = session.scalar(select(Case).join(Alert, Alert.case_id == Case.id).where(Alert.id == id, rights.cases(session, staff)))
    if case is not None:
        session.execute(update(Alert).where(Alert.id == id, Alert.done_at.is_(None))
                        .values(done_at=settings.now(), done_by=staff.name))
    return case
