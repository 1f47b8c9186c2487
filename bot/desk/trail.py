"""The audit trail's page, for admins: filters, and pages that go on where the last one ended."""
import re
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.routing import Route

from bot.cases import staff, trail
from bot.desk.texts import catalogue
from bot.desk.triage import one_of
from bot.desk.web import Visit, page

PAGE = 100
CASE = re.compile(r"G-\d\d-\w{5}\Z", re.ASCII)


def routes() -> list[Route]:
    return [Route("/audit", page(list_page, role="admin", writes=True))]


def actions() -> list[str]:
    """Every deed that goes on record."""
    return [key.removeprefix("deed.") for key in catalogue()["zh"] if key.startswith("deed.")]


def list_page(visit: Visit, session: Session) -> Response:
    """The latest first; `?staff=`, `?action=`, `?subject=`, `?since=`, `?until=` narrow it, `?after=` goes on. Reading goes on record."""
    people = [person.name for person in staff.everyone(session)]
    chosen = {"staff": one_of(people, visit.text("staff")), "action": one_of(actions(), visit.text("action")),
              "subject": visit.text("subject").replace("\x00", "")[:80] or None, "since": _day(visit.text("since")),
              "until": _day(visit.text("until"))}
    after = visit.text("after")
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else None
    rows = trail.page(session, **chosen, before=before, limit=PAGE + 1)
    narrowed = {name: str(value) for name, value in chosen.items() if value}
    staff.audit(session, visit.staff.name, "audit.read", None, narrowed or None)
    return visit.render("audit.html", rows=rows[:PAGE], onward=rows[PAGE - 1].id if len(rows) > PAGE else None, first=before is None,
                        filters=chosen, chosen=narrowed, people=people, actions=actions(), case_code=CASE)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
