"""Which employers a person reaches, with their matters and names; and of which of them so many workers complain that the desk is alerted.

An employer is within reach where one matter that names it is. Of the matters out of reach only figures show.
"""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case as case_when, func, select
from sqlalchemy.orm import Session, aliased

from bot.cases import employer_ties, rights, sealed
from bot.cases.employers import NAMED, mark_of, name_of, opened
from bot.cases.model import Alert, Case, CaseEmployer, Employer, Fact, Referral, Staff
from bot.law import load
from bot.understanding import employer_names

READ = 5000  # employers whose names a search or a comparison reads, the newest first


def reached(session: Session, staff: Staff):
    """The condition on Employer of those that a matter within a person's reach names."""
    return select(CaseEmployer.case_id).join(Case, Case.id == CaseEmployer.case_id).where(
        CaseEmployer.employer_id == Employer.id, Case.status != "forgotten", rights.cases(session, staff)).exists()


def by_code(session: Session, staff: Staff, code: str) -> Employer | None:
    """The employer of this code within a person's reach: a matter of it, or of one that is the same, is."""
    if not code.isprintable():
        return None
    found = session.scalar(select(Employer).where(Employer.code == code.strip().upper()))
    if found is None:
        return None
    around = employer_ties.circle(session, found.id)
    return found if session.scalar(select(Employer.id).where(Employer.id.in_(around), reached(session, staff)).limit(1)) else None


@dataclass(frozen=True)
class Line:
    """One line of the list: an employer (with those that are the same), how many matters name it, how many of these are within reach, and
    how many different workers have open ones."""

    employer: Employer
    matters: int
    mine: int
    open_workers: int


def listed(session: Session, staff: Staff, words: str = "", platforms: bool | None = None) -> list[Line]:
    """The employers within a person's reach, those with the most workers with open matters first. `words`: a name in any spelling, a part
    of one, or a code; `platforms`: known platforms only, or none of them."""
    query = select(Employer).where(reached(session, staff)).order_by(Employer.id.desc()).limit(READ)
    if platforms is not None:
        query = query.where(Employer.platform.isnot(None) if platforms else Employer.platform.is_(None))
    rows, around = list(session.scalars(query)), employer_ties.circles(session)
    if words:
        rows = _named(session, rows, words)
    first: dict[frozenset[int], Employer] = {}
    for row in sorted(rows, key=lambda row: row.id):
        first.setdefault(around.get(row.id, frozenset({row.id})), row)
    numbers = _numbers(session, staff, {id for ids in first for id in ids})
    lines = [Line(row, *(len(set().union(*(numbers[kind].get(id, ()) for id in ids))) for kind in ("matters", "mine", "open")))
             for ids, row in first.items()]
    return sorted(lines, key=lambda line: (-line.open_workers, -line.matters, line.employer.id))


def matters(session: Session, ids: frozenset[int]) -> list[tuple[Case, Referral]]:
    """The matters that name one of some employers with their latest referral to the hotline, the newest first; a matter merged into
    another is left out."""
    latest = select(func.max(Referral.id)).where(Referral.for_hotline.is_(True)).group_by(Referral.case_id)
    query = (select(Case, Referral).join(Referral, Referral.case_id == Case.id)
             .where(Referral.id.in_(latest), Case.status != "forgotten", Case.merged_into.is_(None),
                    Case.id.in_(select(CaseEmployer.case_id).where(CaseEmployer.employer_id.in_(ids)))).order_by(Case.id.desc()))
    return [(case, referral) for case, referral in session.execute(query)]


def alike(session: Session, staff: Staff, ids: frozenset[int]) -> list[tuple[Employer, float]]:
    """Employers within a person's reach whose names are like that of one of these and of whom nothing was decided yet, the likest first."""
    rule = load().rule("employers")["alike"]
    known = {id for one in employer_ties.ties(session, ids) if one.undone_at is None for id in (one.one_id, one.other_id)} | ids
    ours = [name_of(row) for row in opened(session, session.scalars(select(Employer).where(Employer.id.in_(ids))).all())]
    others = select(Employer).where(reached(session, staff), Employer.id.not_in(known)).order_by(Employer.id.desc()).limit(READ)
    rows = opened(session, session.scalars(others).all())
    scored = [(row, max(employer_names.likeness(name_of(row), one) for one in ours)) for row in rows]
    return sorted((pair for pair in scored if pair[1] >= rule["from"]), key=lambda pair: -pair[1])[:rule["most"]]


