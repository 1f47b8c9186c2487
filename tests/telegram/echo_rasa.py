"""Stands in for Rasa where a gateway test needs a certain answer or fault. Without orders it echoes the message.

The conversation itself is tested with the real Rasa, elsewhere.
"""
import asyncio
import threading
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.telegram.servers import Server


class EchoRasa:
    def __init__(self):
        self.asked: list[dict] = []  # every request body, in the order it came in
        self.answers: dict[str, list[dict] | Callable] = {}  # message -> replies, or a function of the request body that gives them
        self.failing: dict[str, int] = {}  # message -> HTTP status it always gets
        self.gate = threading.Event()  # cleared: answers are held back
        self.gate.set()
        self._server = Server(Starlette(routes=[Route("/webhooks/rest/webhook", self._receive, methods=["POST"])]))

    @property
    def url(self) -> str:
        """What RASA_URL is set to."""
        return self._server.url

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        """Comes back after `stop` on the same port."""
        self._server.start()

    def messages(self, sender: str | None = None) -> list[str]:
        """What was asked so far."""
        return [body["message"] for body in self.asked if sender in (None, body["sender"])]

    def ids(self) -> list[str]:
        return [body["metadata"]["message_id"] for body in self.asked]

    async def _receive(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        while not self.gate.is_set() and not self._server.leaving:
            await asyncio.sleep(0.01)
        message = body["message"]
        if message in self.failing:
            return JSONResponse({"status": "failure"}, self.failing[message])
        replies = self.answers.get(message, [{"text": f"echo: {message}"}])
        if callable(replies):
            replies = await run_in_threadpool(replies, body)
        return JSONResponse([{"recipient_id": body["sender"], **reply} for reply in replies])
