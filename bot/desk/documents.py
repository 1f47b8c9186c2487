"""The papers and the calendar of a case as downloads: for staff from the page of the case, for a worker from the browser chat."""
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.cases import cases, staff
from bot.desk import chat
from bot.desk.case import open_to_staff
from bot.desk.web import Visit, page
from bot.documents import files, mydata


def routes() -> list[Route]:
    return [Route("/cases/{key}/documents/{name}", page(case_file, writes=True)), Route("/chat/files/{name}", page(chat_file, public=True))]


def case_file(visit: Visit, session: Session) -> Response:
    """A file of a case whose worker agreed that the hotline takes it up; who made it is noted."""
    case = open_to_staff(visit, session)
    name = visit.request.path_params["name"]
    response = _attachment(case, name, visit.t.language)
    staff.audit(session, visit.staff.name, "case.document", case.code, {"file": name})
    return response


def chat_file(visit: Visit, session: Session) -> Response:
    """A file of the open case of the worker whose browser this is."""
    worker = chat.worker_here(visit.request, session)
    if worker is not None and visit.request.path_params["name"] == mydata.NAME:
        return _download(mydata.file(session, worker))
    case = cases.current(session, worker) if worker is not None and worker.consented_at is not None else None
    if case is None:
        raise HTTPException(404)
    return _attachment(case, visit.request.path_params["name"], worker.language)


def _attachment(case, name: str, language: str | None) -> Response:
    try:
        file = files.of_case(case, name, language)
    except files.NoSuchFile:
        raise HTTPException(404) from None
    return _download(file)


def _download(file: files.File) -> Response:
    return Response(file.content, media_type=file.kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"})
