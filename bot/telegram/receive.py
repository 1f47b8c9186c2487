"""Updates into the inbox, by long polling or by webhook. Telegram forgets an update once we confirm it, so it is stored first."""
import asyncio
import hmac
import json
import logging
from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot import law
from bot.cases import inbox, store, workers
from bot.telegram import calls, updates
from bot.telegram.record import Record
from bot.telegram.text import encodable

log = logging.getLogger(__name__)
CHANNEL = "telegram"
LONGEST_WAIT = 30  # seconds between two tries to reach Telegram
LARGEST = 1_000_000  # bytes of one update by webhook; Telegram's are a few kilobytes
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Receiver:
    """Stores updates and calls `stored(update_id, update)` for each new one."""

    def __init__(self, bot: calls.Bot, record: Record, stored: Callable[[str, dict], None]):
        self._bot, self._record, self._stored = bot, record, stored
        self._told_groups: set[int] = set()
        self._errands: set[asyncio.Task] = set()
        self._turn = asyncio.Lock()  # a chat's messages are numbered in the order in which they came
        self.reachable = False  # whether Telegram answered last time

    async def poll(self, stop: asyncio.Event, seconds: int, retry_seconds: float) -> None:
        """Long polling until `stop`. The offset moves on only when a batch is in the database."""
        offset, pause = None, retry_seconds
        while not stop.is_set():
            try:
                wait = seconds if self.reachable else 0  # after a fault the first answer tells at once that it is over
                batch = await _unless(stop, self._bot.raw_updates(offset, wait, updates.KINDS))
                if batch is None:
                    return
                await self.take(batch)
            except Exception as error:
                self.reachable = False
                pause = error.retry_after.total_seconds() if isinstance(error, RetryAfter) else pause
                log.warning("no updates: %s", _reason(error))
                await _unless(stop, asyncio.sleep(pause))
                pause = min(LONGEST_WAIT, 2 * pause)
            else:
                self.reachable, pause = True, retry_seconds
                offset = max((number for update in batch if (number := updates.number(update)) is not None), default=(offset or 0) - 1) + 1

    async def take(self, batch: list[dict]) -> None:
        """Stores a batch in one transaction. Groups get one polite word and nothing of them is kept."""
        private = []
        for update in batch:
            try:
                update = json.loads(encodable(json.dumps(update, ensure_ascii=False)))
                chat = updates.chat(update) if updates.number(update) is not None else None
            except (AttributeError, TypeError, ValueError, RecursionError) as error:  # one odd update must not keep the others from coming
                log.error("an update that cannot be read: %s", type(error).__name__)
                continue
            if chat is not None and chat.private:
                private.append((str(update["update_id"]), chat, update))
            elif chat is not None:
                self._leave_group(chat)
        if private:
            async with self._turn:
                stored = await self._write(private)
            for update_id, update in stored:
                self._stored(update_id, update)

    async def _write(self, batch: list[tuple[str, updates.Chat, dict]]) -> list[tuple[str, dict]]:
        """Those of a batch that were new. One that the database refuses does not keep the others out."""
        try:
            return await self._record.write(_store, batch)
        except Exception as error:
            if store.away(error):
                raise
            if len(batch) == 1:
                log.error("an update that cannot be stored: %s", type(error).__name__)
                return []
        return [stored for one in batch for stored in await self._write([one])]

    def webhook(self, path: str, secret: str) -> Starlette:
        """The web application that Telegram posts updates to."""
        async def receive(request: Request) -> Response:
            given = request.headers.get(SECRET_HEADER, "")
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return Response(status_code=403)
            body = b""
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    return Response(status_code=413)
            try:
                update = json.loads(body)
            except (ValueError, RecursionError):
                update = None
            if updates.number(update) is None:
                return Response(status_code=400)
            try:
                await self.take([update])
            except Exception as error:
                log.error("an update cannot be stored: %s", type(error).__name__)
                return Response(status_code=503)  # Telegram sends it again
            return Response()
        return Starlette(routes=[Route(path or "/", receive, methods=["POST"])])

    def _leave_group(self, chat: updates.Chat) -> None:
        """Says once that this is no place for a labour matter, and leaves."""
        if chat.id in self._told_groups:
            return
        self._told_groups.add(chat.id)
        book = law.load()
        text = book.text("gateway.group_only", law.best_language(book, chat.language))

        async def tell() -> None:
            await calls.attempt(lambda: self._bot.send_message(chat.id, text), "word to a group")
            await calls.attempt(lambda: self._bot.leave_chat(chat.id), "leaving a group")
        errand = asyncio.create_task(tell())
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)


def _store(session: Session, batch: list[tuple[str, updates.Chat, dict]]) -> list[tuple[str, dict]]:
    """Writes updates down with their workers. Those that were new."""
    fresh = []
    for update_id, chat, update in batch:
        worker = workers.arrive(session, CHANNEL, str(chat.id), chat.language)
        if inbox.store(session, CHANNEL, update_id, worker.sender, update, updates.message_id(update)):
            fresh.append((update_id, update))
    return fresh


async def _unless(stop: asyncio.Event, doing):
    """The result of `doing`, or None as soon as `stop` is set."""
    task, stopped = asyncio.ensure_future(doing), asyncio.ensure_future(stop.wait())
    await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return task.result()
    task.cancel()
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another gateway runs with the same token"
    if isinstance(error, InvalidToken):
        return "Telegram does not know TELEGRAM_TOKEN"
    return type(error).__name__ if isinstance(error, TelegramError) else f"the database: {type(error).__name__}"
