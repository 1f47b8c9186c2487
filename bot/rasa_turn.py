"""One message to Rasa as one unit of work: what its actions change is committed together with the answer, or not at all.

Rasa runs several actions for a message and swallows what goes wrong in them. Here the first action opens a transaction that holds
the worker, the others join it, and the answer is written down in it before it is given. So a process killed at any moment leaves
either nothing of a message or all of it, and the same message once more gets the answer it had.
"""
import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

from rasa.core.lock_store import LockError
from redis.exceptions import RedisError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import answers, store, workers

T = TypeVar("T")
AT_ONCE = 8  # messages in the middle of their actions, each with a connection and a thread; on SQLite one, as there is one writer
current: ContextVar["Turn | None"] = ContextVar("turn", default=None)


class Failed(BaseException):
    """The message could not be handled and left nothing. `again`: it is no fault of the message, later it may succeed.

    No Exception, as Rasa catches those, goes on with the next action and answers as if nothing had happened.
    """

    def __init__(self, again: bool):
        super().__init__()
        self.again = again


class Known(BaseException):
    """The message was answered before, with these replies."""

    def __init__(self, replies: list[dict]):
        super().__init__()
        self.replies = replies


class Turns:
    """The messages that one Rasa process handles."""

    def __init__(self) -> None:
        at_once = 1 if store.engine(settings.database_url()).dialect.name == "sqlite" else AT_ONCE
        self.places = asyncio.Semaphore(at_once)
        self.inline = at_once == 1  # where they come one after the other anyway, a thread only makes them wait for each other longer
        self.threads = ThreadPoolExecutor(at_once + 2, "turn")  # whoever has a place never waits for a thread behind one who has none

    async def handle(self, message, on_new_message) -> list[dict]:
        """Rasa's replies to a UserMessage with a collecting channel. Raises Failed."""
        turn = Turn(self, message.sender_id, (message.metadata or {}).get("message_id"))
        before = current.set(turn)
        try:
            await turn.look()
            await on_new_message(message)
            return await turn.keep(message.output_channel.messages)
        except Known as known:
            return known.replies
        except Exception as error:  # Rasa itself failed, or the database
            raise Failed(again=store.away(error) or isinstance(error, (LockError, RedisError, OSError))) from error
        finally:
            current.reset(before)
            await turn.end()


class Turn:
    """A message being handled."""

    def __init__(self, turns: Turns, sender: str, message_id: str | None):
        self._turns, self._sender, self._message_id = turns, sender, message_id
        self._session: Session | None = None
        self._has_place = False

    async def look(self) -> None:
        """Raises Known for a message that was answered before."""
        if self._message_id is not None:
            await self._in_thread(self._look)

    async def act(self, work: Callable[[], Awaitable[T]]) -> T:
        """Does the work of an action inside this turn's transaction, and in a thread where several messages are handled at once."""
        if not self._has_place:
            await self._turns.places.acquire()
            self._has_place = True
            await self._in_thread(self._open)
        if self._turns.inline:
            with store.joined(self._session):
                return await work()
        return await self._in_thread(self._join, work)

    async def keep(self, replies: list[dict]) -> list[dict]:
        """Commits everything with the answer. What to answer: where another process was quicker with this message, its answer."""
        if self._session is None and self._message_id is None:
            return replies
        try:
            await self._in_thread(self._commit, replies)
        except IntegrityError:
            await self.end()
            await self.look()
            raise
        return replies

    async def end(self) -> None:
        """Rolls back what was not committed, and makes room for the next message."""
        session, self._session = self._session, None
        try:
            if session is not None:
                await self._in_thread(session.close)
        finally:
            if self._has_place:
                self._has_place = False
                self._turns.places.release()

    async def _in_thread(self, work: Callable[..., T], *arguments) -> T:
        if self._turns.inline:
            return work(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._turns.threads, work, *arguments)

    def _look(self) -> None:
        made = store.engine(settings.database_url())
        with made.connect().execution_options(**store.brief(made)) as connection:
            if not answers.are_kept(connection, self._sender, self._message_id):
                return
        with store.session(only_reads=True) as session:
            self._raise_known(session)

    def _open(self) -> None:
        self._session = Session(store.engine(settings.database_url()), future=True, expire_on_commit=False)
        # On PostgreSQL a second process with a message of this worker waits here until the first has committed.
        workers.hold(self._session, self._sender)
        if self._message_id is not None and answers.are_kept(self._session.connection(), self._sender, self._message_id):
            self._raise_known(self._session)

    def _raise_known(self, session: Session) -> None:
        replies = answers.known(session, self._sender, self._message_id)
        if replies is not None:
            raise Known(replies)

    def _join(self, work: Callable[[], Awaitable[T]]) -> T:
        with store.joined(self._session):
            return asyncio.run(work())

    def _commit(self, replies: list[dict]) -> None:
        if self._session is None:  # an action server has committed its part itself
            with store.session() as session:
                self._write_answer(session, replies)
            return
        if self._message_id is not None:
            self._write_answer(self._session, replies)
        self._session.commit()

    def _write_answer(self, session: Session, replies: list[dict]) -> None:
        answers.keep(session, self._sender, self._message_id, replies, alone=True)
