"""The hotline's queue: referrals that workers agreed to pass on and that nobody has resolved yet.

Their order is a table, `queue_order.yml`: danger and the law's days first, then injury, the size of the group, and the wait.
"""
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import yaml
from sqlalchemy import String, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import rights, sealed
from bot.cases.model import Case, CaseSeen, Contact, Fact, Referral, Staff, Transfer, Worker

URGENCIES = ("emergency", "urgent", "soon", "normal")
DEADLINES = {"days_3": 3, "days_7": 7, "days_30": 30}  # "none": no safe day known
READ = 5000  # open matters whose encrypted facts a search reads, the newest first
WAITS = (Referral.for_hotline.is_(True), Referral.resolved_at.is_(None))  # as the indexes over open referrals say it (model.py)
SEARCHED = ("employer", "platform", "place")


@dataclass(frozen=True)
class Filters:
    """What narrows the queue; None means all. `place` is the beginning of a code, `assigned` a staff number, "nobody" or "mine",
    `team` the number of a desk or "mine"; `offered`: to the viewer's desk, and not answered yet."""

    issue: str | None = None
    urgency: str | None = None
    place: str | None = None
    level: str | None = None
    occupation: str | None = None
    deadline: str | None = None
    assigned: str | None = None
    reason: str | None = None
    platform: str | None = None
    language: str | None = None
    unread: str | None = None
    team: str | None = None
    offered: str | None = None
    search: str | None = None


@dataclass(frozen=True)
class Row:
    """One line of the queue. `level` is the name of its level in the order's table, `unread`: the worker wrote since `viewer` looked."""

    referral: Referral
    case: Case
    assigned: str | None
    level: str
    unread: bool


@lru_cache(maxsize=1)
def order() -> dict:
    """The table of the order, read once."""
    return yaml.safe_load(Path(__file__).with_name("queue_order.yml").read_text(encoding="utf-8"))


def waiting(session: Session, filters: Filters = Filters(), *, viewer: int | None = None, limit: int = 50, offset: int = 0) -> list[Row]:
    """The queue as `viewer` (a staff number) sees it and as far as they reach, the most pressing first; None: all of it.

    It is read level by level, until there is enough: a page costs what its levels hold, not what the queue holds.
    """
    found: list[tuple[int, int]] = []  # referral, place of its level
    for place in range(len(order()["levels"])):
        here = _open(session, select(Referral.id), filters, viewer).where(_may_be(place), _level() == place)
        if offset:
            there = session.scalar(select(func.count()).select_from(here.subquery()))
            if there <= offset:
                offset -= there
                continue
        found += [(id, place) for id in session.scalars(here.order_by(*_within_a_level()).limit(limit - len(found)).offset(offset))]
        offset = 0
        if len(found) == limit:
            break
    return _rows(session, found, viewer)


def _within_a_level() -> list:
    by = order()
    injured = or_(*[_has_issue(issue) for issue in by["injury_issues"]])
    size = case(*[(Case.people >= least, place) for place, least in enumerate(by["groups"])], else_=len(by["groups"]))
    return [case((injured, 0), else_=1), size, Referral.waiting_since.is_(None), Referral.waiting_since, Referral.act_by.is_(None),
            Referral.act_by, Referral.id]


def _rows(session: Session, found: list[tuple[int, int]], viewer: int | None) -> list[Row]:
    """The lines of referrals, in the order given."""
    query = (select(Referral, Case, Staff.name, _unread()).select_from(Referral).join(Case, Case.id == Referral.case_id)
             .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.staff_id == viewer))
             .outerjoin(Staff, Staff.id == Referral.assigned_to).where(Referral.id.in_([id for id, _ in found])))
    lines = {row[0].id: row for row in session.execute(query)} if found else {}
    names = [one["name"] for one in order()["levels"]]
    return [Row(*lines[id][:3], names[place], bool(lines[id][3])) for id, place in found]


def count(session: Session, filters: Filters = Filters(), *, viewer: int | None = None) -> int:
    """How many referrals wait."""
    if filters == Filters() and (viewer is None or rights.everything(session.get(Staff, viewer))):
        return session.scalar(select(func.count(Referral.id)).where(*WAITS))  # of an index alone; who is forgotten leaves no referral
    return session.scalar(_open(session, select(func.count(Referral.id)), filters, viewer))


def platforms(session: Session, viewer: int | None = None) -> list[str]:
    """The platforms that open cases within reach name, each found from the one before it by the index."""
    def least(*after):
        return select(func.min(Case.platform)).where(Case.status == "open", *after).scalar_subquery()
    named = select(least().label("platform")).cte("named", recursive=True)
    named = named.union_all(select(least(Case.platform > named.c.platform)).where(named.c.platform.isnot(None)))
    reached = select(Case.id).where(Case.status == "open", Case.platform == named.c.platform, _reach(session, viewer)).exists()
    return list(session.scalars(select(named.c.platform).where(named.c.platform.isnot(None), reached).order_by(named.c.platform)))


