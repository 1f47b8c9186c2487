"""Three classes of compliance of an employer, from what the matters on record say, with the reasons; and that a person confirmed one.

The rules are data (law/rules/employers.yml). Figures are counted from what is not sealed and name nobody, so every desk concerned sees the
same. A class is a suggestion: until a person confirmed it nothing about the employer leaves the desk, and when the record changes it has
to be confirmed anew.
"""
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Case, Employer, EmployerVerdict, Referral
from bot.cases.referrals import OPEN

FORCED = ("inspection", "arbitration", "court")  # what an outcome took where the employer did not put the matter right
CLASSES = ("poor", "medium", "full")


@dataclass(frozen=True)
class Suggestion:
    """The class that the rules give (None: none of them holds), the rules of it that hold with their figures, and what it rests on."""

    grade: str | None
    reasons: tuple[dict, ...]  # {"figure": …, "n": …, "least": …}
    figures: dict[str, int]
    basis: str


def figures(matters: list[tuple[Case, Referral]], rule: dict, now: datetime) -> dict[str, int]:
    """What is counted of an employer's matters opened within the rule's days. Pure.

    workers: different workers; workers_open: those with an open matter; danger_open, injury_open, long_open: open matters in an emergency,
    with a work injury, passed on long ago; put_right, forced: resolved by the employer or by talking, or only by inspection, arbitration or
    a court; unsolved: ended without success.
    """
    recent = [(case, referral) for case, referral in matters if case.opened_at >= now - timedelta(days=rule["days"])]
    waiting = [(case, referral) for case, referral in recent if case.status == "open" and referral.status in OPEN]
    solved = [referral for _, referral in recent if referral.status == "resolved"]
    long_ago = now - timedelta(days=rule["long_open_days"])
    return {
        "workers": len({case.worker_id for case, _ in recent}),
        "workers_open": len({case.worker_id for case, _ in waiting}),
        "danger_open": sum(case.urgency == "emergency" for case, _ in waiting),
        "injury_open": sum("work_injury" in case.issues for case, _ in waiting),
        "long_open": sum(referral.created_at < long_ago for _, referral in waiting),
        "put_right": sum(referral.how not in FORCED for referral in solved),
        "forced": sum(referral.how in FORCED for referral in solved),
        "unsolved": sum(referral.status == "closed" for _, referral in recent),
    }


def suggest(matters: list[tuple[Case, Referral]], rule: dict, now: datetime) -> Suggestion:
    """The class that the rules give. Pure."""
    counted = figures(matters, rule, now)
    basis = hashlib.sha256(json.dumps([sorted(case.code for case, _ in matters), counted]).encode()).hexdigest()
    for grade, rules in rule["classes"].items():
        held = tuple({"figure": one["figure"], "n": counted[one["figure"]], "least": one["least"]} for one in rules
                     if counted[one["figure"]] >= one["least"])
        if held:
            return Suggestion(grade, held, counted, basis)
    return Suggestion(None, (), counted, basis)


def confirm(session: Session, employer: Employer, suggestion: Suggestion, by: str) -> EmployerVerdict:
    """Writes down that a person confirmed the class. What was confirmed before holds no more."""
    for before in _standing(session, frozenset({employer.id})):
        withdraw(before, by)
    made = EmployerVerdict(employer_id=employer.id, grade=suggestion.grade, basis=suggestion.basis, reasons=list(suggestion.reasons), by=by,
                           at=settings.now())
    session.add(made)
    session.flush()
    return made


def confirmed(session: Session, ids: frozenset[int], suggestion: Suggestion) -> EmployerVerdict | None:
    """The confirmation that holds for what the record says today."""
    return next((one for one in _standing(session, ids) if (one.basis, one.grade) == (suggestion.basis, suggestion.grade)), None)


def withdraw(verdict: EmployerVerdict, by: str) -> None:
    """Takes a confirmation back; that it was given stays on record."""
    verdict.withdrawn_by, verdict.withdrawn_at = by, settings.now()


def history(session: Session, ids: frozenset[int]) -> list[EmployerVerdict]:
    """Everything that was confirmed of some employers, the latest first."""
    return list(session.scalars(select(EmployerVerdict).where(EmployerVerdict.employer_id.in_(ids)).order_by(EmployerVerdict.id.desc())))


def _standing(session: Session, ids: frozenset[int]) -> list[EmployerVerdict]:
    return [one for one in history(session, ids) if one.withdrawn_at is None]
