"""From the inbox to Rasa and into the outbox: one update at a time per chat, its outcome written in one transaction."""
import asyncio
import json
import logging
import time
from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import law, rasa_client, settings
from bot.cases import answers, buttons, cases, inbox, messages, outbox, store, workers
from bot.cases.model import Inbox
from bot.documents import mydata
from bot.law import places
from bot.telegram import calls, commands, updates
from bot.telegram.config import Config
from bot.telegram.lanes import Lanes
from bot.telegram.record import Record
from bot.voice import written as notes

log = logging.getLogger(__name__)
CHANNEL = "telegram"
TRIES = 8  # failures of one message that are its own, before it is set aside
LONGEST_WAIT = 30  # seconds between two tries
MOST_DELETED = 100  # messages to a call, Telegram's limit
YOUNG = timedelta(hours=47)  # Telegram lets a bot delete what is younger than 48 hours
RECENT = timedelta(days=30)  # older words of the bot are left as they are
HELD_BACK = 3600  # seconds that what still waits to be sent waits after the chat was emptied
SLOW = 15  # seconds without an answer after which the worker is told to wait
LARGEST_NOTE = 20_000_000  # bytes of a voice note; Telegram gives no larger file to a bot


@dataclass(frozen=True)
class Job:
    """A row of the inbox with what must be known of its worker."""

    row_id: int
    update_id: str
    update: dict
    chat_id: int
    worker_code: str
    sender: str
    language: str | None
    with_person: bool
    button: tuple[str, str] | None  # title and payload of the button pressed, if it may still be used


@dataclass(frozen=True)
class Outcome:
    """What an update came to; all of it is written at once."""

    words: str | None = None
    replies: tuple[dict, ...] = ()
    notice: str | None = None
    once: str | None = None
    used_key: str | None = None
    blocked: bool = False
    cleared: bool = False
    mydata: bool = False


class Stranger(Exception):
    """The worker of a row is not known any more: this message of the chat, or one before it, was "forget me"."""

    def __init__(self, chat: updates.Chat, pressed: bool):
        super().__init__()
        self.chat, self.pressed = chat, pressed


