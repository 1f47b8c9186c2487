"""The audit trail read back: who saw or changed what, the latest first."""
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Audit
from bot.cases.workers import trace


def page(session: Session, *, staff: str | None = None, action: str | None = None, subject: str | None = None, since: date | None = None,
         until: date | None = None, before: int | None = None, limit: int = 50) -> list[Audit]:
    """Entries that fit, the latest first; `before` is the number of the last one of the page before.

    `subject` is a code or name as somebody has it: what was erased since is still found by it. `since` and `until` are both included.
    """
    query = select(Audit)
    for column, value in ((Audit.staff, staff), (Audit.action, action)):
        if value:
            query = query.where(column == value)
    if subject:
        known = {subject, subject.upper()}
        query = query.where(Audit.subject.in_(known | {trace(session, one) for one in known}))
    if since:
        query = query.where(Audit.at >= _midnight(since))
    if until:
        query = query.where(Audit.at < _midnight(until + timedelta(days=1)))
    if before:
        query = query.where(Audit.id < before)
    return list(session.scalars(query.order_by(Audit.id.desc()).limit(limit)))


def of_subject(session: Session, subject: str, limit: int) -> list[Audit]:
    """What was done to one thing, the latest first."""
    return list(session.scalars(select(Audit).where(Audit.subject == subject).order_by(Audit.id.desc()).limit(limit)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), settings.CHINA)
