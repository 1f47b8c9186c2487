"""Stands in for Rasa behind the browser chat: over HTTP, with an answer for each message it knows.

The conversation itself is tested with the real Rasa, elsewhere.
"""
import threading
import time

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot import settings
from bot.desk.serving import options
from tests.telegram.servers import free_port

SECRET = "what-the-parts-show-each-other"  # PARTS_SECRET of the tests


class Served:
    """An ASGI application on a port of 127.0.0.1, in a thread."""

    def __init__(self, app, port: int | None = None):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=self.port, log_config=None, timeout_graceful_shutdown=1,
                                                     **options(settings.read())))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


class ScriptedRasa:
    """`script` maps a message to replies, or to a function of the request body that gives them; others are echoed."""

    def __init__(self):
        self.asked: list[dict] = []
        self.script: dict = {}
        self.loaded = True  # False: runs, but has no model yet
        routes = [Route("/webhooks/rest/webhook", self._message, methods=["POST"]), Route("/status", self._status)]
        self._served = Served(Starlette(routes=routes))
        self.url = self._served.url

    def stop(self) -> None:
        self._served.stop()

    async def _message(self, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return JSONResponse({"error": "this part answers the other parts only"}, 401)
        body = await request.json()
        self.asked.append(body)
        answer = self.script.get(body["message"], [{"text": f"echo: {body['message']}"}])
        replies = await run_in_threadpool(answer, body) if callable(answer) else answer
        return JSONResponse([{"recipient_id": body["sender"], **reply} for reply in replies])

    async def _status(self, request: Request) -> JSONResponse:
        self.shown = request.headers.get("authorization")
        return JSONResponse({"model_file": "m.tar.gz"} if self.loaded else {"status": "failure"}, 200 if self.loaded else 409)
