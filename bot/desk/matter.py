"""The life of a matter at the desk: notes, identity, the next door, other desks, duplicates and groups."""
import secrets

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import settings
from bot.cases import groups, handover, messages, referrals, rights, staff, teams
from bot.cases.model import Case, CaseGroup, Note, Staff, Team, Transfer
from bot.desk import canned
from bot.desk.case import LONGEST_REPLY, LONGEST_WORDS, back, open_to_staff, referral_of, show_case
from bot.desk.talk import ONCE
from bot.desk.texts import Texts
from bot.desk.triage import one_of
from bot.desk.web import Visit
from bot.guidance.facts import BODIES, LEVELS


def note(visit: Visit, session: Session) -> Response:
    """Writes down something for colleagues."""
    case, text = open_to_staff(visit, session), visit.text("note")
    if not text or len(text) > LONGEST_WORDS:
        return show_case(visit, session, case, 422, error="contact.words_long" if text else "note.need")
    session.add(Note(case_id=case.id, staff=visit.staff.name, text=text, at=settings.now()))
    staff.audit(session, visit.staff.name, "case.note", case.code)
    return visit.go(f"/cases/{case.code}#notes")


def identity(visit: Visit, session: Session) -> Response:
    """Shows who the worker is, on this one page, for a reason that goes on record."""
    case, reason = open_to_staff(visit, session), visit.text("why")
    if not rights.may_identify(session, visit.staff, case):
        return show_case(visit, session, case, 403, error="identity.other_desk")
    if len(reason) < 4 or len(reason) > LONGEST_WORDS:
        return show_case(visit, session, case, 422, error="identity.need_reason")
    staff.audit(session, visit.staff.name, "case.identity", case.code, {"reason": reason})
    return show_case(visit, session, case, identity=True)


def escalate(visit: Visit, session: Session) -> Response:
    """Takes what one door did not do to the next: `to` is body|level|adcode. The worker is told where it goes now, if ticked."""
    case = open_to_staff(visit, session)
    door = next((one for one in case.referrals if str(one.id) == visit.text("door") and not one.for_hotline
                 and one.status in referrals.OPEN), None)
    body, level, adcode = (visit.text("to").split("|") + ["", "", ""])[:3]
    level = one_of(LEVELS, level)
    if door is None or body not in BODIES or body == "hotline":
        return show_case(visit, session, case, 422, error="ladder.choose")
    if (body, level) == (door.body, door.level):
        return show_case(visit, session, case, 422, error="ladder.same")
    next_door = referrals.escalate(session, door, body=body, level=level, adcode=adcode if adcode.isascii() and adcode.isdigit() else None)
    staff.audit(session, visit.staff.name, "case.escalate", case.code, {"from": [door.body, door.level], "to": [body, level]})
    if visit.text("tell") and case.worker is not None:
        own, route = Texts(canned.language_of(case)), _route(case, body, level)
        text = own("to_worker.escalated", door=route.get("name") or own.label("body", body), phone=" / ".join(route.get("phones") or []))
        if messages.send(session, case.worker, f"escalated:{next_door.id}:{door.id}", text.rstrip(" ：:,，")):
            messages.log(session, case.worker, "bot", text, case.id)
    return visit.go(f"/cases/{case.code}#ladder")


def transfer(visit: Visit, session: Session) -> Response:
    """Offers the matter to another desk, with a reason."""
    case, reason = open_to_staff(visit, session), visit.text("reason")
    referral, to = referral_of(visit, case), _number(session, Team, visit.text("to"))
    if to is None or not reason or len(reason) > LONGEST_WORDS:
        return show_case(visit, session, case, 422, error="transfer.need")
    try:
        teams.offer(session, referral, to, visit.staff.name, reason)
    except teams.TeamError as error:
        return show_case(visit, session, case, 409, error=f"transfer.{error.code}")
    staff.audit(session, visit.staff.name, "case.transfer", case.code, {"to": to.name})
    return visit.go(f"/cases/{case.code}#transfer")