class Handler:
    """Handles updates. `outbox` is woken when there is something to send."""

    def __init__(self, bot: calls.Bot, rasa: httpx.AsyncClient, record: Record, config: Config, outbox: Lanes):
        self._bot, self._rasa, self._record, self._config, self._outbox = bot, rasa, record, config, outbox
        self._down_since: float | None = None
        self._tried: dict[int, float] = {}  # row: when it was tried first
        self._acknowledged: dict[str, asyncio.Task] = {}

    async def find(self, busy, limit: int) -> list[tuple[int, str]]:
        return await self._record.read(inbox.waiting, CHANNEL, busy, limit)

    async def work(self, row_id: int) -> None:
        """Handles one row; whatever is wrong with it is noted in the row, and never stops the chat for good.

        Raises what is no fault of the row, the database's above all: the lane rests and tries again.
        """
        self._tried.setdefault(row_id, time.monotonic())
        try:
            job = await self._record.read(_job, row_id)
            outcome = job and await self._outcome(job)
            last_words = await self._record.write(_finish, job, outcome) if job else None
            if last_words is not None:
                await self._goodbye(row_id, job.chat_id, last_words)
        except Stranger as stranger:
            await self._meet(row_id, stranger)
        except rasa_client.RasaUnavailable as error:
            await (self._rasa_down(row_id) if _is_down(error) else self._failed(row_id, error))
        except Exception as error:
            if store.away(error) or isinstance(error.__cause__ or error, (TelegramError, settings.SettingsError)):
                raise
            await self._failed(row_id, error)
        else:
            self._settled(row_id, job)

    def _settled(self, row_id: int, job: Job | None) -> None:
        self._tried.pop(row_id, None)
        if job is not None:
            self._acknowledged.pop(job.update_id, None)
            self._outbox.wake()

    async def _meet(self, row_id: int, stranger: Stranger) -> None:
        """Whoever writes on after being forgotten is somebody new. A button of before means nothing any more: it was the wish to be
        forgotten, or came after it."""
        if stranger.pressed:
            book = law.load()
            text = book.text("dialogue.forgotten", law.best_language(book, stranger.chat.language))
            await self._goodbye(row_id, stranger.chat.id, [text])
        else:
            await self._record.write(workers.arrive, CHANNEL, str(stranger.chat.id), stranger.chat.language)

    async def _goodbye(self, row_id: int, chat_id: int, last_words: list[str]) -> None:
        """Says the last words to a worker who has been forgotten; they cannot wait in the outbox, as there is nobody to keep them for."""
        for text in last_words:
            try:
                await self._bot.send_message(chat_id, text)
            except (BadRequest, Forbidden) as error:
                log.warning("last words to a forgotten worker: %s", type(error).__name__)
        await self._record.write(inbox.erase, row_id)

    def acknowledge(self, update_id: str, update: dict) -> asyncio.Task | None:
        """Answers a button press at once, even when the chat's earlier messages still wait. One answer per update and process."""
        try:
            press = updates.press(update)
        except (AttributeError, KeyError, TypeError):  # no press that could be answered; the row will tell
            return None
        if press is None:
            return None
        if update_id not in self._acknowledged:
            self._acknowledged[update_id] = asyncio.create_task(self._answer_press(press, updates.chat(update)))
        return self._acknowledged[update_id]

    async def _answer_press(self, press: updates.Press, chat: updates.Chat) -> None:
        try:
            text = await self._record.read(_old_button_text, chat, press.key)
        except Exception as error:
            log.error("cannot look up a button: %s", type(error).__name__)
            text = None
        await calls.attempt(lambda: self._bot.answer_callback_query(press.query, text=text, show_alert=bool(text)), "answer to a button")
        if press.message_id is not None:
            await calls.attempt(lambda: self._bot.edit_message_reply_markup(chat.id, press.message_id, reply_markup=None), "used keyboard")

    async def _outcome(self, job: Job) -> Outcome:
        incoming = updates.read(job.update)
        if incoming.press is not None:
            return await self._pressed(job, incoming.press)
        if incoming.blocked is not None:
            return Outcome(blocked=incoming.blocked)
        if incoming.own == "clear":
            await self._clear(job)
            return Outcome(cleared=True)
        if incoming.own == "mydata":
            return Outcome(words=incoming.words, mydata=True)
        if incoming.own == "safety":
            return Outcome(words=incoming.words, notice="safety")
        label = incoming.sent and _text(f"said_{incoming.sent}", job.language)
        words = " ".join(part for part in (label, incoming.words) if part) or None
        message, notice, heard = incoming.message, incoming.notice, ()
        if incoming.voice_file and self._config.speech_to_text_url:
            written = await self._written(job, incoming.voice_file)
            notice = None if written else "voice_unheard"
            if written:
                message, words = commands.harmless(written), f"{label} {written}"
                heard = ({"text": _text("voice_heard", job.language, words=written), "buttons": []},)
        if incoming.location is not None:
            place = await asyncio.to_thread(places.from_point, *incoming.location)
            message = place and "/inform" + json.dumps({"adcode": place.adcode})
            notice = None if place else "location_outside"
        silent = job.with_person and not incoming.command
        replies = await self._ask(job, message) if message and not silent else ()
        return Outcome(words=words, replies=(*heard, *replies), notice=notice, once=incoming.once)

    async def _clear(self, job: Job) -> None:
        """Empties the chat at once: deletes both sides of what Telegram lets a bot delete, and makes the rest of the bot's own words
        say nothing. What cannot be done is left; nothing of it is reported, for somebody may be looking."""
        young, old = await self._record.read(_on_the_screen, job)
        for first in range(0, len(young), MOST_DELETED):
            part = young[first:first + MOST_DELETED]
            if not await calls.attempt(lambda part=part: self._bot.delete_messages(job.chat_id, part), "emptying a chat"):
                old += part
        neutral = _text("neutral", job.language)
        for number in old[-MOST_DELETED:]:
            await calls.attempt(lambda number=number: self._bot.edit_message_text(neutral, job.chat_id, number), "covering a message")

    async def _written(self, job: Job, file_id: str) -> str | None:
        """The words of a voice note; None when they cannot be had. The sound is not kept."""
        try:
            async with calls.typing(self._bot, job.chat_id):
                file = await self._bot.get_file(file_id)
                if (file.file_size or 0) > LARGEST_NOTE:
                    return None
                sound = bytes(await file.download_as_bytearray())
                return await notes.transcribe(self._rasa, self._config.speech_to_text_url, sound, job.language)
        except (notes.NotHeard, TelegramError) as error:
            log.warning("a voice note was not heard: %s", error if isinstance(error, notes.NotHeard) else type(error).__name__)
            return None

    async def _pressed(self, job: Job, press: updates.Press) -> Outcome:
        self.acknowledge(job.update_id, job.update)
        if job.button is None:
            return Outcome()
        title, payload = job.button
        return Outcome(words=title, replies=await self._ask(job, payload), used_key=press.key)

    async def _ask(self, job: Job, message: str) -> tuple[dict, ...]:
        """Rasa's replies. Raises RasaUnavailable."""
        metadata = {"message_id": f"{CHANNEL}:{job.update_id}", "channel": CHANNEL, "language": job.language}
        async with calls.typing(self._bot, job.chat_id):
            asking = asyncio.ensure_future(rasa_client.ask(self._rasa, job.sender, message, metadata))
            try:
                if not (await asyncio.wait({asking}, timeout=SLOW))[0]:
                    await self._record.write(_say, job.row_id, "wait")
                    self._outbox.wake()
                replies = await asking
            finally:
                asking.cancel()
        self._down_since = None
        return tuple(replies) or ({"text": _text("no_answer", job.language), "buttons": []},)

    async def _rasa_down(self, row_id: int) -> None:
        """Waits for Rasa, ever longer; the wait is no fault of the message. The worker is told once."""
        now = time.monotonic()
        if self._down_since is None:
            self._down_since = now
            log.warning("Rasa does not answer; messages wait")
        pause = min(LONGEST_WAIT, max(self._config.retry_seconds, now - self._down_since))
        await self._record.write(_postpone, row_id, pause, self._must_tell(row_id))
        self._outbox.wake()

    def _must_tell(self, row_id: int) -> bool:
        return time.monotonic() - self._tried[row_id] >= self._config.patience_seconds

    async def _failed(self, row_id: int, error: Exception) -> None:
        kind = type(error.__cause__ or error).__name__
        tries = await self._record.write(_note_failure, row_id, kind, self._config.retry_seconds, self._must_tell(row_id))
        if tries >= TRIES:
            self._tried.pop(row_id, None)
        log.error("row %d cannot be handled (try %d): %s", row_id, tries, kind)
        self._outbox.wake()


