"""The queue's page: filters, search, views that people keep, and giving cases to somebody."""
import re
from dataclasses import asdict
from urllib.parse import parse_qsl, urlencode

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.cases import alerts, handover, queue, referrals, rights, saved_views, staff, teams
from bot.cases.model import Referral, Staff
from bot.cases.queue import Filters
from bot.desk import canned, live, sought
from bot.desk.texts import Texts, languages
from bot.desk.triage import one_of, page_number, pages
from bot.desk.web import Visit
from bot.guidance.facts import ISSUES, LEVELS, OCCUPATIONS, REASONS
from bot.law import places

PAGE = 50
PLACE = re.compile(r"\d{2}(\d{2}){0,2}\Z")
DEADLINES = (*queue.DEADLINES, "none")
PICK = re.compile(r"(\d{1,15}):(\d{1,15})?\Z")
# Views that everybody has: name in the texts, and the filters.
EVERYBODYS = (("all", {}), ("mine", {"assigned": "mine"}), ("nobodys", {"assigned": "nobody"}), ("unread", {"unread": "1"}),
              ("week", {"deadline": "days_7"}))
DESKS = (("desk", {"team": "mine"}), ("offered", {"offered": "1"}))  # for whoever belongs to a desk


def queue_page(visit: Visit, session: Session) -> Response:
    """Open referrals to the hotline, the most pressing first; the address narrows the list (the fields of Filters) and turns its pages."""
    return _show(visit, session, visit.text)


def find(visit: Visit, session: Session) -> Response:
    """The form of the filters; what it asks for becomes an address."""
    return visit.go("/queue" + _address(_filters(visit, session, visit.text, words=sought.typed(visit.text("search")))))


def assign(visit: Visit, session: Session) -> Response:
    """Gives the ticked cases to somebody, or to nobody. What a colleague changed at the same moment stays, and is said."""
    to = _colleague(session, visit.text("to"))
    query = _query_of(visit.text("here"))
    if not visit.picked:
        return _show(visit, session, query, 422, fault=("queue.pick_some", {}))
    missed, strange = [], []
    for value in visit.picked:
        found = PICK.match(value)
        referral = session.get(Referral, int(found[1])) if found else None
        if referral is None or not referral.for_hotline or not rights.reaches(session, visit.staff, referral.case):
            continue
        if to is not None and not rights.reaches(session, to, referral.case):
            strange.append(referral.case.code)
            continue
        if not referrals.assign(session, referral, to and to.id, int(found[2]) if found[2] else None):
            missed.append(referral.case.code)
            continue
        staff.audit(session, visit.staff.name, "case.assign", referral.case.code, {"to": to and to.name})
        if to is not None:
            handover.tell_taken(session, referral, Texts(canned.language_of(referral.case))("to_worker.taken", code=referral.case.code))
    if missed:
        return _show(visit, session, query, 409, fault=("queue.missed", {"codes": ", ".join(missed)}))
    if strange:
        return _show(visit, session, query, 422, fault=("queue.out_of_reach", {"codes": ", ".join(strange), "name": to.name}))
    return visit.go("/queue" + _address(_filters(visit, session, query)))


def seen_to(visit: Visit, session: Session) -> Response:
    """An alert that somebody has seen to is shown no more."""
    case = alerts.done(session, visit.staff, visit.request.path_params["id"])
    if case is None:
        raise HTTPException(404)
    staff.audit(session, visit.staff.name, "alert.done", case.code)
    return visit.go("/queue" + _address(_filters(visit, session, _query_of(visit.text("here")))))


def keep_view(visit: Visit, session: Session) -> Response:
    """Keeps the filters in force under a name."""
    query = _query_of(visit.text("here"))
    try:
        saved_views.keep(session, visit.staff.id, visit.text("name"), _set(_filters(visit, session, query)))
    except saved_views.ViewError as error:
        return _show(visit, session, query, 422, fault=(f"queue.{error.code}", {}))
    return visit.go("/queue" + _address(_filters(visit, session, query)))


