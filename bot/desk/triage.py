"""The queue, one case, and what staff do with it: take it, log a contact, resolve it."""
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import settings
from bot.cases import cases, queue, referrals, staff
from bot.cases.model import Case, Deflection, Message, Referral, Staff
from bot.desk import show
from bot.desk.web import Visit
from bot.guidance.facts import ANSWERS, BODIES, ISSUES, LEVELS, REASONS

PAGE = 50
LAST_MESSAGES = 200
LONGEST_WORDS = 2000
THREE = ("yes", "no", "unknown")


def queue_page(visit: Visit, session: Session) -> Response:
    """Open referrals to the hotline, the most pressing first; `?issue=`, `?urgency=` and `?page=` narrow the list."""
    issue, urgency = one_of(ISSUES, visit.text("issue")), one_of(queue.URGENCIES, visit.text("urgency"))
    total = queue.count(session, issue=issue, urgency=urgency)
    number = page_number(visit, total, PAGE)
    rows = queue.waiting(session, issue=issue, urgency=urgency, limit=PAGE, offset=(number - 1) * PAGE)
    return visit.render("queue.html", rows=rows, total=total, number=number, pages=pages(total, PAGE), issue=issue, urgency=urgency,
                        issues=ISSUES, urgencies=queue.URGENCIES)


def case_page(visit: Visit, session: Session) -> Response:
    case = _case(visit, session)
    staff.audit(session, visit.staff.name, "case.read", case.code)
    return _render(visit, session, case)


def take(visit: Visit, session: Session) -> Response:
    case = _open_to_staff(visit, session)
    if not referrals.take(session, _referral(visit, case), session.get(Staff, visit.staff.id)):
        return _render(visit, session, case, 409, error="case.taken_by_other")
    staff.audit(session, visit.staff.name, "case.take", case.code)
    return visit.go(f"/cases/{case.code}")


def contact(visit: Visit, session: Session) -> Response:
    """Logs one attempt to reach a body; the fields are checked before anything is written."""
    case = _open_to_staff(visit, session)
    body, level = one_of(BODIES, visit.text("body")), one_of(LEVELS, visit.text("level"))
    answer, reason = one_of(ANSWERS, visit.text("answer")), one_of(REASONS, visit.text("reason"))
    day, words = _past_day(visit.text("on")), visit.text("words")
    fault = ("contact.need_body" if body is None else "contact.need_day" if day is None else "contact.need_answer" if answer is None
             else "contact.need_reason" if answer == "deflected" and reason is None
             else "contact.words_long" if len(words) > LONGEST_WORDS else None)
    if fault:
        return _render(visit, session, case, 422, error=fault)
    referrals.log_contact(session, case, body=body, level=level, adcode=_door(case, body, level), on=day, by=visit.by, answer=answer,
                          reason=reason if answer == "deflected" else None, words=words or None,
                          aware=one_of(THREE, visit.text("aware")) or "unknown",
                          involved=one_of(THREE, visit.text("involved")) or "unknown")
    staff.audit(session, visit.staff.name, "case.contact", case.code, {"body": body, "level": level, "answer": answer})
    return visit.go(f"/cases/{case.code}#contacts")


def resolve(visit: Visit, session: Session) -> Response:
    case = _open_to_staff(visit, session)
    outcome = visit.text("outcome")
    if not outcome or len(outcome) > LONGEST_WORDS:
        return _render(visit, session, case, 422, error="case.need_outcome" if not outcome else "contact.words_long")
    referrals.resolve(session, _referral(visit, case), outcome, visit.by)
    staff.audit(session, visit.staff.name, "case.resolve", case.code)
    return visit.go(f"/cases/{case.code}")


def one_of(known, value: str) -> str | None:
    """The value if it is a known one."""
    return value if value in known else None


def pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def page_number(visit: Visit, total: int, size: int) -> int:
    """The `?page=` asked for, kept inside what exists."""
    asked = visit.text("page")
    return min(max(1, int(asked)), pages(total, size)) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _render(visit: Visit, session: Session, case: Case, status: int = 200, error: str | None = None) -> Response:
    """The page of a case. Facts and conversation only if the worker agreed that the hotline takes it up."""
    names = dict(session.execute(select(Staff.id, Staff.name)).all())
    agreed = _agreed(case)
    log = list(session.scalars(select(Deflection).where(Deflection.case_ref == case.id).order_by(Deflection.id)))
    assessment = case.assessments[-1] if case.assessments and agreed else None
    result = assessment.result if assessment else {}
    hotline = [referral for referral in case.referrals if referral.for_hotline]
    return visit.render(
        "case.html", status, case=case, agreed=agreed, error=error, form=visit.form, names=names, today=settings.today(),
        situation=show.situation(visit.t, case, result), facts=show.facts(visit.t, case) if agreed else [],
        assessment=assessment, result=result, tried=show.tried(case), conversation=_conversation(session, case) if agreed else [],
        log=log, waiting=[referral for referral in hotline if referral.status in referrals.OPEN],
        done=[referral for referral in hotline if referral.status not in referrals.OPEN],
        bodies=BODIES, levels=LEVELS, answers=ANSWERS, reasons=REASONS, three=THREE)


def _case(visit: Visit, session: Session) -> Case:
    """The case of the path, by its number or its code."""
    key = visit.request.path_params["key"]
    if key.isascii() and key.isdigit():
        case = session.get(Case, int(key)) if len(key) < 16 else None
    else:
        case = session.scalar(select(Case).where(Case.code == key.upper()))
    if case is None or case.status == "forgotten":
        raise HTTPException(404)
    return case


def _open_to_staff(visit: Visit, session: Session) -> Case:
    case = _case(visit, session)
    if not _agreed(case):
        raise HTTPException(403)
    return case


def _agreed(case: Case) -> bool:
    return any(referral.for_hotline for referral in case.referrals)


def _referral(visit: Visit, case: Case) -> Referral:
    """The case's waiting referral that the form names."""
    for referral in case.referrals:
        if str(referral.id) == visit.text("referral") and referral.for_hotline and referral.status in referrals.OPEN:
            return referral
    raise HTTPException(404)


def _door(case: Case, body: str, level: str | None) -> str | None:
    """The place code of the body that the guidance named; the case's own where it named none."""
    for referral in case.referrals:
        if (referral.body, referral.level) == (body, level) and referral.adcode:
            return referral.adcode
    return cases.stated(case).get("adcode")


def _past_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1949, 10, 1) <= day <= settings.today() else None


def _conversation(session: Session, case: Case) -> list[Message]:
    """The last messages of the case, and those of its worker that belong to no case yet."""
    if case.worker_id is None:
        return []
    query = (select(Message).where(Message.worker_id == case.worker_id, (Message.case_id == case.id) | Message.case_id.is_(None))
             .order_by(Message.id.desc()).limit(LAST_MESSAGES))
    return list(session.scalars(query))[::-1]
