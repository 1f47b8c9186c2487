"""The browser chat: a page that works with and without scripts, and the API behind it."""
import json
import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot import law, rasa_client
from bot.cases import cases, messages, outbox, store, workers
from bot.cases.model import Outbox, Worker
from bot.desk import cookies
from bot.desk.cookies import keep
from bot.desk.guard import TooLarge
from bot.desk.limits import Limits
from bot.desk.texts import Texts, catalogue, choose
from bot.desk.web import Visit, check_form, visit
from bot.documents import mydata

CHANNEL, COOKIE = "web", "gongyou_chat"
LONGEST_SENDER, LONGEST_MESSAGE = 200, 20_000
MONTH = 30 * 24 * 3600
CLEAR, MYDATA, SAFETY = "/clear", "/mydata", "/safety"  # obeyed here, also while Rasa is away
AWAY = "https://www.baidu.com/"  # where the quick exit leads: a page that anybody may have open


@dataclass(frozen=True)
class Arrival:
    """A worker at the moment a message comes in, and what staff or reminders had waiting for them."""

    id: int
    code: str
    sender: str
    language: str | None
    handover: str
    waiting: list[dict]


def chat_page(here: Visit, session: Session) -> Response:
    """The page: what was said lately, a field, and the cookie with the anonymous sender."""
    sender = _cookie(here.request)
    worker = _known(session, sender)
    recent = here.request.app.state.recent
    if worker is not None:
        recent.add(sender, worker.code, "bot", _waiting(session, worker))
    response = here.render("chat.html", lines=recent.lines(sender, worker and worker.code), sender=sender, longest=LONGEST_MESSAGE)
    keep(response, here.request, COOKIE, sender, MONTH)
    return response


async def chat_form(request: Request) -> Response:
    """The page's form without scripts: the message goes to the bot, then the page is shown again with the answer."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    here = await run_in_threadpool(visit, request, form)
    check_form(here)
    sender = _cookie(request)
    text = _clean(form.get("message", "").replace("\r\n", "\n"))[:LONGEST_MESSAGE]
    if text.strip().lower() == CLEAR:
        request.app.state.recent.drop(sender)
        return here.render("leave.html", away=AWAY)
    await _talk(request, sender, text, here.t)
    response = here.go("/chat#write")
    keep(response, request, COOKIE, sender, MONTH)
    return response


async def chat_api(request: Request) -> JSONResponse:
    """POST /api/chat: {"sender", "message"} -> {"messages": [{"text", "buttons"}]}. 400 with {"error"} for what cannot be read,
    403 for another site's page, 429 for who writes too fast, 503 with a polite message when the bot does not answer."""
    t = Texts(choose(None, request.headers.get("accept-language")))
    data, refusal = await _read(request, t, ("sender", "message"))
    if refusal is not None:
        return refusal
    if data["message"].strip().lower() == CLEAR:
        request.app.state.recent.drop(data["sender"])
        return JSONResponse({"messages": [], "leave": AWAY})
    status, answers = await _talk(request, data["sender"], _clean(data["message"]), t)
    body = {"messages": answers}
    return JSONResponse(body | {"error": t("chat.unreachable")} if status == 503 else body, status)


async def waiting_api(request: Request) -> JSONResponse:
    """POST /api/chat/waiting: {"sender"} -> {"messages"}: what staff or reminders sent since; nothing for a sender we never met."""
    t = Texts(choose(None, request.headers.get("accept-language")))
    data, refusal = await _read(request, t, ("sender",))
    if refusal is not None:
        return refusal
    _brake(request, request.app.state.looks, data["sender"])
    return JSONResponse({"messages": await run_in_threadpool(_collect, request, data["sender"])})


async def _talk(request: Request, sender: str, text: str, t: Texts) -> tuple[int, list[dict]]:
    """Hands a message to the bot, or to the person who has the chat: (HTTP status, the replies).

    No database transaction is open while the bot thinks."""
    state = request.app.state
    _brake(request, state.limits, sender)
    arrival = await run_in_threadpool(_arrive, sender)
    shown = state.recent.title(sender, text)
    own = Texts(arrival.language) if arrival.language in catalogue() else t
    status, replies = 200, []
    if text.strip().lower() == MYDATA:
        await run_in_threadpool(_send_mydata, arrival)
    elif text.strip().lower() == SAFETY:
        replies = [{"text": _safety(arrival.language), "buttons": []}]
    elif arrival.handover == "person":
        replies = [{"text": own("chat.person"), "buttons": []}]
    else:
        metadata = {"message_id": f"web:{secrets.token_hex(16)}", "channel": CHANNEL, "language": arrival.language}
        try:
            replies = await rasa_client.ask(state.client, arrival.sender, text, metadata)
        except rasa_client.RasaUnavailable:
            status, replies = 503, [{"text": own("chat.unreachable"), "buttons": []}]
    code, files = await run_in_threadpool(_log, arrival, shown, replies if status == 200 else [])
    replies = files + replies
    if code is not None:
        state.recent.add(sender, code, "bot", arrival.waiting)
        state.recent.add(sender, code, "worker", [{"text": shown}])
    state.recent.add(sender, code, "bot", replies)
    return status, arrival.waiting + replies


