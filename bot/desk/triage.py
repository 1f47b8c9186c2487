"""What staff do with a case: take it, log a contact, resolve it."""
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.cases import handover, referrals, staff
from bot.cases.model import Staff
from bot.desk import canned
from bot.desk.case import LONGEST_WORDS, THREE, door_code, open_to_staff, past_day, referral_of, show_case
from bot.desk.texts import Texts
from bot.desk.web import Visit
from bot.guidance.facts import ANSWERS, BODIES, LEVELS, REASONS


def take(visit: Visit, session: Session) -> Response:
    """Gives the case to whoever pressed first; the worker is told, once, that somebody has it."""
    case = open_to_staff(visit, session)
    referral = referral_of(visit, case)
    if not referrals.take(session, referral, session.get(Staff, visit.staff.id)):
        return show_case(visit, session, case, 409, error="case.taken_by_other")
    handover.tell_taken(session, referral, Texts(canned.language_of(case))("to_worker.taken", code=case.code))
    staff.audit(session, visit.staff.name, "case.take", case.code)
    return visit.go(f"/cases/{case.code}")


def contact(visit: Visit, session: Session) -> Response:
    """Logs one attempt to reach a body; the fields are checked before anything is written."""
    case = open_to_staff(visit, session)
    body, level = one_of(BODIES, visit.text("body")), one_of(LEVELS, visit.text("level"))
    answer, reason = one_of(ANSWERS, visit.text("answer")), one_of(REASONS, visit.text("reason"))
    day, words = past_day(visit.text("on")), visit.text("words")
    fault = ("contact.need_body" if body is None else "contact.need_day" if day is None else "contact.need_answer" if answer is None
             else "contact.need_reason" if answer == "deflected" and reason is None
             else "contact.words_long" if len(words) > LONGEST_WORDS else None)
    if fault:
        return show_case(visit, session, case, 422, error=fault)
    by = "worker" if visit.text("by") == "worker" else visit.by
    referrals.log_contact(session, case, body=body, level=level, adcode=door_code(case, body, level), on=day, by=by, answer=answer,
                          reason=reason if answer == "deflected" else None, words=words or None,
                          aware=one_of(THREE, visit.text("aware")) or "unknown",
                          involved=one_of(THREE, visit.text("involved")) or "unknown")
    staff.audit(session, visit.staff.name, "case.contact", case.code, {"body": body, "level": level, "answer": answer})
    return visit.go(f"/cases/{case.code}#contacts")


def resolve(visit: Visit, session: Session) -> Response:
    """Ends the matter with what changed for the worker, solved or not; the bot has the chat again."""
    case = open_to_staff(visit, session)
    referral, outcome, recovered = referral_of(visit, case), visit.text("outcome"), visit.text("recovered").replace(",", "")
    solved = visit.text("solved") != "no"
    fault = ("case.need_outcome" if not outcome else "contact.words_long" if len(outcome) > LONGEST_WORDS
             else "case.need_sum" if recovered and not (recovered.isascii() and recovered.isdigit() and len(recovered) < 10) else None)
    if fault:
        return show_case(visit, session, case, 422, error=fault)
    if case.worker is not None:
        sentence = Texts(canned.language_of(case))("to_worker.resolved" if solved else "to_worker.closed")
        handover.hand_back(session, referral, key=f"resolved-{referral.id}", sentence=sentence)
    if solved:
        referrals.resolve(session, referral, outcome, visit.by, how=one_of(referrals.HOW, visit.text("how")),
                          recovered=int(recovered) if recovered else None)
    else:
        referrals.close(referral, outcome)
    staff.audit(session, visit.staff.name, "case.resolve" if solved else "case.close", case.code)
    return visit.go(f"/cases/{case.code}")


def one_of(known, value: str) -> str | None:
    """The value if it is a known one."""
    return value if value in known else None


def pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def page_number(asked: str, total: int, size: int) -> int:
    """The `?page=` asked for, kept inside what exists."""
    return min(max(1, int(asked)), pages(total, size)) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
