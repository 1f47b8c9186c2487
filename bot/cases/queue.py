"""The hotline's queue: referrals that workers agreed to pass on and that nobody has resolved yet."""
from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import Session

from bot.cases.model import Case, Referral, Staff
from bot.cases.referrals import OPEN

URGENCIES = ("emergency", "urgent", "soon", "normal")


def waiting(session: Session, *, issue: str | None = None, urgency: str | None = None, limit: int = 50,
            offset: int = 0) -> list[tuple[Referral, Case, str | None]]:
    """(referral, its case, who has taken it), the most urgent first, then the earliest day to act by, then the longest wait."""
    rank = case(*[(Case.urgency == name, place) for place, name in enumerate(URGENCIES)], else_=len(URGENCIES))
    query = (_open(select(Referral, Case, Staff.name), issue, urgency).outerjoin(Staff, Staff.id == Referral.assigned_to)
             .order_by(rank, Case.act_by.is_(None), Case.act_by, Referral.created_at, Referral.id).limit(limit).offset(offset))
    return [tuple(row) for row in session.execute(query)]


def count(session: Session, *, issue: str | None = None, urgency: str | None = None) -> int:
    """How many referrals wait."""
    return session.scalar(_open(select(func.count(Referral.id)), issue, urgency))


def _open(query, issue: str | None, urgency: str | None):
    query = query.select_from(Referral).join(Case, Case.id == Referral.case_id).where(
        Referral.for_hotline.is_(True), Referral.status.in_(OPEN), Referral.resolved_at.is_(None), Case.status != "forgotten")
    if issue:
        query = query.where(cast(Case.issues, String).like(f'%"{issue}"%'))
    if urgency:
        query = query.where(Case.urgency == urgency)
    return query