def answer_transfer(visit: Visit, session: Session) -> Response:
    """The asked desk takes the matter or refuses it."""
    case, offered = open_to_staff(visit, session), _number(session, Transfer, visit.text("transfer"))
    if offered is None or offered.referral_id not in [referral.id for referral in case.referrals]:
        raise HTTPException(404)
    accepted = visit.text("answer") == "accepted"
    try:
        teams.answer(session, offered, session.get(Staff, visit.staff.id), accepted, visit.text("reason")[:LONGEST_WORDS])
    except teams.TeamError as error:
        return show_case(visit, session, case, 409, error=f"transfer.{error.code}")
    staff.audit(session, visit.staff.name, "case.transfer_answer", case.code, {"answer": offered.answer})
    return back(visit, session, case, "#transfer")


def merge(visit: Visit, session: Session) -> Response:
    """Makes this case one with another of the same worker, which goes on."""
    case = open_to_staff(visit, session)
    into = rights.case(session, visit.staff, visit.text("into"))
    if into is None:
        return show_case(visit, session, case, 422, error="together.no_case")
    if not groups.merge(session, case, into, visit.by, visit.t("together.merged_outcome", code=into.code)):
        return show_case(visit, session, case, 409, error="together.not_same")
    for one in (case, into):
        staff.audit(session, visit.staff.name, "case.merge", one.code, {"into": into.code})
    return visit.go(f"/cases/{into.code}")


def group(visit: Visit, session: Session) -> Response:
    """Puts the case into a group (`code`), into a new one (`name`), or out of its group."""
    case, code, name = open_to_staff(visit, session), visit.text("code"), visit.text("name")
    found = _reached(visit, session, code) if code else None
    if code and found is None or not code and len(name) > 80:
        return show_case(visit, session, case, 422, error="together.no_group")
    if found is None and name:
        found = groups.open_group(session, name)
    groups.join(session, case, found)
    staff.audit(session, visit.staff.name, "case.group", case.code, {"group": found and found.code})
    return visit.go(f"/groups/{found.code}" if found else f"/cases/{case.code}")


def group_page(visit: Visit, session: Session) -> Response:
    return _show_group(visit, session, _group(visit, session))


def group_message(visit: Visit, session: Session) -> Response:
    """Writes the same to each worker of a group, to each alone. Whose case a colleague has is left out, and named."""
    one, text, once = _group(visit, session), visit.text("text").replace("\r\n", "\n"), visit.text("once")
    if not text or len(text) > LONGEST_REPLY or not ONCE.match(once):
        return _show_group(visit, session, one, 422, error="reply.too_long" if len(text) > LONGEST_REPLY else "reply.need_text")
    missed, person = [], session.get(Staff, visit.staff.id)
    for case in rights.members(session, visit.staff, one):
        referral = next((row for row in case.referrals if row.for_hotline and row.status in referrals.OPEN), None)
        if referral is None or case.worker is None or case.worker.address is None or not referrals.take(session, referral, person):
            missed.append(case.code)
            continue
        own = Texts(canned.language_of(case))
        if handover.answer(session, referral, by=visit.by, text=text, key=f"{once}:{case.id}", opening=own("to_worker.opening"),
                           sign=own("to_worker.sign")):
            staff.audit(session, visit.staff.name, "case.reply", case.code)
    if missed:
        return _show_group(visit, session, one, 200, error="together.missed", error_fields={"codes": ", ".join(missed)})
    return visit.go(f"/groups/{one.code}")


def _show_group(visit: Visit, session: Session, one: CaseGroup, status: int = 200, error: str | None = None,
                error_fields: dict | None = None) -> Response:
    members = rights.members(session, visit.staff, one)
    return visit.render("group.html", status, group=one, members=members, error=error, error_fields=error_fields or {},
                        draft=visit.form.get("text", "") if error and status != 200 else "", once=secrets.token_urlsafe(12),
                        longest_reply=LONGEST_REPLY, people=sum(case.people or 1 for case in members))


def _group(visit: Visit, session: Session) -> CaseGroup:
    found = _reached(visit, session, visit.request.path_params["code"])
    if found is None:
        raise HTTPException(404)
    return found


def _reached(visit: Visit, session: Session, code: str) -> CaseGroup | None:
    found = groups.by_code(session, code)
    return found if found is not None and rights.members(session, visit.staff, found) else None


def _number(session: Session, table, number: str):
    return session.get(table, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _route(case: Case, body: str, level: str | None) -> dict:
    """The route of the latest assessment to a door."""
    routes = case.assessments[-1].result.get("routes") or [] if case.assessments else []
    return next((route for route in routes if (route["body"], route.get("level")) == (body, level)), {})
