"""The deflection log: a list to look through and three formats to take away."""
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import settings
from bot.cases import deflections, rights, staff
from bot.cases.model import Case, Deflection
from bot.desk.triage import one_of, page_number, pages
from bot.desk.web import Visit
from bot.guidance.facts import BODIES, LEVELS, REASONS
from bot.law import places

PAGE = 50
FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json",
           "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def list_page(visit: Visit, session: Session) -> Response:
    """Newest first; `?reason=`, `?body=`, `?level=`, `?province=` (two digits) and `?page=` narrow the list."""
    provinces = [code[:2] for code, place in places.table().items() if place.level == "province"]
    chosen = {"reason": one_of(REASONS, visit.text("reason")), "body": one_of(BODIES, visit.text("body")),
              "level": one_of(LEVELS, visit.text("level")), "province": one_of(provinces, visit.text("province"))}
    conditions = [getattr(Deflection, name) == chosen[name] for name in ("reason", "body", "level") if chosen[name]]
    if chosen["province"]:
        conditions.append(Deflection.adcode.startswith(chosen["province"]))
    conditions.append(rights.deflections(session, visit.staff))
    total = session.scalar(select(func.count(Deflection.id)).where(*conditions))
    number = page_number(visit.text("page"), total, PAGE)
    rows = session.execute(select(Deflection, Case.code).outerjoin(Case, Case.id == Deflection.case_ref).where(*conditions)
                           .order_by(Deflection.id.desc()).limit(PAGE).offset((number - 1) * PAGE)).all()
    return visit.render("deflections.html", rows=rows, total=total, number=number, pages=pages(total, PAGE), chosen=chosen,
                        choices={"reason": REASONS, "body": BODIES, "level": LEVELS}, provinces=provinces, formats=FORMATS)


def export(visit: Visit, session: Session) -> Response:
    """The log, as far as the person reaches it, as a file; `?format=csv|xlsx|json`, `?since=YYYY-MM-DD`."""
    format, since = visit.text("format"), visit.text("since")
    if format not in FORMATS:
        raise HTTPException(404)
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError:
        raise HTTPException(404) from None
    data = deflections.export(session, format, first, rights.deflections(session, visit.staff))
    staff.audit(session, visit.staff.name, "deflections.export", format)
    name = f"deflections-{settings.today()}.{format}"
    return Response(data, media_type=FORMATS[format], headers={"Content-Disposition": f'attachment; filename="{name}"'})
