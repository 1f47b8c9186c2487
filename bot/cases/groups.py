"""Several workers, one employer: cases handled together, and one matter told twice made one.

Only staff see who belongs together: what goes to a group goes to each worker alone and names nobody.
"""
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import cases, employers, keys, referrals
from bot.cases.model import Case, CaseGroup, Fact
from bot.cases.workers import free_code


def open_group(session: Session, name: str) -> CaseGroup:
    """A new group, called after the employer or the site."""
    group = CaseGroup(code=free_code(session, CaseGroup.code, f"Q-{settings.now():%y}-", 5), name=name, created_at=settings.now())
    session.add(group)
    session.flush()
    return group


def by_code(session: Session, code: str) -> CaseGroup | None:
    return session.scalar(select(CaseGroup).where(CaseGroup.code == code.strip().upper()))


def join(session: Session, case: Case, group: CaseGroup | None) -> None:
    """Puts a case into a group, or out of its own; a group without cases is gone."""
    before, case.group_id = case.group_id, group and group.id
    session.flush()
    if before is not None and before != case.group_id:
        drop_if_empty(session, before)


def drop_if_empty(session: Session, group_id: int) -> None:
    """Removes a group that no case belongs to any more; its name may name an employer."""
    if not session.scalar(select(func.count(Case.id)).where(Case.group_id == group_id)):
        keys.drop(session, session.scalar(select(CaseGroup.key_id).where(CaseGroup.id == group_id)))
        session.execute(delete(CaseGroup).where(CaseGroup.id == group_id).execution_options(synchronize_session=False))


def merge(session: Session, double: Case, into: Case, by: str, outcome: str) -> bool:
    """Makes two cases of one worker one: facts that only the double has go over, its referrals end, it is closed.

    False where they are not the same worker's, or one is merged already. Conversations stay where they were held.
    """
    if double.id == into.id or double.worker_id != into.worker_id or double.merged_into or into.merged_into:
        return False
    known = {fact.name for fact in into.facts}
    for name, fact in {fact.name: fact for fact in double.facts}.items():
        if name not in known and fact.value is not None:
            into.facts.append(Fact(name=name, value=fact.value, source=by, stated_at=settings.now()))
    if any(referral.for_hotline and referral.status in referrals.OPEN for referral in double.referrals):
        referrals.to_hotline(session, into)  # the worker's consent was to passing this matter on
    for referral in double.referrals:
        if referral.status in referrals.OPEN:
            referrals.close(referral, outcome)
    double.status, double.closed_at, double.merged_into = "closed", settings.now(), into.id
    session.flush()
    employers.follow(session, into, cases.stated(into))
    return True