def _is_down(error: rasa_client.RasaUnavailable) -> bool:
    """Whether Rasa is away or overloaded, rather than failing on this very message."""
    cause = error.__cause__
    if isinstance(cause, httpx.HTTPStatusError):
        return cause.response.status_code in (429, 502, 503, 504)
    return isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))


def _job(session: Session, row_id: int) -> Job | None:
    row = session.get(Inbox, row_id)
    if row is None or row.status != "received":
        return None
    chat = updates.chat(row.payload)
    worker = workers.find(session, row.sender)
    press = updates.press(row.payload)
    if worker is None or worker.address is None:
        raise Stranger(chat, press is not None)
    button = buttons.find(session, worker.id, press.key) if press else None
    return Job(
        row_id=row.id, update_id=row.update_id, update=row.payload, chat_id=chat.id, worker_code=worker.code,
        sender=worker.sender, language=worker.language,
        with_person=worker.handover == "person", button=(button.title, button.payload) if button and button.used_at is None else None,
    )


def _on_the_screen(session: Session, job: Job) -> tuple[list[int], list[int]]:
    """The numbers of messages that can be deleted, both sides', and of older ones of the bot that can be written over."""
    now = settings.now()
    worker = workers.find(session, job.sender)
    sent, young = outbox.shown(session, worker.id, now - RECENT), outbox.shown(session, worker.id, now - YOUNG)
    return sorted({*young, *inbox.heard(session, CHANNEL, job.sender, now - YOUNG)}), [number for number in sent if number not in young]


