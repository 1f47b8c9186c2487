"""Employers and platforms that the matters passed on to the hotline name.

A name is brought to one form (bot/understanding/employer_names.py) and looked up by a keyed hash of it, so that two workers' spellings
meet without any name lying in clear. What a worker did not agree to pass on is not linked. The last matter that is erased takes its
employer along. Two employers are made one only by a person (employer_ties.py); who reaches which is in employer_reach.py.
"""
from collections.abc import Callable, Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import further_places, keys, rights, sealed
from bot.cases.crypto import keyed_hash
from bot.cases.model import Case, CaseEmployer, Employer, Referral
from bot.cases.workers import free_code, own_secret
from bot.understanding import employer_names
from bot.understanding.employer_names import Name

NAMED = ("employer", "platform")  # the facts that name one


def follow(session: Session, case: Case, told: dict) -> None:
    """Links a matter to the employers and places that its facts name, as they stand (`told`, by dotted name). Only where the worker agreed
    to pass it on."""
    if not rights.agreed(case):
        return
    wanted = {_found_or_made(session, name, told.get("adcode")) for fact in NAMED if (name := employer_names.read(told.get(fact)))}
    linked = set(session.scalars(select(CaseEmployer.employer_id).where(CaseEmployer.case_id == case.id)))
    for id in wanted - linked:
        session.add(CaseEmployer(case_id=case.id, employer_id=id))
    if linked - wanted:
        session.execute(delete(CaseEmployer).where(CaseEmployer.case_id == case.id, CaseEmployer.employer_id.in_(linked - wanted)))
    further_places.follow(session, case, told)
    session.flush()
    drop_unnamed(session, linked - wanted)


def of_case(session: Session, case: Case) -> list[Employer]:
    """The employers that a matter names."""
    return list(session.scalars(select(Employer).join(CaseEmployer, CaseEmployer.employer_id == Employer.id)
                                .where(CaseEmployer.case_id == case.id).order_by(Employer.id)))


def drop_unnamed(session: Session, ids: Iterable[int]) -> None:
    """Removes those of some employers that no matter names any more, with their keys."""
    for id in sorted(ids):
        key = session.scalar(select(Employer.key_id).where(Employer.id == id).with_for_update())  # whoever links to it now ends first
        if session.scalar(select(func.count()).where(CaseEmployer.employer_id == id)) == 0:
            keys.drop(session, key)
            session.execute(delete(Employer).where(Employer.id == id).execution_options(synchronize_session=False))


def name_of(employer: Employer) -> Name:
    """The name in one form."""
    return Name(employer.name["core"], employer.name["place"], employer.platform, employer.name["words"])


def opened(session: Session, rows: list[Employer]) -> list[Employer]:
    """Employers whose keys are looked up at once."""
    sealed.ring(session).hold({row.key_id for row in rows}, session.connection())
    return rows


def link_all(session: Session, after: int, limit: int, stated: Callable[[Case], dict]) -> tuple[int, int]:
    """Links a batch of matters anew, those with a number above `after`; the number of the last one, and how many there were. `stated` gives
    a matter's facts."""
    passed = select(Referral.id).where(Referral.case_id == Case.id, Referral.for_hotline.is_(True)).exists()
    rows = list(session.scalars(select(Case).where(Case.id > after, passed, Case.status != "forgotten").order_by(Case.id).limit(limit)))
    for case in rows:
        follow(session, case, stated(case))
    return (rows[-1].id if rows else after), len(rows)


def mark_of(session: Session, words: str, adcode: str | None) -> str | None:
    """The keyed hash by which an employer is found; None for words that name nobody."""
    name = employer_names.read(words)
    return name and _mark(session, name, adcode)


def _mark(session: Session, name: Name, adcode: str | None) -> str:
    return keyed_hash(own_secret(session, "employer_key"), name.key(adcode))


def _found_or_made(session: Session, name: Name, adcode: str | None) -> int:
    mark = _mark(session, name, adcode)
    query = select(Employer.id).where(Employer.mark == mark).with_for_update(read=True, key_share=True)
    found = session.scalar(query)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            parts = {"core": name.core, "place": name.place, "words": name.words, "city": name.city(adcode)}
            made = Employer(code=free_code(session, Employer.code, f"E-{settings.now():%y}-", 5), mark=mark, platform=name.brand,
                            name=parts, created_at=settings.now(), key_id=sealed.make(session))
            session.add(made)
        return made.id
    except IntegrityError:  # another process was quicker
        return session.scalar(query)
