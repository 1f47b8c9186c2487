"""The desk as one ASGI application."""
import logging
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.desk import (
    accounts,
    aside,
    chat,
    cookies,
    correct,
    desks,
    documents,
    employers,
    insights,
    knowledge,
    live,
    log,
    matter,
    offices,
    report,
    review,
    security,
    talk,
    trail,
    triage,
    unanswered,
    waiting,
)
from bot.desk.case import case_page
from bot.desk.guard import Guard
from bot.desk.health import health
from bot.desk.limits import LOOKS, Limits
from bot.desk.metrics import metrics
from bot.desk.recent import Recent
from bot.desk.texts import Texts, choose
from bot.desk.web import LANGUAGE, Visit, page

journal = logging.getLogger(__name__)
TOLD = (403, 413, 421, 429)  # refusals that may be an attempt at something: in the log, without the address, which may hold words
METHODS = ("GET", "HEAD", "POST")
EXPLAINED = (403, 404, 405, 408, 413, 421, 429, 503)


def build() -> Starlette:
    """A fresh desk; the chat's short memory lives as long as it does."""
    admin = {"role": "admin"}
    app = Starlette(
        routes=[
            Route("/", page(accounts.home, public=True)),
            Route("/login", page(accounts.login_form, public=True)),
            Route("/login", page(accounts.login, public=True), methods=["POST"]),
            Route("/logout", page(accounts.logout), methods=["POST"]),
            Route("/second-factor", page(security.ask_code)),
            Route("/second-factor", page(security.check_code), methods=["POST"]),
            Route("/account", page(security.account)),
            Route("/account/second-factor", page(security.switch_on), methods=["POST"]),
            Route("/account/second-factor/off", page(security.switch_off), methods=["POST"]),
            Route("/account/sign-out", page(security.sign_out), methods=["POST"]),
            Route("/password", page(accounts.password_form)),
            Route("/password", page(accounts.password), methods=["POST"]),
            Route("/language/{code}", page(accounts.language, public=True, writes=True)),
            Route("/queue", page(waiting.queue_page)),
            Route("/queue/search", page(waiting.find), methods=["POST"]),
            Route("/queue/assign", page(waiting.assign), methods=["POST"]),
            Route("/queue/alerts/{id:row}", page(waiting.seen_to), methods=["POST"]),
            Route("/queue/views", page(waiting.keep_view), methods=["POST"]),
            Route("/queue/views/{id:row}/drop", page(waiting.drop_view), methods=["POST"]),
            Route("/cases/{key}", page(case_page, writes=True)),
            Route("/cases/{key}/take", page(triage.take), methods=["POST"]),
            Route("/cases/{key}/reply", page(talk.reply), methods=["POST"]),
            Route("/cases/{key}/chat", page(talk.take_chat), methods=["POST"]),
            Route("/cases/{key}/hand-back", page(talk.hand_back), methods=["POST"]),
            Route("/cases/{key}/contacts", page(triage.contact), methods=["POST"]),
            Route("/cases/{key}/resolve", page(triage.resolve), methods=["POST"]),
            Route("/cases/{key}/facts", page(correct.correct), methods=["POST"]),
            Route("/cases/{key}/identity", page(matter.identity), methods=["POST"]),
            Route("/cases/{key}/notes", page(matter.note), methods=["POST"]),
            Route("/cases/{key}/escalate", page(matter.escalate), methods=["POST"]),
            Route("/cases/{key}/transfer", page(matter.transfer), methods=["POST"]),
            Route("/cases/{key}/transfer/answer", page(matter.answer_transfer), methods=["POST"]),
            Route("/cases/{key}/merge", page(matter.merge), methods=["POST"]),
            Route("/cases/{key}/group", page(matter.group), methods=["POST"]),
            Route("/groups/{code}", page(matter.group_page)),
            Route("/groups/{code}/message", page(matter.group_message), methods=["POST"]),
            *documents.routes(),
            Route("/deflections", page(log.list_page)),
            Route("/deflections/export", page(log.export, writes=True)),
            Route("/deflections/{id:row}", page(log.row_page, writes=True)),
            Route("/deflections/{id:row}/review", page(review.judge, **admin), methods=["POST"]),
            Route("/deflections/{id:row}/opinion", page(review.opinion, **admin), methods=["POST"]),
            Route("/deflections/{id:row}/release", page(review.release, **admin), methods=["POST"]),
            Route("/deflections/{id:row}/exemplary", page(review.exemplary, **admin), methods=["POST"]),
            Route("/insights", page(insights.insights_page)),
            Route("/insights/report", page(report.report_page)),
            *employers.routes(),
            *knowledge.routes(),
            *offices.routes(),
            *trail.routes(),
            *aside.routes(),
            *unanswered.routes(),
            Route("/staff", page(accounts.staff_list, **admin)),
            Route("/staff", page(accounts.staff_add, **admin), methods=["POST"]),
            Route("/staff/{id:row}/second-factor", page(security.reset, **admin), methods=["POST"]),
            Route("/staff/{id:row}/team", page(desks.place, **admin), methods=["POST"]),
            Route("/teams", page(desks.list_page, **admin)),
            Route("/teams", page(desks.add, **admin), methods=["POST"]),
            Route("/teams/{id:row}", page(desks.change, **admin), methods=["POST"]),
            Route("/staff/{id:row}/disable", page(accounts.staff_disable, **admin), methods=["POST"]),
            Route("/staff/{id:row}/password", page(accounts.staff_renew, **admin), methods=["POST"]),
            Route("/chat", page(chat.chat_page, public=True, writes=True)),
            Route("/chat", chat.chat_form, methods=["POST"]),
            Route("/api/chat", chat.chat_api, methods=["POST"]),
            Route("/api/chat/waiting", chat.waiting_api, methods=["POST"]),
            Route("/events", live.events),
            Route("/health", health),
            Route("/metrics", metrics),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[Middleware(Guard, refuse=refuse)],
        exception_handlers={HTTPException: _http_error},
        lifespan=_lifespan,
    )
    app.state.recent, app.state.started = Recent(), time.monotonic()
    app.state.limits, app.state.looks = Limits(), Limits(times=LOOKS)
    app.state.pulse = live.Pulse()
    return app


def refuse(scope: dict, status: int) -> Response:
    """The page, or the JSON, for a request that failed; needs no database."""
    request = Request(scope)
    if status in TOLD:
        journal.warning("a %s was refused with %d", scope["method"] if scope["method"] in METHODS else "request", status)
    t = Texts(choose(cookies.read(request, LANGUAGE), request.headers.get("accept-language")))
    kind = status if status in EXPLAINED else 500 if status >= 500 else 400
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": t(f"error.{kind}.text")}, status)
    return Visit(request, t, "").render("error.html", status, kind=kind)


async def _http_error(request: Request, error: HTTPException) -> Response:
    response = refuse(request.scope, error.status_code)
    response.headers.update(error.headers or {})
    return response


@asynccontextmanager
async def _lifespan(app: Starlette):
    async with httpx.AsyncClient(trust_env=False) as client:
        app.state.client = client
        yield
        await app.state.pulse.stop()
