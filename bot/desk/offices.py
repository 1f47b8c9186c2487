"""The directory's pages: finding an office, adding and correcting one, and a whole table coming in."""
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot import settings
from bot.cases import directory, staff, tables
from bot.cases.directory import OfficeFault
from bot.cases.model import Office
from bot.desk.log import FORMATS
from bot.desk.texts import Texts
from bot.desk.triage import one_of
from bot.desk.web import Visit, page
from bot.guidance.facts import BODIES, LEVELS
from bot.law import places

PAGE = 50
MOST_FAULTS = 100  # shown of one file
LONGEST_SEARCH = 60


def routes() -> list[Route]:
    return [
        Route("/directory", page(list_page)),
        Route("/directory", page(add), methods=["POST"]),
        Route("/directory/new", page(new_page)),
        Route("/directory/import", page(take_in), methods=["POST"]),
        Route("/directory/export", page(export, writes=True)),
        Route("/directory/{number:row}", page(office_page)),
        Route("/directory/{number:row}", page(correct), methods=["POST"]),
        Route("/directory/{number:row}/checked", page(still_right), methods=["POST"]),
        Route("/directory/{number:row}/remove", page(remove), methods=["POST"]),
    ]


def list_page(visit: Visit, session: Session) -> Response:
    """By place; `?search=`, `?body=`, `?place=` (two digits), `?due=` narrow the list, `?after=` goes on where the last page ended."""
    return _list(visit, session)


def new_page(visit: Visit, session: Session) -> Response:
    return _form(visit, session, None, given={name: visit.text(name) for name in ("body", "level", "adcode", "place")})


def office_page(visit: Visit, session: Session) -> Response:
    return _form(visit, session, _office(visit, session))


def add(visit: Visit, session: Session) -> Response:
    return _keep(visit, session, None)


def correct(visit: Visit, session: Session) -> Response:
    return _keep(visit, session, _office(visit, session))


def still_right(visit: Visit, session: Session) -> Response:
    """The numbers were tried today and are right."""
    office = _office(visit, session)
    given = {name: getattr(office, name) or "" for name in directory.KEPT} | {"phones": " ".join(office.phones), "checked_on": ""}
    directory.keep(session, office, given, visit.by)
    staff.audit(session, visit.staff.name, "office.checked", str(office.number))
    return visit.go(f"/directory/{office.number}")


def remove(visit: Visit, session: Session) -> Response:
    office = _office(visit, session)
    directory.remove(session, office, visit.by)
    staff.audit(session, visit.staff.name, "office.remove", str(office.number), {"name": office.name})
    return visit.go("/directory")


def take_in(visit: Visit, session: Session) -> Response:
    """A CSV or XLSX file comes in as a whole; with any fault in it nothing is written and every fault is listed."""
    data = visit.files.get("file", b"")
    if not data:
        return _list(visit, session, 422, error="directory.no_file")
    try:
        rows, faults = directory.read(data)
    except tables.TableFault as fault:
        return _list(visit, session, 422, error="directory.no_table", error_fields={"why": str(fault).removeprefix("FILE: ")})
    if faults or not rows:
        return _list(visit, session, 422, error="directory.faulty" if faults else "directory.no_rows", faults=faults)
    done = directory.take_in(session, rows, visit.by)
    staff.audit(session, visit.staff.name, "office.import", None, done)
    return visit.go("/directory?" + urlencode({"done": "{added}.{corrected}.{unchanged}".format(**done)}))


def export(visit: Visit, session: Session) -> Response:
    """The directory as a file, `?format=csv|xlsx`, in the columns that the import takes."""
    format = visit.text("format")
    if format not in ("csv", "xlsx"):
        raise HTTPException(404)
    data = directory.export(session, format)
    staff.audit(session, visit.staff.name, "office.export", format)
    name = f"directory-{settings.today()}.{format}"
    return Response(data, media_type=FORMATS[format], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def fault_text(t: Texts, fault: OfficeFault) -> str:
    """A fault as a sentence that names the row and the field."""
    words = t(f"directory.fault_{fault.code}", **{name: _shown(t, name, value) for name, value in fault.fields.items()})
    field = t.label("office_field", fault.field)
    if fault.row is None:
        return t("directory.fault", field=field, why=words)
    return t("directory.fault_row", row=fault.row, field=field, why=words)


def _shown(t: Texts, name: str, value) -> str:
    return t.label("level", value) if name == "level" else str(value)


def _keep(visit: Visit, session: Session, office: Office | None) -> Response:
    try:
        kept = directory.keep(session, office, visit.form, visit.by)
    except OfficeFault as fault:
        return _form(visit, session, office, 422, visit.form, fault)
    staff.audit(session, visit.staff.name, "office.add" if office is None else "office.correct", str(kept.number), {"name": kept.name})
    return visit.go(f"/directory/{kept.number}")


def _list(visit: Visit, session: Session, status: int = 200, error: str | None = None, error_fields: dict | None = None,
          faults: list[OfficeFault] | None = None) -> Response:
    asked = visit.request.query_params.get
    chosen = {"search": (asked("search") or "").strip()[:LONGEST_SEARCH] or None, "body": one_of(BODIES, asked("body", "")),
              "place": one_of(_provinces(), asked("place", "")), "due": bool(asked("due"))}
    rows = directory.page(session, **chosen, after=_after(asked("after", "")), limit=PAGE + 1)
    onward = f"{rows[PAGE - 1].adcode or ''}.{rows[PAGE - 1].id}" if len(rows) > PAGE else None
    return visit.render(
        "directory.html", status, rows=rows[:PAGE], total=directory.count(session, **chosen), onward=onward, first=not asked("after"),
        filters=chosen, chosen={name: value for name, value in chosen.items() if value}, bodies=BODIES, provinces=_provinces(),
        today=settings.today(),
        due=directory.due, error=error, error_fields=error_fields or {}, done=_done(asked("done", "")),
        faults=[fault_text(visit.t, fault) for fault in (faults or [])[:MOST_FAULTS]], more_faults=max(0, len(faults or []) - MOST_FAULTS))


def _form(visit: Visit, session: Session, office: Office | None, status: int = 200, given: dict | None = None,
          fault: OfficeFault | None = None) -> Response:
    values = {name: getattr(office, name) or "" for name in directory.KEPT} | {"phones": " ".join(office.phones)} if office else {}
    values["checked_on"] = ""  # whoever saves says that it holds today, unless another day is given
    return visit.render(
        "office.html", status, office=office, values={name: "" for name in directory.COLUMNS} | values | (given or {}),
        before=directory.history(session, office.number) if office else [], bodies=BODIES, levels=LEVELS, today=settings.today(),
        longest=directory.LONGEST, due=directory.due, fault=fault and fault_text(visit.t, fault), wrong=fault and fault.field)


def _office(visit: Visit, session: Session) -> Office:
    number = visit.request.path_params["number"]
    office = directory.current(session, number) if number < 2**31 else None
    if office is None:
        raise HTTPException(404)
    return office


def _provinces() -> list[str]:
    return [code[:2] for code, place in places.table().items() if place.level == "province"]


def _after(text: str) -> tuple[str, int] | None:
    code, _, id = text.partition(".")
    fits = id.isascii() and id.isdigit() and len(id) < 10 and (not code or code.isascii() and code.isdigit() and len(code) == 6)
    return (code, int(id)) if fits else None


def _done(text: str) -> dict | None:
    """What an import did, as its answer's address carries it."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        return None
    return dict(zip(("added", "corrected", "unchanged"), map(int, parts)))
