"""Who of the staff may see which matter, and what of it. One rule in SQL, for lists and for single objects alike.

An admin reaches every matter, and so does a colleague who belongs to no desk (a small office has none). Who belongs to a desk
reaches the matters whose hotline referral lies at it, those offered to it, those of its regions, those that no desk
answers for, and those passed on that belong to its regions by a further place (the employer's, the platform's, or by a pact of
two regions); of these last it works on the matter but does not learn who the worker is. What is out of reach does not exist for
that person: nothing tells it from what was never there.

Of a matter within reach the outline shows; facts, papers and conversation only where `agreed`; the facts in IDENTITY and the
address of the worker only on one page and for a reason that goes on record.
"""
from sqlalchemy import and_, false, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from bot.cases.model import Case, CaseGroup, CasePlace, Deflection, Referral, Staff, Team, Transfer, Unanswered

IDENTITY = ("born", "household_place", "sex")  # facts that could tell who the worker is


def cases(session: Session, staff: Staff):
    """The condition on Case of the matters that a person reaches."""
    if everything(staff):
        return true()
    return or_(_own(session, staff), _shared(session, staff))


def _shared(session: Session, staff: Staff):
    """Of the matters of other regions, those passed on that belong to the person's regions as well."""
    door, regions = aliased(Referral), _regions(session, staff.team_id)
    further = select(CasePlace.case_id).where(CasePlace.case_id == Case.id, _concerns(CasePlace.adcode, regions))
    return and_(further.exists(), select(door.id).where(door.case_id == Case.id, door.for_hotline.is_(True)).exists())


def _own(session: Session, staff: Staff):
    """The matters of a person's own desk, and those of none."""
    if everything(staff):
        return true()
    door = aliased(Referral)
    of_case = (door.case_id == Case.id, door.for_hotline.is_(True))
    offered = and_(Transfer.answer.is_(None), Transfer.to_team == staff.team_id)
    return or_(
        _concerns(Case.adcode, _regions(session, staff.team_id)),
        select(door.id).where(*of_case, door.team_id == staff.team_id).exists(),
        select(Transfer.id).join(door, door.id == Transfer.referral_id).where(*of_case, offered).exists(),
        and_(not_(_concerns(Case.adcode, _regions(session))), not_(select(door.id).where(*of_case, door.team_id.isnot(None)).exists())))


def deflections(session: Session, staff: Staff):
    """The condition on Deflection of the rows that a person reaches: those of their matters. A row without a case (imported, or
    coarse after erasure) goes by its place."""
    if everything(staff):
        return true()
    place = Deflection.adcode
    return or_(Deflection.case_ref.in_(select(Case.id).where(cases(session, staff))),
               and_(Deflection.case_ref.is_(None), or_(_concerns(place, _regions(session, staff.team_id)),
                                                       not_(_concerns(place, _regions(session))))))


def reaches(session: Session, staff: Staff, case: Case) -> bool:
    """Whether a person reaches this matter."""
    return session.scalar(select(Case.id).where(Case.id == case.id, cases(session, staff))) is not None


def may_identify(session: Session, staff: Staff, case: Case) -> bool:
    """Whether a person may learn who the worker is, for a reason: not where they reach the matter by a further place alone."""
    return session.scalar(select(Case.id).where(Case.id == case.id, _own(session, staff))) is not None


def reached_ids(session: Session, staff: Staff, ids: list[int]):
    """The query for those of some matters, by number, that a person reaches."""
    return select(Case.id).where(Case.id.in_(ids), cases(session, staff))


def case(session: Session, staff: Staff, key: str) -> Case | None:
    """The matter with this number or code; None where there is none within the person's reach."""
    if key.isascii() and key.isdigit():
        same = Case.id == int(key) if len(key) < 10 else false()
    else:
        same = Case.code == key.strip().upper() if key.isprintable() else false()
    return session.scalar(select(Case).where(same, Case.status != "forgotten", cases(session, staff)))


def members(session: Session, staff: Staff, group: CaseGroup) -> list[Case]:
    """The matters of a group within a person's reach. Without any, the group is out of reach too."""
    mine = select(Case).where(Case.group_id == group.id, Case.status != "forgotten", cases(session, staff))
    return list(session.scalars(mine.order_by(Case.id)))


def unanswered(session: Session, staff: Staff):
    """The condition on Unanswered of the messages that a person reaches: an admin every one, scrubbed as they are; the hotline those of
    matters within reach that were passed on, whose conversation they may read anyway."""
    if staff.role == "admin":
        return true()
    passed = select(Referral.id).where(Referral.case_id == Unanswered.case_id, Referral.for_hotline.is_(True)).exists()
    return and_(passed, Unanswered.case_id.in_(select(Case.id).where(cases(session, staff))))


def regions(session: Session, staff: Staff) -> list[str] | None:
    """The place codes that a person's figures may speak of: those of their desk; None is everywhere."""
    return None if everything(staff) else _regions(session, staff.team_id)


def agreed(case: Case) -> bool:
    """Whether the worker agreed that the hotline takes the matter up; without that, staff see the outline only."""
    return any(referral.for_hotline for referral in case.referrals)


def everything(staff: Staff) -> bool:
    """Whether a person reaches every matter."""
    return staff.role == "admin" or staff.team_id is None


def _regions(session: Session, team: int | None = None) -> list[str]:
    """The place codes of a desk, or of all desks."""
    query = select(Team.regions) if team is None else select(Team.regions).where(Team.id == team)
    return sorted({region for regions in session.scalars(query) for region in regions})


def _concerns(column, regions: list[str]):
    """Whether the place in a column lies in one of the regions; never unknown, also without a place."""
    code = func.coalesce(column, "")
    by_length = {length: [region for region in regions if len(region) == length] for length in (2, 4, 6)}
    return or_(false(), *[func.substr(code, 1, length).in_(same) for length, same in by_length.items() if same])
