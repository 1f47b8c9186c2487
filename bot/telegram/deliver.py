"""From the outbox to Telegram: in order per chat, again after a fault, given up when the worker or Telegram will not have it.

Telegram has no way to recognise a repetition. That a message goes out is noted first; where its receipt was lost (the process was
killed at that moment, the connection broke) it is sent again with a line that says so.
"""
import asyncio
import logging
from dataclasses import dataclass, field

import httpx
from aiolimiter import AsyncLimiter
from sqlalchemy.orm import Session
from telegram import LinkPreviewOptions
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot import law
from bot.cases import buttons, outbox, store
from bot.cases.model import Case, Outbox, Worker
from bot.documents import files, mydata
from bot.telegram import calls, keyboards, text
from bot.telegram.config import Config
from bot.telegram.record import Record
from bot.voice import aloud

log = logging.getLogger(__name__)
CHANNEL = "telegram"
TRIES = 8  # unexpected failures of one message (our own fault) before it is given up
LONGEST_WAIT = 60  # seconds between two tries
BURST = 5  # messages a chat may get at once; then one a second, as Telegram asks
MARKUP_FAULTS = ("markup", "button", "keyboard", "entit", "parse")
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True)
class Parcel:
    """What to send next of a row: `rest` is left for the messages after it, and the buttons go on the last."""

    chat_id: int
    text: str
    rest: str = ""
    buttons: list[dict] = field(default_factory=list)
    aloud: str | None = None  # the language to read the text aloud in, instead of writing it
    file: files.File | None = None  # goes with the text as its caption


class Undeliverable(Exception):
    """A row that there is no way to send; the message says why."""


class Sender:
    """Sends what waits in the outbox."""

    def __init__(self, bot: calls.Bot, record: Record, config: Config):
        self._bot, self._record, self._config = bot, record, config
        self._chats: dict[int, AsyncLimiter] = {}
        self._workers: dict[int, int] = {}  # row that was found: whose it is
        self._known: dict[int, int] = {}  # worker: the chat, for the pace alone
        self._receipts: dict[int, tuple[str, str]] = {}  # row: what went out and is not in the record yet: message number, rest

    async def find(self, busy, limit: int) -> list[tuple[int, int]]:
        rows = await self._record.read(outbox.waiting, CHANNEL, busy, limit)
        self._workers = dict(rows)
        return rows

    async def work(self, row_id: int) -> None:
        """Sends one row, or its next part. Raises when the database is away: the lane rests and tries again."""
        if row_id in self._receipts:
            await self._note_receipt(row_id)
            return
        try:
            chat_id = await self._chat_of(row_id)
            if chat_id is None:
                return
            await self._pace(chat_id)
            parcel = await self._record.write(_begin, row_id)
            if parcel is None:
                return
            message_id = await self._send(parcel)
        except Undeliverable as error:
            await self._record.write(_give_up, row_id, str(error), False)
        except RetryAfter as error:
            await self._record.write(_later, row_id, error.retry_after.total_seconds(), False)
        except Forbidden:
            await self._record.write(_give_up, row_id, "blocked by the worker", True)
        except (BadRequest, ChatMigrated) as error:
            await self._record.write(_give_up, row_id, error.message, False)
            log.error("row %d refused by Telegram", row_id)
        except TelegramError as error:
            tries = await self._record.write(_back_off, row_id, self._config.retry_seconds, _may_have_gone_out(error))
            log.warning("row %d not sent (try %d): %s", row_id, tries, type(error).__name__)
        except Exception as error:
            if store.away(error):
                raise
            tries = await self._record.write(_back_off, row_id, self._config.retry_seconds, False)
            log.error("row %d cannot be sent (try %d): %s", row_id, tries, type(error).__name__)
            if tries >= TRIES:
                await self._record.write(_give_up, row_id, type(error).__name__, False)
        else:
            self._receipts[row_id] = str(message_id), parcel.rest
            await self._note_receipt(row_id)

    async def _note_receipt(self, row_id: int) -> None:
        """Writes down that a row went out. Should that fail it is tried again, and nothing is sent again."""
        await self._record.write(outbox.sent, row_id, *self._receipts[row_id])
        del self._receipts[row_id]

    async def _send(self, parcel: Parcel) -> int:
        if parcel.aloud:
            try:
                sound = await asyncio.to_thread(aloud.speak, parcel.text, parcel.aloud)
            except aloud.CannotSpeak as error:
                log.error("an answer cannot be read aloud: %s", error)
                raise Undeliverable("cannot be read aloud") from None
            return (await self._bot.send_voice(parcel.chat_id, sound, filename="answer.ogg")).message_id
        if parcel.file:
            message = await self._bot.send_document(parcel.chat_id, parcel.file.content, caption=parcel.text, filename=parcel.file.name)
            return message.message_id
        keyboard = keyboards.markup(parcel.buttons)
        try:
            message = await self._bot.send_message(parcel.chat_id, parcel.text, reply_markup=keyboard, link_preview_options=NO_PREVIEW)
        except BadRequest as error:
            if keyboard is None or not any(word in error.message.lower() for word in MARKUP_FAULTS):
                raise
            log.error("a keyboard was refused; its message goes without")
            message = await self._bot.send_message(parcel.chat_id, parcel.text, link_preview_options=NO_PREVIEW)
        return message.message_id

    async def _chat_of(self, row_id: int) -> int | None:
        """The chat a row goes to, looked up once a worker; None when the row does not wait any more. Raises Undeliverable."""
        worker_id = self._workers.pop(row_id, None)
        if worker_id in self._known:
            return self._known[worker_id]
        chat_id = await self._record.read(_chat_of, row_id)
        if worker_id is not None and chat_id is not None:
            if len(self._known) > 1000:
                self._known.clear()
            self._known[worker_id] = chat_id
        return chat_id

    async def _pace(self, chat_id: int) -> None:
        if not self._config.messages_per_second:
            return
        if len(self._chats) > 1000:  # forget chats that have been quiet
            self._chats = {chat: limiter for chat, limiter in self._chats.items() if not limiter.has_capacity(BURST)}
        await self._chats.setdefault(chat_id, AsyncLimiter(BURST, BURST)).acquire()


