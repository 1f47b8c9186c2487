"""The audit trail's page, for admins: whether its chain is whole, filters, and pages that go on where the last one ended."""
import re
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.routing import Route

from bot.cases import audit_chain, staff, store, trail
from bot.desk.texts import catalogue
from bot.desk.triage import one_of
from bot.desk.web import Visit, page

PAGE = 100
AT_ONCE = 2000  # entries that are checked whenever the page is opened; more only when somebody asks
HASH = 64
CASE = re.compile(r"G-\d\d-\w{5}\Z", re.ASCII)


def routes() -> list[Route]:
    return [Route("/audit", page(list_page, role="admin"))]


def actions() -> list[str]:
    """Every deed that goes on record."""
    return [key.removeprefix("deed.") for key in catalogue()["zh"] if key.startswith("deed.")]


def list_page(visit: Visit, session: Session) -> Response:
    """The latest first; `?staff=`, `?action=`, `?subject=`, `?since=`, `?until=` narrow it, `?after=` goes on; `?check=1` reads the whole
    chain, `?head=` looks in it for a hash noted earlier. Reading goes on record."""
    people = [person.name for person in staff.everyone(session)]
    chosen = {"staff": one_of(people, visit.text("staff")), "action": one_of(actions(), visit.text("action")),
              "subject": visit.text("subject").replace("\x00", "")[:80] or None, "since": _day(visit.text("since")),
              "until": _day(visit.text("until"))}
    after = visit.text("after")
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else None
    rows = trail.page(session, **chosen, before=before, limit=PAGE + 1)
    narrowed = {name: str(value) for name, value in chosen.items() if value}
    entries, head = audit_chain.length(session), visit.text("head").lower()[:HASH] or None
    checked = audit_chain.verify(session, head) if visit.text("check") or entries <= AT_ONCE and before is None else None
    with store.session() as record:  # of its own, so that nobody who writes has to wait for the check
        staff.audit(record, visit.staff.name, "audit.read", None, narrowed or None)
    return visit.render("audit.html", entries=entries, checked=checked, head=head, hash_length=HASH,
                        rows=rows[:PAGE], onward=rows[PAGE - 1].id if len(rows) > PAGE else None, first=before is None,
                        filters=chosen, chosen=narrowed, people=people, actions=actions(), case_code=CASE)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