def spellings(session: Session, ids: frozenset[int], case_ids: list[int]) -> list[str]:
    """How the workers of some matters wrote the name of one of these employers, the longest first."""
    marks = set(session.scalars(select(Employer.mark).where(Employer.id.in_(ids))))
    of_these = Case.id.in_(case_ids)
    sealed.ring(session).hold(session.scalars(select(Case.key_id).where(of_these, Case.key_id.isnot(None))).all(), session.connection())
    told: dict[int, dict] = {}
    for fact in session.scalars(select(Fact).where(Fact.case_id.in_(case_ids), Fact.name.in_((*NAMED, "adcode"))).order_by(Fact.id)):
        told.setdefault(fact.case_id, {})[fact.name] = fact.value
    said = {" ".join(facts[name].split()) for facts in told.values() for name in NAMED
            if isinstance(facts.get(name), str) and mark_of(session, facts[name], facts.get("adcode")) in marks}
    return sorted(said, key=lambda words: (-len(words), words))


def crowded(session: Session, since: datetime) -> list[tuple[Employer, int, int, Case, int | None]]:
    """Employers of whom enough different workers have open matters that were opened since: (employer, step, workers, the newest matter at a
    desk, the desk's number), one for each desk concerned. Of a circle of employers that are the same its oldest stands for all."""
    rule, around = load().rule("employers")["alert"], employer_ties.circles(session)
    workers = func.count(Case.worker_id.distinct())
    ours = _open_since(since)
    least = min(rule[kind]["steps"][0] for kind in ("employer", "platform"))
    full = (select(CaseEmployer.employer_id).join(Case, Case.id == CaseEmployer.case_id).where(ours)
            .group_by(CaseEmployer.employer_id).having(workers >= least))
    found, done = [], set()
    for id in sorted({*session.scalars(full), *around}):
        ids = around.get(id, frozenset({id}))
        if ids in done:
            continue
        done.add(ids)
        of_these = and_(ours, Case.id.in_(select(CaseEmployer.case_id).where(CaseEmployer.employer_id.in_(ids))))
        number = session.scalar(select(workers).where(of_these))
        employer = session.get(Employer, min(ids))
        steps = [step for step in rule["platform" if employer.platform else "employer"]["steps"] if step <= number]
        if steps:
            latest = (select(Referral.team_id, func.max(Case.id)).join(Case, Case.id == Referral.case_id)
                      .where(of_these, Referral.for_hotline.is_(True)).group_by(Referral.team_id))
            found += [(employer, steps[-1], number, session.get(Case, case), team) for team, case in session.execute(latest).all()]
    return found


def alerted(session: Session, ids: frozenset[int]) -> bool:
    """Whether an alert about one of these is waiting for somebody."""
    return session.scalar(select(Alert.id).where(Alert.employer_id.in_(ids), Alert.done_at.is_(None)).limit(1)) is not None


def _open_since(since: datetime):
    passed = aliased(Referral)
    return and_(Case.status == "open", Case.merged_into.is_(None), Case.opened_at >= since, Case.worker_id.isnot(None),
                select(passed.id).where(passed.case_id == Case.id, passed.for_hotline.is_(True), passed.resolved_at.is_(None),
                                        passed.status != "closed").exists())


def _named(session: Session, rows: list[Employer], words: str) -> list[Employer]:
    """Those of some employers that words mean."""
    wanted = employer_names.read(words)
    plain = employer_names.squeezed(words)
    rule = load().rule("employers")["alike"]["from"]
    return [row for row in opened(session, rows) if words.strip().upper() == row.code or plain and plain in name_of(row).shown().lower()
            or wanted is not None and employer_names.likeness(wanted, name_of(row)) >= rule]


def _numbers(session: Session, staff: Staff, ids: set[int]) -> dict[str, dict[int, set[int]]]:
    """Of some employers: their matters, those within reach, and the workers with open ones, as numbers."""
    found: dict[str, dict[int, set[int]]] = {"matters": {}, "mine": {}, "open": {}}
    within = case_when((rights.cases(session, staff), 1), else_=0)
    query = (select(CaseEmployer.employer_id, Case.id, Case.worker_id, Case.status, within)
             .join(Case, Case.id == CaseEmployer.case_id)
             .where(CaseEmployer.employer_id.in_(ids), Case.status != "forgotten", Case.merged_into.is_(None)))
    for employer, case, worker, status, mine in session.execute(query):
        found["matters"].setdefault(employer, set()).add(case)
        if mine:
            found["mine"].setdefault(employer, set()).add(case)
        if status == "open" and worker is not None:
            found["open"].setdefault(employer, set()).add(worker)
    return found
