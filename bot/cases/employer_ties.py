"""One employer under several names: what people decided, the same or not the same. It can be undone, and that it was decided stays."""
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Employer, EmployerTie


def circle(session: Session, id: int) -> frozenset[int]:
    """All employers that are the same as one by what people decided, itself among them."""
    return circles(session).get(id, frozenset({id}))


def circles(session: Session) -> dict[int, frozenset[int]]:
    """The employers that people took for the same as others: each with all of its circle."""
    found: dict[int, set[int]] = {}
    held = select(EmployerTie.one_id, EmployerTie.other_id).where(EmployerTie.same.is_(True), EmployerTie.undone_at.is_(None))
    for one, other in session.execute(held):
        joined = found.get(one, {one}) | found.get(other, {other})
        for id in joined:
            found[id] = joined
    return {id: frozenset(ids) for id, ids in found.items()}


def tie(session: Session, one: Employer, other: Employer, same: bool, by: str, why: str | None = None) -> EmployerTie | None:
    """Writes down that two employers are the same, or are not; what was decided of the two before holds no more. None where it is the
    same employer, or was decided so already."""
    if one.id == other.id:
        return None
    before = decided(session, one, other)
    if before is not None:
        if before.same == same:
            return None
        undo(before, by)
    made = EmployerTie(one_id=one.id, other_id=other.id, same=same, by=by, at=settings.now(), why=why)
    session.add(made)
    session.flush()
    return made


def decided(session: Session, one: Employer, other: Employer) -> EmployerTie | None:
    """What is held of two employers."""
    return session.scalar(select(EmployerTie).where(EmployerTie.undone_at.is_(None), _between(one.id, other.id)))


def undo(one: EmployerTie, by: str) -> None:
    """Takes a decision back; that it was made stays on record."""
    one.undone_by, one.undone_at = by, settings.now()


def ties(session: Session, ids: frozenset[int]) -> list[EmployerTie]:
    """What was decided of some employers, the latest first."""
    return list(session.scalars(select(EmployerTie).where(or_(EmployerTie.one_id.in_(ids), EmployerTie.other_id.in_(ids)))
                                .order_by(EmployerTie.id.desc())))


def _between(one: int, other: int):
    ends = EmployerTie.one_id, EmployerTie.other_id
    return or_(*[and_(ends[0] == first, ends[1] == second) for first, second in ((one, other), (other, one))])