def _brake(request: Request, limits: Limits, sender: str) -> None:
    """Raises HTTPException 429 for who comes too often."""
    if not limits.take(sender, request.client.host if request.client else ""):
        raise HTTPException(429, headers={"Retry-After": "10"})


def _arrive(sender: str) -> Arrival:
    """Notes the arrival and takes what waits. Two first messages at once make one worker: the loser of the race looks again."""
    try:
        return _arrive_once(sender)
    except IntegrityError:
        return _arrive_once(sender)


def _arrive_once(sender: str) -> Arrival:
    with store.session() as session:
        worker = workers.arrive(session, CHANNEL, sender)
        return Arrival(worker.id, worker.code, worker.sender, worker.language, worker.handover, _waiting(session, worker))


def _safety(language: str | None) -> str:
    """What is risky about using the bot, in the worker's language."""
    book = law.load()
    return book.text("gateway.safety", law.best_language(book, language))


def _send_mydata(arrival: Arrival) -> None:
    book = law.load()
    with store.session() as session:
        worker = session.get(Worker, arrival.id)
        if worker is not None:
            title = book.text("gateway.mydata", law.best_language(book, worker.language))
            messages.send_mydata(session, worker, f"web:{secrets.token_hex(16)}:mydata", mydata.NAME, title)


def _log(arrival: Arrival, text: str, replies: list[dict]) -> tuple[str | None, list[dict]]:
    """Writes both sides down if the worker has agreed to that by now; their code, None if they were erased meanwhile, and what the answer
    put into the outbox: files."""
    with store.session() as session:
        worker = session.get(Worker, arrival.id)
        if worker is None or worker.code != arrival.code:
            return None, []
        case = cases.current(session, worker)
        messages.log(session, worker, "worker", text, case and case.id)
        for reply in replies:
            messages.log(session, worker, "bot", reply["text"], case and case.id)
        return worker.code, _waiting(session, worker)


def _collect(request: Request, sender: str) -> list[dict]:
    with store.session(only_reads=True) as session:
        worker = _known(session, sender)
        if worker is None or not session.scalar(_outbox(worker)):
            return []
    with store.session() as session:
        waiting = _waiting(session, worker)
    request.app.state.recent.add(sender, worker.code, "bot", waiting)
    return waiting


def _known(session: Session, sender: str) -> Worker | None:
    return workers.find(session, workers.sender_id(session, CHANNEL, sender))


def worker_here(request: Request, session: Session) -> Worker | None:
    """The worker whose browser this is, if we have met."""
    return _known(session, _cookie(request))


def _waiting(session: Session, worker: Worker) -> list[dict]:
    """Outbox messages for this worker's browser, marked as sent."""
    taken = []
    for row in session.scalars(_outbox(worker)).all():
        if "text" in row.body:  # a row to be read aloud has no words; a browser is never sent one
            taken.append({"text": row.body["text"], "buttons": row.body.get("buttons") or [], **_link(row.body)})
        outbox.sent(session, row.id, "")
    return taken


def _link(body: dict) -> dict:
    """What the row of a file adds to a line: {"file": path}; {} for any other row. The file is made when it is fetched."""
    return {"file": f"/chat/files/{quote(body['file']['name'])}"} if "file" in body else {}


def _outbox(worker: Worker):
    return select(Outbox).where(Outbox.worker_id == worker.id, Outbox.channel == CHANNEL, Outbox.status == "waiting").order_by(Outbox.id)


async def _read(request: Request, t: Texts, fields: tuple[str, ...]) -> tuple[dict, JSONResponse | None]:
    """The JSON body's fields, or the response that says in one sentence what is wrong with it."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return {}, JSONResponse({"error": t("api.other_site")}, 403)
    try:
        data = json.loads(await request.body())
    except TooLarge:
        return {}, JSONResponse({"error": t("api.long", field="message", most=LONGEST_MESSAGE)}, 400)
    except (ValueError, RecursionError):
        data = None
    fault = None
    if not isinstance(data, dict):
        fault = t("api.not_json")
    else:
        for name in fields:
            if name not in data:
                fault = fault or t("api.missing", field=name)
            elif not isinstance(data[name], str):
                fault = fault or t("api.not_text", field=name)
        if fault is None and not data["sender"].strip():
            fault = t("api.empty_sender")
        if fault is None and len(data["sender"]) > LONGEST_SENDER:
            fault = t("api.long", field="sender", most=LONGEST_SENDER)
        if fault is None and len(data.get("message", "")) > LONGEST_MESSAGE:
            fault = t("api.long", field="message", most=LONGEST_MESSAGE)
    if fault is not None:
        return {}, JSONResponse({"error": fault}, 400)
    return {**data, "sender": _clean(data["sender"])}, None


def _cookie(request: Request) -> str:
    """The anonymous sender of this browser, random on the first visit."""
    sender = cookies.read(request, COOKIE) or ""
    return sender if 16 <= len(sender) <= LONGEST_SENDER else secrets.token_urlsafe(24)


def _clean(text: str) -> str:
    """Halves of characters (lone surrogates) cannot be sent on or stored; they become question marks."""
    return text.encode("utf-8", "replace").decode()
