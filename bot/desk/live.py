"""Live updates: one look a second at the record for all open pages, and server-sent events that say only "something changed".

The stream carries no content. A page that hears of a change fetches itself again and swaps the parts that may change; so what
a person may see is decided in one place, and a page without scripts loses nothing but the convenience.
"""
import asyncio
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot import settings
from bot.cases import staff, store
from bot.cases.crypto import keyed_hash
from bot.cases.model import Alert, Audit, Contact, Fact, Message, Referral
from bot.desk import cookies
from bot.desk.web import SIGN_IN

READING = ("case.read", "case.identity", "sign_in", "sign_in.failed", "sign_out", "audit.read",
           "knowledge.try")  # actions that change no page
STILL_HERE = 20  # seconds of silence after which a stream looks whether its reader is still signed in


def mark(session: Session) -> str:
    """A mark of the record's state that differs after every change a page could show, and counts nothing that could be read off it."""
    newest = [session.scalar(select(func.max(table.id))) or 0 for table in (Message, Referral, Contact, Fact, Alert)]
    deed = session.scalar(select(Audit.id).where(Audit.action.not_in(READING)).order_by(Audit.id.desc()).limit(1)) or 0
    return keyed_hash(settings.secret_keys()[0], "mark", *[str(number) for number in (*newest, deed)])


class Pulse:
    """Looks at the record while anybody listens; wakes all listeners when its mark has changed."""

    def __init__(self, seconds: float = 1.0):
        self.mark = ""
        self._seconds, self._listeners, self._task = seconds, set(), None

    def join(self) -> asyncio.Event:
        woken = asyncio.Event()
        self._listeners.add(woken)
        if self._task is None or self._task.done():
            self.mark = ""  # what it was when somebody last listened says nothing now
            self._task = asyncio.create_task(self._beat())
        return woken

    def leave(self, woken: asyncio.Event) -> None:
        self._listeners.discard(woken)

    async def stop(self) -> None:
        """Ends the looking, at the desk's own end."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _beat(self) -> None:
        while self._listeners:
            now = await run_in_threadpool(_look)
            if now is not None and now != self.mark:
                self.mark = now
                for woken in self._listeners:
                    woken.set()
            await asyncio.sleep(self._seconds)


async def events(request: Request) -> Response:
    """GET /events?seen=MARK: `event: changed` with the new mark whenever the record is not at the mark the page was made at."""
    token = cookies.read(request, SIGN_IN)
    if not await run_in_threadpool(_signed_in, token):
        return Response(status_code=204)  # tells a browser not to ask again
    seen = request.headers.get("last-event-id") or request.query_params.get("seen", "")
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(request.app.state.pulse, token, seen), media_type="text/event-stream", headers=headers)


async def _stream(pulse: Pulse, token: str, seen: str):
    woken = pulse.join()
    try:
        yield "retry: 2000\n\n"
        while True:
            if pulse.mark and pulse.mark != seen:
                seen = pulse.mark
                yield f"id: {seen}\nevent: changed\ndata: {seen}\n\n"
            try:
                await asyncio.wait_for(woken.wait(), STILL_HERE)
                woken.clear()
            except asyncio.TimeoutError:
                yield ": still here\n\n"
            if not await run_in_threadpool(_signed_in, token):
                return
    finally:
        pulse.leave(woken)


def _look() -> str | None:
    """The mark; None while the database cannot be read, so that a stream outlives a restart of it."""
    try:
        with store.session(only_reads=True) as session:
            return mark(session)
    except (SQLAlchemyError, settings.SettingsError):
        return None


def _signed_in(token: str | None) -> bool:
    with store.session(only_reads=True) as session:
        found = staff.signed_in(session, token)
        return found is not None and not (found[0].must_change or found[1].half or staff.needs_second_factor(found[0]))
