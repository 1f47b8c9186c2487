"""A matter from its first fact to its end: opening it, adding facts, assessing it."""
import json
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import deflections, employers, sealed
from bot.cases.facts_tree import nest
from bot.cases.model import Assessment, Case, Fact, Worker
from bot.cases.workers import free_code
from bot.understanding.employer_names import stored

NOT_REASONED = ("whose",)  # facts about the record, which the guidance does not read


def open_cases(session: Session, worker: Worker) -> list[Case]:
    """The worker's open cases, the oldest first: one's own matters and those of people one asks for."""
    return [case for case in worker.cases if case.status == "open"]


def current(session: Session, worker: Worker) -> Case | None:
    """The open case the worker speaks of: the one chosen last in the conversation, else the latest."""
    found = open_cases(session, worker)
    chosen = (worker.dialogue or {}).get("case")
    return next((case for case in found if case.code == chosen), found[-1] if found else None)


def open_case(session: Session, worker: Worker) -> Case:
    """A new, empty case of this worker."""
    now = settings.now()
    case = Case(code=free_code(session, Case.code, f"G-{now:%y}-", 5), worker=worker, status="open", opened_at=now, issues=[],
                key_id=sealed.make(session))
    session.add(case)
    session.flush()
    return case


def close(session: Session, case: Case) -> None:
    case.status, case.closed_at = "closed", settings.now()


def stated(case: Case) -> dict:
    """The facts as they stand, by dotted name: the newest statement of each; a withdrawn one (null) is absent."""
    last = case.facts[-1] if case.facts else None
    known = case.__dict__.get("_stated")
    if known is None or known[:2] != (last, len(case.facts)):  # facts are only ever added
        newest = {fact.name: fact.value for fact in case.facts}
        known = case.__dict__["_stated"] = (last, len(case.facts), {name: value for name, value in newest.items() if value is not None})
    return dict(known[2])


def facts(case: Case) -> dict:
    """The facts as `guidance` reads them, with what the bodies answered."""
    tree = nest({name: value for name, value in stated(case).items() if name not in NOT_REASONED})
    if case.contacts:
        tree["contacts"] = [_contact_fact(contact) for contact in case.contacts]
    return tree


def state(session: Session, case: Case, values: dict, source: str = "worker") -> bool:
    """Adds facts by dotted name; what has not changed is not written again. True if anything was new."""
    before = stated(case)
    fresh = {name: value for name, value in values.items() if before.get(name) != value}
    for name, value in fresh.items():
        case.facts.append(Fact(name=name, value=value, source=source, stated_at=settings.now()))
    session.flush()
    return bool(fresh)


def keep_assessment(session: Session, case: Case, result: dict) -> None:
    """Stores an assessment unless it says what the last one said, and brings the case's summary up to date."""
    result = json.loads(json.dumps(result))  # as it will be read back, so that it can be compared
    last = session.scalar(select(Assessment).where(Assessment.case_id == case.id).order_by(Assessment.id.desc()).limit(1))
    if last is None or last.result != result:
        session.add(Assessment(case_id=case.id, made_at=settings.now(), as_of=date.fromisoformat(result["as_of"]),
                               knowledge_version=result["knowledge_version"], result=result))
    told = stated(case)
    case.issues = result["issues"]
    case.urgency = result["urgency"]
    case.adcode = told.get("adcode")
    case.occupation = told.get("occupation")
    case.platform = stored(told.get("platform"))
    case.people = told.get("people")
    open_days = [row["act_by"] for row in result["deadlines"] if row["status"] in ("open", "urgent") and row.get("act_by")]
    case.act_by = date.fromisoformat(min(open_days)) if open_days else None
    session.flush()
    deflections.follow_case(session, case)
    employers.follow(session, case, told)


def _contact_fact(contact) -> dict:
    return {"body": contact.body, "level": contact.level, "on": contact.on.isoformat(), "answer": contact.answer,
            "reason": contact.reason, "words": (contact.words or "")[:2000] or None}
