"""What messages were answered, until the answer is safe elsewhere: a message that comes again gets the same answer and changes nothing."""
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Answer, Worker

LONGEST_ID = 60  # characters of a message's id


def known(session: Session, sender: str, message_id: str):
    """The answer that was kept for this message of this sender; None when there is none."""
    query = select(Answer).join(Worker, Worker.id == Answer.worker_id).where(Worker.sender == sender, Answer.message_id == message_id)
    found = session.scalar(query)
    return found and found.replies


def keep(session: Session, sender: str, message_id: str, replies) -> None:
    """Keeps an answer; nothing for a sender that is not in the record (one who has just been forgotten)."""
    worker = session.scalar(select(Worker.id).where(Worker.sender == sender))
    if worker is not None:
        session.add(Answer(worker_id=worker, message_id=message_id, replies=replies, made_at=settings.now()))
        session.flush()


def drop(session: Session, worker_id: int) -> None:
    """Deletes what is kept for a worker."""
    session.execute(delete(Answer).where(Answer.worker_id == worker_id).execution_options(synchronize_session=False))


def purge(session: Session, hours: int) -> int:
    """Deletes answers that nobody asked for again in so many hours. The number deleted."""
    old = delete(Answer).where(Answer.made_at < settings.now() - timedelta(hours=hours))
    return session.execute(old.execution_options(synchronize_session=False)).rowcount
