"""The deflection log: a list to look through, one row with its review, and three formats to take away."""
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import settings
from bot.cases import deflections, log_counts, log_rows, review, rights, staff
from bot.cases.log_figures import NONE
from bot.cases.model import Case, Deflection, LogCase
from bot.desk import log_query
from bot.desk.triage import one_of
from bot.desk.web import Visit
from bot.guidance.facts import BODIES, ISSUES, LEVELS, OCCUPATIONS, REASONS
from bot.law import places

FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json",
           "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
ROUNDS = 3  # of counting that a page waits for; what is marked beyond that is counted by the follow-up
CHOICES = {"reason": REASONS, "body": BODIES, "level": LEVELS, "issue": ISSUES, "occupation": OCCUPATIONS, "answer": deflections.ANSWERS,
           "review": log_rows.STATES, "knew": review.THREE, "acted": review.THREE, "solved": ("yes", "no")}
LABELS = {"answer": "answer", "review": "review_state", "knew": "three", "acted": "three", "solved": "three"}


def list_page(visit: Visit, session: Session) -> Response:
    """Rows by day of contact; the address narrows them (the fields of Filters and Choice), `sort` orders, `key` turns the pages."""
    left = log_counts.refresh(ROUNDS)
    filters, widest = log_query.filters(visit, session), log_query.all_of(visit, session)
    reach = rights.deflections(session, visit.staff)
    sort = one_of(log_rows.SORTS, visit.text("sort")) or "newest"
    rows, following = log_rows.page(session, filters, reach, sort=sort, key=visit.text("key"))
    chosen = log_query.fields_of_rows(filters, widest)
    rows_in_all, cases = log_rows.count(session, filters, reach)
    return visit.render(
        "deflections.html", rows=rows, total=rows_in_all, cases=cases, most=log_rows.MOST, chosen=chosen, sort=sort, sorts=log_rows.SORTS,
        following=log_query.address("/deflections", chosen | {"sort": sort, "key": following}) if following else None,
        first=bool(visit.text("key")), choices=CHOICES, labels=LABELS, not_stated=NONE, formats=FORMATS, left=left,
        stories=log_rows.stories(session, filters, reach), released=review.released, address=log_query.address,
        provinces=[code[:2] for code, place in places.table().items() if place.level == "province"])


def export(visit: Visit, session: Session) -> Response:
    """The rows that the address asks for, as far as the person reaches them, as a file; `?format=csv|xlsx|json`, `?since=YYYY-MM-DD`."""
    format, since = visit.text("format"), visit.text("since")
    if format not in FORMATS:
        raise HTTPException(404)
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError:
        raise HTTPException(404) from None
    filters, within = log_query.filters(visit, session), rights.deflections(session, visit.staff)
    if filters != log_rows.Filters():
        log_counts.catch_up(session)
        behind = select(Deflection.id).join(LogCase, LogCase.case_id == Deflection.case_id).where(*filters.conditions())
        within = within & Deflection.id.in_(behind)
    data = deflections.export(session, format, first, within)
    staff.audit(session, visit.staff.name, "deflections.export", format)
    name = f"deflections-{settings.today()}.{format}"
    return Response(data, media_type=FORMATS[format], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def row_page(visit: Visit, session: Session) -> Response:
    """One row with what was done with it. Reading its text goes on record."""
    row = row_of(visit, session)
    staff.audit(session, visit.staff.name, "deflection.read", row.case_id)
    return show_row(visit, session, row)


def row_of(visit: Visit, session: Session) -> Deflection:
    """The row of the path. 404 for one out of reach, as for one that does not exist."""
    row = session.scalar(select(Deflection).where(Deflection.id == visit.request.path_params["id"],
                                                  rights.deflections(session, visit.staff)))
    if row is None:
        raise HTTPException(404)
    return row


def show_row(visit: Visit, session: Session, row: Deflection, status: int = 200, error: str | None = None) -> Response:
    case = session.get(Case, row.case_ref) if row.case_ref else None
    others = session.scalars(select(Deflection).where(Deflection.case_id == row.case_id, rights.deflections(session, visit.staff))
                             .order_by(Deflection.contacted_on, Deflection.id)).all()
    history, readable = review.history(session, row), review.readable(session, row)
    return visit.render(
        "deflection.html", status, row=row, error=error, history=history, readable=readable, released=review.released, others=others,
        case=case if case is not None and rights.reaches(session, visit.staff, case) else None, seen=history[-1].id if history else 0,
        reasons=REASONS, three=review.THREE, knew_first=review.KNEW_FIRST, texts=review.TEXTS, form=visit.form if error else {},
        telling={name: "\n".join(review.telling(getattr(row, name) or "")) for name in review.TEXTS} if readable else {},
        judged=next((one.staff for one in reversed(history) if one.act in ("confirm", "correct")), None))
