"""Updates that were set aside because they failed again and again: an admin has them tried once more, or gives them up.

What they say is not shown, for nobody agreed to that; whom it is about is, as a code, and the matter where the hotline has it.
"""
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.cases import inbox, rights, staff, workers
from bot.cases.model import Inbox, Worker
from bot.desk.web import Visit, page

MOST = 100


def routes() -> list[Route]:
    return [Route("/set-aside", page(list_page, role="admin")),
            Route("/set-aside/{id:row}/again", page(again, role="admin"), methods=["POST"]),
            Route("/set-aside/{id:row}/discard", page(discard, role="admin"), methods=["POST"])]


def list_page(visit: Visit, session: Session) -> Response:
    """The newest first; as they are dealt with, older ones follow."""
    found = [(row, _worker(session, row)) for row in inbox.aside(session, MOST)]
    return visit.render("aside.html", rows=[(row, worker, _matter(visit, session, worker)) for row, worker in found])


def again(visit: Visit, session: Session) -> Response:
    """Has an update tried again, as often as a new one. 404 for one that is not aside any more."""
    return _settled(visit, session, inbox.try_again, "update.again")


def discard(visit: Visit, session: Session) -> Response:
    """Gives an update up for good and blanks it. 404 for one that is not aside any more."""
    return _settled(visit, session, inbox.discard, "update.discard")


def _settled(visit: Visit, session: Session, settle, deed: str) -> Response:
    number = visit.request.path_params["id"]
    row = session.get(Inbox, number)
    if row is None or not settle(session, number):
        raise HTTPException(404)
    worker = _worker(session, row)
    staff.audit(session, visit.staff.name, deed, worker and worker.code, {"update": number, "fault": row.fault})
    return visit.go("/set-aside")


def _worker(session: Session, row: Inbox) -> Worker | None:
    return workers.find(session, row.sender)


def _matter(visit: Visit, session: Session, worker: Worker | None) -> str | None:
    """The code of the worker's newest matter that the hotline has and this person reaches."""
    cases = worker.cases if worker else ()
    open_to_staff = [case for case in cases if rights.agreed(case) and rights.reaches(session, visit.staff, case)]
    return open_to_staff[-1].code if open_to_staff else None
