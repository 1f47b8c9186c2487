"""The inbox: what messengers delivered, kept until it is handled, in order per sender.

An update is written down once. A handled row keeps its number, so that a repetition is recognised, and loses its content.
"""
import time
from collections.abc import Collection
from contextlib import nullcontext
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot import settings
from bot.cases.conditions import among_few
from bot.cases.model import Inbox
from bot.settings import CHINA

NEWEST = 1000  # handled rows that are kept whatever the clock says
# Asked at every message, so made once: making a statement takes longer than running it.
_KNOWN = select(Inbox.id).where(Inbox.channel == bindparam("channel"), Inbox.update_id == bindparam("update_id"))
_EARLIER = aliased(Inbox)
_WAITING = select(Inbox.id, Inbox.sender).where(
    Inbox.channel == bindparam("channel"), Inbox.status == "received", Inbox.sender.not_in(bindparam("busy", expanding=True)),
    or_(Inbox.next_try_at.is_(None), Inbox.next_try_at <= bindparam("now", type_=Inbox.next_try_at.type)),
    # A sender has one channel: its name begins with it.
    ~exists().where(_EARLIER.sender == Inbox.sender, among_few(_EARLIER.status, "received"), _EARLIER.id < Inbox.id),
).order_by(Inbox.id).limit(bindparam("most", type_=Integer))
_FINISH = update(Inbox.__table__).where(Inbox.__table__.c.id == bindparam("row"), Inbox.__table__.c.status == "received").values(
    status="handled", payload=None, handled_at=bindparam("now"))
_started, _ticks = datetime.now(CHINA), time.monotonic()


def clock(seconds: float = 0) -> datetime:
    """So many seconds from now, for the time between two tries.

    It goes on evenly from the start of the process: neither a jump of the machine's clock nor `BOT_TODAY` makes a wait longer.
    """
    return _started + timedelta(seconds=time.monotonic() - _ticks + seconds)


def end_waits(session: Session, channel: str) -> None:
    """Makes every row due; a fresh process begins with that, as the waits were measured by the clock of another."""
    change = update(Inbox).where(Inbox.channel == channel, Inbox.next_try_at.is_not(None)).values(next_try_at=None)
    session.execute(change.execution_options(synchronize_session=False))


def store(session: Session, channel: str, update_id: str, sender: str, payload: dict, message_id: int | None = None) -> bool:
    """Writes an update down, with the messenger's number of its message. False when it is there already, handled or not."""
    if session.scalar(_KNOWN, {"channel": channel, "update_id": update_id}) is not None:
        return False
    row = Inbox(channel=channel, update_id=update_id, sender=sender, payload=payload, status="received", attempts=0, message_id=message_id,
                received_at=settings.now())
    try:
        with nullcontext() if session.get_bind().dialect.name == "sqlite" else session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # delivered to another process at the same moment; not on SQLite, where one writes at a time
        return False
    return True


def waiting(session: Session, channel: str, busy: Collection[str], limit: int) -> list[tuple[int, str]]:
    """The rows to handle now as (id, sender): the oldest of each sender, none of a `busy` one, at most `limit`.

    A row that must wait before its next try holds back the later ones of its sender.
    """
    rows = session.connection().execute(_WAITING, {"channel": channel, "busy": list(busy), "now": clock(), "most": limit})
    return [(row.id, row.sender) for row in rows]


def heard(session: Session, channel: str, sender: str, since: datetime) -> list[int]:
    """The messenger's numbers of what a sender wrote since a moment, the oldest first."""
    return list(session.scalars(select(Inbox.message_id).where(Inbox.channel == channel, Inbox.sender == sender, Inbox.received_at >= since,
                                                               Inbox.message_id.isnot(None)).order_by(Inbox.id)))


def finish(session: Session, row_id: int) -> bool:
    """Marks a row handled and blanks it. False when it is not waiting any more: then its answer must not be given again."""
    return session.connection().execute(_FINISH, {"row": row_id, "now": settings.now()}).rowcount == 1


def set_aside(session: Session, row_id: int) -> bool:
    """Gives a row up that fails again and again; its (encrypted) content stays, so that it can be tried again."""
    return _settle(session, row_id, status="set_aside")


def aside(session: Session, limit: int) -> list[Inbox]:
    """The rows set aside, the newest first, at most `limit`."""
    return list(session.scalars(select(Inbox).where(Inbox.status == "set_aside").order_by(Inbox.id.desc()).limit(limit)))


def try_again(session: Session, row_id: int) -> bool:
    """Gives a row that was set aside back to its channel, which tries it as often as a new one. False when it is not aside."""
    return _from_aside(session, row_id, status="received", attempts=0, next_try_at=None, handled_at=None)


def discard(session: Session, row_id: int) -> bool:
    """Blanks a row that was set aside; nobody will try it again. False when it is not aside."""
    return _from_aside(session, row_id, status="handled", payload=None, handled_at=settings.now())


def _from_aside(session: Session, row_id: int, **values) -> bool:
    change = update(Inbox).where(Inbox.id == row_id, Inbox.status == "set_aside").values(**values)
    return session.execute(change.execution_options(synchronize_session=False)).rowcount == 1


def erase(session: Session, row_id: int) -> None:
    """Deletes the row of somebody who has been forgotten."""
    session.execute(delete(Inbox).where(Inbox.id == row_id).execution_options(synchronize_session=False))


def _settle(session: Session, row_id: int, **values) -> bool:
    change = update(Inbox).where(Inbox.id == row_id, Inbox.status == "received").values(handled_at=settings.now(), **values)
    return session.execute(change.execution_options(synchronize_session=False)).rowcount == 1


def postpone(session: Session, row_id: int, seconds: float, *, fault: str | None = None) -> int:
    """Tries a row again in so many seconds; a `fault` (the kind of error) counts the try against it. The number of failed tries."""
    values = {"next_try_at": clock(seconds)}
    if fault is not None:
        values |= {"attempts": Inbox.attempts + 1, "fault": fault[:60]}
    change = update(Inbox).where(Inbox.id == row_id).values(**values)  # the content is not read: it may be what is wrong
    session.execute(change.execution_options(synchronize_session=False))
    return session.scalar(select(Inbox.attempts).where(Inbox.id == row_id)) or 0


def purge_set_aside(session: Session, before: datetime) -> None:
    """Deletes what was set aside before a moment."""
    old = delete(Inbox).where(Inbox.status == "set_aside", Inbox.handled_at < before)
    session.execute(old.execution_options(synchronize_session=False))


def purge(session: Session, channel: str, days: int) -> int:
    """Deletes rows handled more than so many days ago: by then a messenger no longer repeats them. The newest stay whatever the clock
    says. The number deleted."""
    newest = session.scalar(select(func.max(Inbox.id))) or 0
    old = delete(Inbox).where(Inbox.channel == channel, Inbox.status == "handled", Inbox.id <= newest - NEWEST,
                              Inbox.handled_at < settings.now() - timedelta(days=days))
    return session.execute(old.execution_options(synchronize_session=False)).rowcount
