"""The inbox: what messengers delivered, kept until it is handled, in order per sender.

An update is written down once. A handled row keeps its number, so that a repetition is recognised, and loses its content.
"""
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Inbox
from bot.settings import CHINA


def clock(seconds: float = 0) -> datetime:
    """So many seconds from now by the real clock: `BOT_TODAY` moves the day of a case, not the time between two tries."""
    return datetime.now(CHINA) + timedelta(seconds=seconds)


def store(session: Session, channel: str, update_id: str, sender: str, payload: dict, message_id: int | None = None) -> bool:
    """Writes an update down, with the messenger's number of its message. False when it is there already, handled or not."""
    known = select(Inbox.id).where(Inbox.channel == channel, Inbox.update_id == update_id)
    if session.scalar(known) is not None:
        return False
    session.add(Inbox(channel=channel, update_id=update_id, sender=sender, payload=payload, status="received", attempts=0,
                      message_id=message_id, received_at=settings.now()))
    session.flush()
    return True


def waiting(session: Session, channel: str, busy: Collection[str], limit: int) -> list[tuple[int, str]]:
    """The rows to handle now as (id, sender): the oldest of each sender, none of a `busy` one, at most `limit`.

    A row that must wait before its next try holds back the later ones of its sender.
    """
    oldest = select(func.min(Inbox.id)).where(Inbox.channel == channel, Inbox.status == "received",
                                              Inbox.sender.not_in(busy)).group_by(Inbox.sender)
    due = or_(Inbox.next_try_at.is_(None), Inbox.next_try_at <= clock())
    rows = session.execute(select(Inbox.id, Inbox.sender).where(Inbox.id.in_(oldest), due).order_by(Inbox.id).limit(limit))
    return [(row.id, row.sender) for row in rows]


def heard(session: Session, channel: str, sender: str, since: datetime) -> list[int]:
    """The messenger's numbers of what a sender wrote since a moment, the oldest first."""
    return list(session.scalars(select(Inbox.message_id).where(Inbox.channel == channel, Inbox.sender == sender, Inbox.received_at >= since,
                                                               Inbox.message_id.isnot(None)).order_by(Inbox.id)))


def finish(session: Session, row_id: int) -> bool:
    """Marks a row handled and blanks it. False when it is not waiting any more: then its answer must not be given again."""
    return _settle(session, row_id, status="handled", payload=None)


def set_aside(session: Session, row_id: int) -> bool:
    """Gives a row up that fails again and again; its (encrypted) content stays for whoever looks into it."""
    return _settle(session, row_id, status="set_aside")


def _settle(session: Session, row_id: int, **values) -> bool:
    change = update(Inbox).where(Inbox.id == row_id, Inbox.status == "received").values(handled_at=settings.now(), **values)
    return session.execute(change.execution_options(synchronize_session=False)).rowcount == 1


def postpone(session: Session, row_id: int, seconds: float, *, failed: bool) -> int:
    """Tries a row again in so many seconds; `failed` counts the try against it. The number of failed tries."""
    row = session.get(Inbox, row_id)
    if row is None:
        return 0
    row.next_try_at = clock(seconds)
    row.attempts += failed
    return row.attempts


def purge_set_aside(session: Session, before: datetime) -> None:
    """Deletes what was set aside before a moment."""
    old = delete(Inbox).where(Inbox.status == "set_aside", Inbox.handled_at < before)
    session.execute(old.execution_options(synchronize_session=False))


def purge(session: Session, channel: str, days: int) -> int:
    """Deletes rows handled more than so many days ago: by then a messenger no longer repeats them. The number deleted."""
    old = delete(Inbox).where(Inbox.channel == channel, Inbox.status == "handled",
                              Inbox.handled_at < settings.now() - timedelta(days=days))
    return session.execute(old.execution_options(synchronize_session=False)).rowcount
