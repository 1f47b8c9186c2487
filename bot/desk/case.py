"""One case on the desk: finding it, who may see what of it, and its page."""
import secrets
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import settings
from bot.cases import cases, employers, further_places, handover, referrals, retention, rights, staff, teams, trail, waits
from bot.cases.model import Case, CaseGroup, Deflection, Message, Note, Referral, Staff
from bot.desk import canned, live, show
from bot.desk.web import Visit
from bot.guidance.facts import ANSWERS, BODIES, LEVELS, REASONS

LAST_MESSAGES = 200
LAST_DEEDS = 100
LONGEST_WORDS = 2000
LONGEST_REPLY = 3500  # characters; with the line above it still one Telegram message
THREE = ("yes", "no", "unknown")


def case_page(visit: Visit, session: Session) -> Response:
    """The page; `?canned=` puts a ready answer into the field. A page that brings itself up to date (`?live=1`) is no new reading."""
    case = case_of(visit, session)
    if not visit.text("live"):
        staff.audit(session, visit.staff.name, "case.read", case.code)
    return show_case(visit, session, case)


def case_of(visit: Visit, session: Session) -> Case:
    """The case of the path, by its number or its code. 404 for one out of reach, as for one that does not exist."""
    case = rights.case(session, visit.staff, visit.request.path_params["key"])
    if case is None:
        raise HTTPException(404)
    return case


def open_to_staff(visit: Visit, session: Session) -> Case:
    """The case of the path, if its worker agreed that the hotline takes it up."""
    case = case_of(visit, session)
    if not rights.agreed(case):
        raise HTTPException(403)
    return case


def referral_of(visit: Visit, case: Case) -> Referral:
    """The case's waiting referral to the hotline that the form names."""
    for referral in case.referrals:
        if str(referral.id) == visit.text("referral") and referral.for_hotline and referral.status in referrals.OPEN:
            return referral
    raise HTTPException(404)


def show_case(visit: Visit, session: Session, case: Case, status: int = 200, error: str | None = None, *,
              error_fields: dict | None = None, identity: bool = False) -> Response:
    """The page of a case. Facts and conversation only if the worker agreed that the hotline takes it up; who the worker is only
    with `identity`."""
    from bot.desk import correct  # it renders this page itself

    open_here = rights.agreed(case)
    log = list(session.scalars(select(Deflection).where(Deflection.case_ref == case.id).order_by(Deflection.id)))
    assessment = case.assessments[-1] if case.assessments and open_here else None
    result = assessment.result if assessment else {}
    before = case.assessments[-2].result if len(case.assessments) > 1 and visit.text("changed") else None
    hotline = [referral for referral in case.referrals if referral.for_hotline]
    if open_here:
        waits.saw(session, visit.staff.id, case)
    draft = visit.form.get("text") or (canned.text(case, result, visit.text("canned")) if open_here else "")
    desks = {team.id: team for team in teams.everyone(session)}
    return visit.render(
        "case.html", status, case=case, erased_on=retention.erased_on(case), agreed=open_here, error=error,
        error_fields=error_fields or {}, form=visit.form,
        names=dict(session.execute(select(Staff.id, Staff.name)).all()), today=settings.today(),
        situation=show.situation(visit.t, case, result), facts=show.facts(visit.t, case, identity) if open_here else [],
        assessment=assessment, result=result, tried=show.tried(case), conversation=_conversation(session, case) if open_here else [],
        log=log, waiting=[referral for referral in hotline if referral.status in referrals.OPEN],
        done=[referral for referral in hotline if referral.status not in referrals.OPEN],
        doors=[referral for referral in case.referrals if not referral.for_hotline],
        bodies=BODIES, levels=LEVELS, answers=ANSWERS, reasons=REASONS, three=THREE, how=referrals.HOW, mark=live.mark(session),
        ready=canned.fitting(case, visit.t.language), draft=draft, once=visit.form.get("once") or secrets.token_urlsafe(12),
        longest_reply=LONGEST_REPLY, undelivered=handover.undelivered(session, case.worker) if case.worker else (0, 0),
        fact_names=correct.names(), field=correct.field_of(case, visit.text("fact")),
        changed=correct.changes(before, result) if before is not None else None, identity=identity,
        notes=_of_case(session, Note, case) if open_here else [],
        history=trail.of_subject(session, case.code, LAST_DEEDS) if open_here else [],
        named=[(row.code, employers.name_of(row).shown()) for row in employers.of_case(session, case)] if open_here else [],
        further=further_places.of_case(session, case) if open_here else [],
        may_identify=open_here and rights.may_identify(session, visit.staff, case),
        desks=desks, transfers=teams.transfers(session, [referral.id for referral in hotline]),
        group=session.get(CaseGroup, case.group_id) if case.group_id else None,
        merged=rights.case(session, visit.staff, str(case.merged_into)) if case.merged_into else None,
        doubles=list(session.scalars(select(Case).where(Case.merged_into == case.id, rights.cases(session, visit.staff)))))


def back(visit: Visit, session: Session, case: Case, rest: str = "") -> Response:
    """To the case's page (`rest`: what stands behind its address); to the queue where the person no longer reaches it."""
    return visit.go(f"/cases/{case.code}{rest}" if rights.reaches(session, visit.staff, case) else "/queue")


def past_day(text: str) -> date | None:
    """A day of a form, if it is one and not after today."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1949, 10, 1) <= day <= settings.today() else None


def door_code(case: Case, body: str, level: str | None) -> str | None:
    """The place code of the body that the guidance named; the case's own where it named none."""
    for referral in case.referrals:
        if (referral.body, referral.level) == (body, level) and referral.adcode:
            return referral.adcode
    return cases.stated(case).get("adcode")


def _of_case(session: Session, table, case: Case) -> list:
    return list(session.scalars(select(table).where(table.case_id == case.id).order_by(table.id)))


def _conversation(session: Session, case: Case) -> list[Message]:
    """The last messages of the case, and those of its worker that belong to no case yet."""
    if case.worker_id is None:
        return []
    query = (select(Message).where(Message.worker_id == case.worker_id, (Message.case_id == case.id) | Message.case_id.is_(None))
             .order_by(Message.id.desc()).limit(LAST_MESSAGES))
    return list(session.scalars(query))[::-1]