def _may_have_gone_out(error: TelegramError) -> bool:
    """Whether a call that failed may have had its effect: it was on its way, and no answer came."""
    return isinstance(error.__cause__, httpx.HTTPError) and not isinstance(error.__cause__, NOT_SENT)


def _chat_of(session: Session, row_id: int) -> int | None:
    """The chat a row goes to; None when it does not wait any more. Raises Undeliverable."""
    row = session.get(Outbox, row_id)
    if row is None or row.status != "waiting":
        return None
    worker = session.get(Worker, row.worker_id)
    if worker.address is None:
        raise Undeliverable("no address")
    return int(worker.address)


def _begin(session: Session, row_id: int) -> Parcel | None:
    """Notes that a row goes out. Its next part; None when it does not wait any more. Raises Undeliverable."""
    row = outbox.read(session, row_id)
    if row is None or row.status != "waiting":
        return None
    parcel = _parcel(session, row, again=outbox.begin(session, row))
    if any("key" not in button for button in parcel.buttons):
        parcel.buttons[:] = _with_keys(session, row, parcel.buttons)
    return parcel


def _parcel(session: Session, row: Outbox, again: bool) -> Parcel:
    worker = session.get(Worker, row.worker_id)
    words = text.encodable(row.body.get("voice") or row.body["text"]).strip()
    if worker.address is None or not words:
        raise Undeliverable("no text" if worker.address else "no address")
    if again and "voice" not in row.body:
        words = f"{law.load().text('gateway.again', law.best_language(law.load(), worker.language))}\n{words}"
    if "voice" in row.body:
        return Parcel(int(worker.address), words, aloud=law.best_language(law.load(), worker.language))
    if "file" in row.body:
        return Parcel(int(worker.address), words, file=_file(session, worker, row.body["file"]))
    first, rest = text.cut(words)
    shown = [] if rest else [button for button in row.body.get("buttons") or [] if button.get("title")]
    return Parcel(int(worker.address), first, rest, shown)


def _file(session: Session, worker: Worker, wanted: dict) -> files.File:
    """The file a row names, made from the case as it is now. Raises Undeliverable."""
    if wanted["name"] == mydata.NAME:
        return mydata.file(session, worker)
    case = session.get(Case, wanted["case"])
    try:
        if case is None or case.worker_id != worker.id:
            raise files.NoSuchFile
        return files.of_case(case, wanted["name"], worker.language)
    except files.NoSuchFile:
        raise Undeliverable("the case gives no reason for this file any more") from None


def _with_keys(session: Session, row: Outbox, wanted: list[dict]) -> list[dict]:
    """The buttons with their keys, which are kept in the row too: a second try shows the same buttons."""
    titled = [{"title": text.encodable(button["title"]), "payload": button.get("payload") or button["title"]} for button in wanted]
    shown = buttons.show(session, row.worker_id, titled[:keyboards.MOST])
    row.body = {**row.body, "buttons": shown}
    return shown


def _later(session: Session, row_id: int, seconds: float, failed: bool, unsure: bool = False) -> int:
    return outbox.retry(session, row_id, seconds, failed=failed, unsure=unsure)


def _back_off(session: Session, row_id: int, first_wait: float, unsure: bool) -> int:
    row = session.get(Outbox, row_id)
    return _later(session, row_id, min(LONGEST_WAIT, first_wait * 2 ** min(row.attempts if row else 0, 10)), True, unsure)


def _give_up(session: Session, row_id: int, reason: str, blocked: bool) -> None:
    outbox.fail(session, row_id, reason, blocked=blocked)