def _finish(session: Session, job: Job, outcome: Outcome) -> list[str] | None:
    """Writes an outcome. Of a worker who has just been forgotten: the texts that are left to say, at once and unrecorded."""
    worker = workers.find(session, job.sender)
    if worker is None or worker.code != job.worker_code:
        return [reply["text"] for reply in outcome.replies]
    answers.drop(session, worker.id)  # from here on the row itself says that the message was answered
    if not inbox.finish(session, job.row_id):
        return None
    case = cases.current(session, worker) if worker.consented_at is not None else None
    if outcome.words:
        messages.log(session, worker, "worker", outcome.words, case and case.id)
    if outcome.cleared:
        outbox.hold(session, worker.id, HELD_BACK)
    if outcome.mydata:
        messages.send_mydata(session, worker, f"{CHANNEL}:{job.update_id}:mydata", mydata.NAME, _text("mydata", worker.language))
    if outcome.used_key:
        buttons.use(session, worker.id, outcome.used_key)
    if not outcome.blocked:
        worker.blocked_at = None
    else:
        worker.blocked_at = worker.blocked_at or settings.now()
    if outcome.notice:
        key = f"{CHANNEL}:{outcome.once or job.update_id}:notice"
        text = _text(outcome.notice, worker.language)
        if messages.send(session, worker, key, text):
            messages.log(session, worker, "bot", text, case and case.id)
    for number, reply in enumerate(outcome.replies):
        if messages.send(session, worker, f"{CHANNEL}:{job.update_id}:{number}", reply["text"], reply["buttons"]):
            messages.log(session, worker, "bot", reply["text"], case and case.id)
    return None


def _postpone(session: Session, row_id: int, seconds: float, tell: bool) -> None:
    inbox.postpone(session, row_id, seconds)
    if tell:
        _say(session, row_id, "wait")


def _note_failure(session: Session, row_id: int, kind: str, retry_seconds: float, tell: bool) -> int:
    tried = session.scalar(select(Inbox.attempts).where(Inbox.id == row_id)) or 0
    tries = inbox.postpone(session, row_id, min(LONGEST_WAIT, retry_seconds * 2 ** min(tried, 10)), fault=kind)
    if tries >= TRIES and inbox.set_aside(session, row_id):
        _say(session, row_id, "set_aside")
    elif tell:
        _say(session, row_id, "wait")
    return tries


def _say(session: Session, row_id: int, sentence: str) -> None:
    """Says something about a row to its worker, once."""
    row = session.execute(select(Inbox.sender, Inbox.update_id).where(Inbox.id == row_id)).one_or_none()
    worker = row and workers.find(session, row.sender)
    if worker is not None:
        messages.send(session, worker, f"{CHANNEL}:{row.update_id}:{sentence}", _text(sentence, worker.language))


def _old_button_text(session: Session, chat: updates.Chat, key: str) -> str | None:
    """What to say about a button that means nothing any more; None for one that still does, or was just used."""
    worker = workers.find(session, workers.sender_id(session, CHANNEL, str(chat.id)))
    if worker is not None and buttons.find(session, worker.id, key) is not None:
        return None
    return _text("button_old", worker.language if worker else chat.language)


def _text(key: str, language: str | None, **fields) -> str:
    book = law.load()
    return book.text(f"gateway.{key}", law.best_language(book, language), **fields)