def drop_view(visit: Visit, session: Session) -> Response:
    saved_views.drop(session, visit.staff.id, visit.request.path_params["id"])
    return visit.go("/queue")


def _show(visit: Visit, session: Session, query, status: int = 200, fault: tuple[str, dict] | None = None) -> Response:
    filters, viewer = _filters(visit, session, query), visit.staff.id
    total = queue.count(session, filters, viewer=viewer)
    number = page_number(query("page"), total, PAGE)
    rows = queue.waiting(session, filters, viewer=viewer, limit=PAGE, offset=(number - 1) * PAGE)
    colleagues = [person for person in staff.everyone(session) if person.disabled_at is None]
    here = _address(filters, number)
    return visit.render(
        "queue.html", status, alerts=alerts.open_for(session, visit.staff), rows=rows, total=total, number=number,
        pages=pages(total, PAGE), filters=filters, chosen=_set(filters), fault=fault, colleagues=colleagues,
        turned=sought.into_address(_set(filters), "queue"), query_here=here.removeprefix("?"), mark=live.mark(session),
        issues=ISSUES, urgencies=queue.URGENCIES, levels=LEVELS,
        occupations=OCCUPATIONS, reasons=REASONS, deadlines=DEADLINES, platforms=queue.platforms(session, viewer),
        provinces=[code[:2] for code, place in places.table().items() if place.level == "province"], tongues=languages(),
        everybodys=[(name, _address(Filters(**values)), filters == Filters(**values))
                    for name, values in EVERYBODYS + (DESKS if visit.staff.team_id else ())], desks=teams.everyone(session),
        views=[(view, "?" + urlencode(sought.into_address(view.filters, "queue"))) for view in saved_views.of(session, viewer)])


def _filters(visit: Visit, session: Session, query, words: str | None = None) -> Filters:
    """The filters of an address, without whatever is not a known value. `query(name)` gives a field or "". `words` are looked for, if
    they do not stand sealed in the address."""
    place, assigned = query("place"), query("assigned")
    if assigned not in ("mine", "nobody") and not (assigned.isascii() and assigned.isdigit() and len(assigned) < 10):
        assigned = None
    team = query("team")
    return Filters(
        issue=one_of(ISSUES, query("issue")), urgency=one_of(queue.URGENCIES, query("urgency")),
        place=place if PLACE.match(place) and place.isascii() else None, level=one_of(LEVELS, query("level")),
        occupation=one_of(OCCUPATIONS, query("occupation")), deadline=one_of(DEADLINES, query("deadline")), assigned=assigned,
        reason=one_of(REASONS, query("reason")), platform=one_of(queue.platforms(session, visit.staff.id), query("platform")),
        language=one_of(languages(), query("language")), unread="1" if query("unread") else None,
        team=team if team == "mine" or team.isascii() and team.isdigit() and len(team) < 10 else None,
        offered="1" if query("offered") else None,
        search=(sought.from_address(query("search"), "queue") if words is None else words) or None)


def _set(filters: Filters) -> dict[str, str]:
    """The filters that narrow anything."""
    return {name: value for name, value in asdict(filters).items() if value}


def _address(filters: Filters, number: int = 1) -> str:
    """The queue's address with these filters, from the "?" on."""
    fields = sought.into_address(_set(filters), "queue") | ({"page": number} if number > 1 else {})
    return "?" + urlencode(fields) if fields else ""


def _query_of(text: str):
    """A lookup into an address that a form carries."""
    fields = dict(parse_qsl(text[:2000]))
    return lambda name: fields.get(name, "").strip()


def _colleague(session: Session, number: str) -> Staff | None:
    """The member of staff that a form names; None for "nobody"."""
    if number == "nobody":
        return None
    person = session.get(Staff, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if person is None or person.disabled_at is not None:
        raise HTTPException(404)
    return person
