"""Alerts to staff: raised once each, shown to whoever reaches the matter until somebody has seen to it."""
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import rights
from bot.cases.model import Alert, Case, Staff

CHUNK = 500  # keys to a statement
MOST = 20  # shown at once; the rest follows when these are seen to


class Wanted(NamedTuple):
    """An alert about a matter, or about an employer whom it names, that is to be raised once: `key` stands for it."""

    kind: str
    key: str
    case_id: int
    employer_id: int | None = None


def not_raised(session: Session, wanted: Iterable[Wanted]) -> list[Wanted]:
    """Those that were not raised before."""
    wanted, there = list(wanted), set()
    for first in range(0, len(wanted), CHUNK):
        keys = [one.key for one in wanted[first:first + CHUNK]]
        there.update(session.scalars(select(Alert.key).where(Alert.key.in_(keys))))
    return [one for one in wanted if one.key not in there]


def raised(session: Session, one: Wanted) -> bool:
    """Raises an alert; False when it was raised before, also by another process at the same moment."""
    if not not_raised(session, [one]):
        return False
    try:
        with session.begin_nested():
            session.add(Alert(**one._asdict(), raised_at=settings.now()))
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
