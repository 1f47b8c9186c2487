"""What messages were answered, until the answer is safe elsewhere: a message that comes again gets the same answer and changes nothing."""
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Answer, Worker

LONGEST_ID = 60  # characters of a message's id
# Asked at every message, so made once: making a statement takes longer than running it.
_WHOSE = select(Worker.id).where(Worker.sender == bindparam("sender"))
_IS_KEPT = select(Answer.made_at).join(Worker, Worker.id == Answer.worker_id).where(Worker.sender == bindparam("sender"),
                                                                                   Answer.message_id == bindparam("message_id"))
_KEPT = select(Answer).join(Worker, Worker.id == Answer.worker_id).where(Worker.sender == bindparam("sender"),
                                                                         Answer.message_id == bindparam("message_id"))
_DROP = delete(Answer.__table__).where(Answer.__table__.c.worker_id == bindparam("worker"))


def are_kept(connection: Connection, sender: str, message_id: str) -> bool:
    """Whether an answer was kept for this message of this sender."""
    return connection.execute(_IS_KEPT, {"sender": sender, "message_id": message_id}).first() is not None


def known(session: Session, sender: str, message_id: str):
    """The answer that was kept for this message of this sender; None when there is none."""
    found = session.scalar(_KEPT, {"sender": sender, "message_id": message_id})
    return found and found.replies


def keep(session: Session, sender: str, message_id: str, replies, *, alone: bool = False) -> None:
    """Keeps an answer; nothing for a sender that is not in the record (one who has just been forgotten). `alone`: what was kept for
    the worker before is not needed any more."""
    worker = session.connection().execute(_WHOSE, {"sender": sender}).scalar()  # so that all is written at once, with the commit
    if worker is None:
        return
    if alone:
        drop(session, worker)
    session.add(Answer(worker_id=worker, message_id=message_id, replies=replies, made_at=settings.now()))


def drop(session: Session, worker_id: int) -> None:
    """Deletes what is kept for a worker."""
    session.connection().execute(_DROP, {"worker": worker_id})


def purge(session: Session, hours: int) -> int:
    """Deletes answers that nobody asked for again in so many hours. The number deleted."""
    old = delete(Answer).where(Answer.made_at < settings.now() - timedelta(hours=hours))
    return session.execute(old.execution_options(synchronize_session=False)).rowcount
