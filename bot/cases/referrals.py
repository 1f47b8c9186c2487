"""Doors: which were shown to the worker, who was contacted, what they answered, and what staff took up.

Every contact writes a row of the deflection log in the same transaction, and so does every referral to the
hotline; the row is closed only when the matter is resolved. What stays unresolved stays in the log.
"""
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import cases, deflections, employers, teams
from bot.cases.model import Case, Contact, Referral, Staff

OPEN = ("told", "contacted", "answered", "deflected", "escalated")
HOW = ("employer", "mediation", "arbitration", "inspection", "court", "other")  # what brought an outcome about
AFTER = {"none": "contacted", "answered": "answered", "acting": "answered", "deflected": "deflected"}


def tell(session: Session, case: Case, routes: list[dict]) -> None:
    """Records the doors of an assessment as shown to the worker, once each."""
    known = {(referral.body, referral.level, referral.adcode) for referral in case.referrals}
    now = settings.now()
    for route in routes:
        door = (route["body"], route.get("level"), route.get("adcode"))
        if door not in known:
            case.referrals.append(Referral(body=door[0], level=door[1], adcode=door[2], status="told", created_at=now, changed_at=now))
            known.add(door)
    session.flush()


def log_contact(session: Session, case: Case, *, body: str, level: str | None, adcode: str | None, on: date, by: str, answer: str,
                reason: str | None = None, words: str | None = None, aware: str = "unknown", involved: str = "unknown",
                source_message: str | None = None) -> Contact:
    """Writes down one attempt and its answer, and logs it as a deflection row.

    `answer` is none, answered, acting or deflected; `by` is worker or staff:<name>. The same `source_message`
    is logged once: a repetition returns the first contact.
    """
    if source_message is not None:
        told = session.scalar(select(Contact).where(Contact.source_message == source_message))
        if told is not None:
            return told
    referral = _referral(session, case, body, level, adcode)
    referral.status, referral.changed_at = AFTER[answer], settings.now()
    contact = Contact(referral_id=referral.id, body=body, level=level, adcode=referral.adcode, on=on, by=by, answer=answer,
                      reason=_reason(answer, reason), words=words, source_message=source_message, created_at=settings.now())
    case.contacts.append(contact)
    session.flush()
    deflections.log(session, case, referral, contact, aware=aware, involved="yes" if answer == "acting" else involved)
    return contact


def correct_reason(session: Session, contact: Contact, reason: str) -> None:
    """The worker says that the body's answer was another one; "no_answer" also means that there was none."""
    contact.answer, contact.reason = "none" if reason == "no_answer" else "deflected", reason
    referral = session.get(Referral, contact.referral_id) if contact.referral_id else None
    if referral is not None and referral.status in ("contacted", "answered", "deflected"):
        referral.status, referral.changed_at = AFTER[contact.answer], settings.now()
    deflections.follow_contact(session, contact)


def to_hotline(session: Session, case: Case) -> Referral:
    """Opens (or finds) the case's referral to the hotline. Call it only with the worker's consent."""
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())  # two presses of the button wait for each other
    there = session.scalar(select(Referral).where(Referral.case_id == case.id, Referral.for_hotline.is_(True), Referral.status.in_(OPEN)))
    if there is not None:
        return there
    now = settings.now()
    referral = Referral(body="hotline", adcode=case.adcode, status="contacted", for_hotline=True, consented_at=now,
                        created_at=now, changed_at=now, waiting_since=now, heard_at=now, team_id=teams.for_place(session, case.adcode))
    case.referrals.append(referral)
    session.flush()
    deflections.log(session, case, referral, None)
    employers.follow(session, case, cases.stated(case))
    return referral


def take(session: Session, referral: Referral, staff: Staff) -> bool:
    """Gives the referral to a member of staff; False when a colleague was quicker."""
    return assign(session, referral, staff.id, None) or referral.assigned_to == staff.id


def assign(session: Session, referral: Referral, to: int | None, shown: int | None) -> bool:
    """Gives the referral from whoever the page showed (a staff number, None: nobody) to another; False when that changed meanwhile."""
    before = Referral.assigned_to.is_(None) if shown is None else Referral.assigned_to == shown
    done = session.execute(update(Referral).where(Referral.id == referral.id, Referral.status.in_(OPEN), before)
                           .values(assigned_to=to, changed_at=settings.now())
                           .execution_options(synchronize_session=False)).rowcount == 1
    session.refresh(referral)
    return done


def answered(session: Session, referral: Referral) -> None:
    """Staff answered the worker: the day counts as the first answer."""
    if referral.status in ("told", "contacted"):
        referral.status, referral.changed_at = "answered", settings.now()
    deflections.answered(session, referral)


def escalate(session: Session, referral: Referral, *, body: str, level: str | None, adcode: str | None) -> Referral:
    """What this door did not do is taken to the next one, a level higher or another body; the referral to that one."""
    referral.status, referral.changed_at = "escalated", settings.now()
    return _referral(session, referral.case, body, level, adcode, "told")


def resolve(session: Session, referral: Referral, outcome: str, by: str, how: str | None = None, recovered: int | None = None) -> None:
    """Closes a referral with what changed for the worker, in words. `by` is worker or staff:<name>, `how` one of HOW,
    `recovered` the yuan that the worker got.

    A worker who reports success does not say which door brought it; only staff vouch that the body acted.
    """
    now = settings.now()
    referral.status, referral.outcome, referral.resolved_at, referral.changed_at = "resolved", outcome, now, now
    referral.how, referral.recovered, referral.waiting_since = how, recovered, None
    if referral.for_hotline and by == "worker" and referral.case.worker is not None:
        referral.case.worker.handover = "bot"  # nobody is waited for any more; staff hand the chat back themselves, with a sentence
    deflections.resolved(session, referral, outcome, acted=by != "worker")


def close(referral: Referral, outcome: str) -> None:
    """Ends a referral without success, in words. Its rows of the log stay unresolved."""
    now = settings.now()
    referral.status, referral.outcome, referral.resolved_at, referral.changed_at = "closed", outcome, now, now
    referral.waiting_since = None


def _reason(answer: str, reason: str | None) -> str | None:
    """Only who turns away has a reason; silence is its own."""
    return "no_answer" if answer == "none" else reason if answer == "deflected" else None


def _referral(session: Session, case: Case, body: str, level: str | None, adcode: str | None, status: str = "contacted") -> Referral:
    """The case's open referral to this door, made where the worker went to one we had not named or a settled one again."""
    for referral in case.referrals:
        same = referral.body == body and referral.level == level and (adcode is None or referral.adcode == adcode)
        if same and not referral.for_hotline and referral.status in OPEN:
            return referral
    now = settings.now()
    made = Referral(body=body, level=level, adcode=adcode or case.adcode, status=status, created_at=now, changed_at=now)
    case.referrals.append(made)
    session.flush()
    return made