def _level():
    """The place of a row's level in the table."""
    levels = order()["levels"]
    return case(*[(_belongs(one), place) for place, one in enumerate(levels[:-1])], else_=len(levels) - 1)


def _may_be(place: int):
    """What every row of a level fulfils, if only it belongs to none above: what the database can look up."""
    levels = order()["levels"]
    return _belongs(levels[place]) if place < len(levels) - 1 else true()


def _belongs(level: dict):
    """Whether a row fulfils one condition of a level."""
    today, conditions = settings.today(), []
    if level.get("emergency"):
        conditions.append(Referral.urgency == "emergency")
    if "act_by_within" in level:
        lapsed, last = today - timedelta(days=order()["lapsed"]), today + timedelta(days=level["act_by_within"])
        conditions.append(and_(Referral.act_by <= last, Referral.act_by >= lapsed))
    if "unanswered" in level:
        conditions.append(Referral.waiting_since <= settings.now() - timedelta(days=level["unanswered"]))
    return or_(*conditions)


def _unread():
    return and_(Referral.heard_at.isnot(None), or_(CaseSeen.at.is_(None), CaseSeen.at < Referral.heard_at))


def _has_issue(issue: str):
    return cast(Case.issues, String).like(f'%"{issue}"%')


def _reach(session: Session, viewer: int | None):
    return true() if viewer is None else rights.cases(session, session.get(Staff, viewer))


def _open(session: Session, query, filters: Filters, viewer: int | None):
    query = (query.select_from(Referral).join(Case, Case.id == Referral.case_id).outerjoin(Worker, Worker.id == Case.worker_id)
             .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.staff_id == viewer))
             .where(*WAITS, Case.status != "forgotten", _reach(session, viewer)))
    for column, value in ((Case.urgency, filters.urgency), (Case.occupation, filters.occupation), (Case.platform, filters.platform),
                          (Worker.language, filters.language)):
        if value:
            query = query.where(column == value)
    if filters.issue:
        query = query.where(_has_issue(filters.issue))
    if filters.place:
        query = query.where(Case.adcode.startswith(filters.place, autoescape=True))
    for column, value in ((Contact.level, filters.level), (Contact.reason, filters.reason)):
        if value:
            query = query.where(select(Contact.id).where(Contact.case_id == Case.id, column == value).exists())
    if filters.deadline in DEADLINES:
        query = query.where(Case.act_by <= settings.today() + timedelta(days=DEADLINES[filters.deadline]))
    elif filters.deadline == "none":
        query = query.where(Case.act_by.is_(None))
    if filters.assigned == "nobody":
        query = query.where(Referral.assigned_to.is_(None))
    elif filters.assigned:
        query = query.where(Referral.assigned_to == (viewer if filters.assigned == "mine" else int(filters.assigned)))
    if filters.team or filters.offered:
        mine = session.scalar(select(Staff.team_id).where(Staff.id == viewer))
    if filters.team:
        query = query.where(Referral.team_id == (mine if filters.team == "mine" else int(filters.team)))
    if filters.offered:
        query = query.where(select(Transfer.id).where(Transfer.referral_id == Referral.id, Transfer.answer.is_(None),
                                                      Transfer.to_team == mine).exists())
    if filters.unread:
        query = query.where(_unread())
    if filters.search:
        pattern = _pattern(filters.search)
        query = query.where(or_(Case.code.like(pattern, escape="\\"), Worker.code.like(pattern, escape="\\"),
                                Case.id.in_(_naming(session, filters.search, viewer))))
    return query


def _pattern(words: str) -> str:
    """A LIKE pattern for a code that contains the words."""
    return "%" + words.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _naming(session: Session, words: str, viewer: int | None) -> list[int]:
    """The open cases whose employer, platform or place, as last stated, contains the words. They are encrypted, so they are read here."""
    mine = (select(Referral.case_id).join(Case, Case.id == Referral.case_id)
            .where(*WAITS, _reach(session, viewer))
            .order_by(Referral.id.desc()).limit(READ))
    sealed.ring(session).hold(session.scalars(select(Case.key_id).where(Case.id.in_(mine), Case.key_id.isnot(None))), session.connection())
    facts = select(Fact).where(Fact.case_id.in_(mine), Fact.name.in_(SEARCHED)).order_by(Fact.id)
    newest = {(fact.case_id, fact.name): fact for fact in session.scalars(facts)}
    return sorted({fact.case_id for fact in newest.values() if isinstance(fact.value, str) and words.lower() in fact.value.lower()})
