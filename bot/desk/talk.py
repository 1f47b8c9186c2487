"""Speaking with a worker from the desk: answering, keeping the bot silent, giving the chat back to it."""
import re

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.cases import handover, referrals, staff
from bot.cases.model import Case, Staff
from bot.desk import canned
from bot.desk.case import LONGEST_REPLY, open_to_staff, referral_of, show_case
from bot.desk.texts import Texts
from bot.desk.web import Visit

ONCE = re.compile(r"[\w-]{8,40}\Z")


def reply(visit: Visit, session: Session) -> Response:
    """Sends an answer to the worker; whoever answers a case that nobody has taken takes it."""
    case, text, once = open_to_staff(visit, session), visit.text("text").replace("\r\n", "\n"), visit.text("once")
    referral = referral_of(visit, case)
    if not text or len(text) > LONGEST_REPLY or not ONCE.match(once):
        return show_case(visit, session, case, 422, error="reply.too_long" if len(text) > LONGEST_REPLY else "reply.need_text")
    if case.worker is None or case.worker.address is None:
        return show_case(visit, session, case, 409, error="reply.no_address")
    if not referrals.take(session, referral, session.get(Staff, visit.staff.id)):
        return show_case(visit, session, case, 409, error="case.taken_by_other")
    own = Texts(canned.language_of(case))
    if handover.answer(session, referral, by=visit.by, text=text, key=once, opening=own("to_worker.opening"), sign=own("to_worker.sign")):
        staff.audit(session, visit.staff.name, "case.reply", case.code)
    return visit.go(f"/cases/{case.code}#talk")


def take_chat(visit: Visit, session: Session) -> Response:
    """The bot is silent from now on, before a word was written."""
    case, referral, once = _asked(visit, session)
    if not referrals.take(session, referral, session.get(Staff, visit.staff.id)):
        return show_case(visit, session, case, 409, error="case.taken_by_other")
    if handover.take_chat(session, referral, key=once, opening=Texts(canned.language_of(case))("to_worker.opening")):
        staff.audit(session, visit.staff.name, "case.take_chat", case.code)
    return visit.go(f"/cases/{case.code}#talk")


def hand_back(visit: Visit, session: Session) -> Response:
    """The bot answers again, and says so in one sentence."""
    case, referral, once = _asked(visit, session)
    if handover.hand_back(session, referral, key=once, sentence=Texts(canned.language_of(case))("to_worker.handed_back")):
        staff.audit(session, visit.staff.name, "case.hand_back", case.code)
    return visit.go(f"/cases/{case.code}#talk")


def _asked(visit: Visit, session: Session) -> tuple[Case, object, str]:
    """The case, its waiting referral and the key of the form."""
    case = open_to_staff(visit, session)
    return case, referral_of(visit, case), visit.text("once")[:40]
