"""The sending side of the outbox (`bot.cases.messages.send` fills it): what waits for a channel, in order per worker."""
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot import settings
from bot.cases.conditions import among_few
from bot.cases.crypto import Forged
from bot.cases.inbox import clock
from bot.cases.model import Outbox, Worker
from bot.cases.sealed import KeyGone

LONGEST_HOLD = 7200  # seconds
LONGEST = 400  # characters of a row's message numbers
# Asked at every message, so made once: making a statement takes longer than running it.
_EARLIER = aliased(Outbox)
_WAITING = select(Outbox.id, Outbox.worker_id).where(
    Outbox.channel == bindparam("channel"), Outbox.status == "waiting", Outbox.worker_id.not_in(bindparam("busy", expanding=True)),
    or_(Outbox.next_try_at.is_(None), Outbox.next_try_at <= bindparam("now", type_=Outbox.next_try_at.type)),
    ~exists().where(_EARLIER.worker_id == Outbox.worker_id, among_few(_EARLIER.status, "waiting"), _EARLIER.channel == Outbox.channel,
                    _EARLIER.id < Outbox.id),
).order_by(Outbox.priority, Outbox.id).limit(bindparam("most", type_=Integer))
_ROW = select(Outbox).where(Outbox.id == bindparam("id"))


def waiting(session: Session, channel: str, busy: Collection[int], limit: int) -> list[tuple[int, int]]:
    """The rows to send now as (id, worker id): the oldest of each worker, none of a `busy` one, at most `limit`.

    What somebody waits for comes before what goes out unasked: in a wave of reminders nobody's answer waits. A row that must wait before
    its next try holds back the later ones of its worker.
    """
    rows = session.connection().execute(_WAITING, {"channel": channel, "busy": list(busy), "now": clock(), "most": limit})
    return [(row.id, row.worker_id) for row in rows]


def read(session: Session, row_id: int) -> Outbox | None:
    """A row of the outbox."""
    return session.scalar(_ROW, {"id": row_id})


def end_waits(session: Session, channel: str) -> None:
    """Makes every row due that waits for its next try; a fresh process begins with that, as waits were measured by another's clock.

    What `hold` holds back stays, unless a clock that jumped has made the wait a long one.
    """
    tried = or_(Outbox.attempts > 0, Outbox.next_try_at > clock(LONGEST_HOLD))
    change = update(Outbox).where(Outbox.channel == channel, Outbox.status == "waiting", Outbox.next_try_at.is_not(None), tried)
    session.execute(change.values(next_try_at=None).execution_options(synchronize_session=False))


def begin(session: Session, row: Outbox) -> bool:
    """Notes, before a message goes out, that it does: should its receipt be lost, the next try knows that it may be a repetition.

    True when this try is one.
    """
    again, row.begun = row.begun, True
    return again


def sent(session: Session, row_id: int, message_id: str, rest: str = "") -> None:
    """Notes that a message went out. With a `rest` only its beginning did, and the row waits on with the rest.

    The content of what was sent is not kept here; the conversation is in the message table.
    """
    row = read(session, row_id)
    if row is None:
        return
    row.message_id = f"{row.message_id or ''} {message_id}".strip()[-LONGEST:]
    row.attempts, row.next_try_at, row.begun = 0, None, False
    if rest:
        row.body = {**row.body, "text": rest}
        return
    row.body = {}
    row.status, row.sent_at = "sent", settings.now()


def shown(session: Session, worker_id: int, since: datetime) -> list[int]:
    """The messenger's numbers of the messages sent to a worker since a moment, the oldest first."""
    rows = session.scalars(select(Outbox.message_id).where(Outbox.worker_id == worker_id, Outbox.sent_at >= since,
                                                           Outbox.message_id.isnot(None)).order_by(Outbox.id))
    return [int(number) for row in rows for number in row.split() if number.isdigit()]


def hold(session: Session, worker_id: int, seconds: float) -> None:
    """Lets what waits for a worker wait so much longer."""
    later = update(Outbox).where(Outbox.worker_id == worker_id, Outbox.status == "waiting").values(next_try_at=clock(seconds))
    session.execute(later.execution_options(synchronize_session=False))


def retry(session: Session, row_id: int, seconds: float, *, failed: bool = True, unsure: bool = False) -> int:
    """Tries a row again in so many seconds. `unsure`: the message may have gone out all the same. The number of failed tries."""
    row = session.get(Outbox, row_id)
    if row is None:
        return 0
    row.next_try_at = clock(seconds)
    row.attempts += failed
    row.begun = unsure
    return row.attempts


def fail(session: Session, row_id: int, reason: str, *, blocked: bool = False) -> None:
    """Gives a message up for a stated reason; `blocked`: the worker no longer wants messages from us."""
    row = session.get(Outbox, row_id)
    if row is None:
        return
    try:
        row.status, row.body = "failed", {"error": reason}
    except (Forged, KeyGone):  # nobody can read it any more
        session.delete(row)
    if blocked:
        worker = session.get(Worker, row.worker_id)
        worker.blocked_at = worker.blocked_at or settings.now()


def purge(session: Session, channel: str, days: int) -> int:
    """Deletes answers to messages of a channel that went out so many days ago. The number deleted.

    Their keys are made of the messenger's numbers, which may begin anew after a quiet week. Other keys (a reminder's) stay, so that
    what is said once in the life of a case is.
    """
    old = delete(Outbox).where(Outbox.channel == channel, Outbox.status == "sent", Outbox.key.startswith(f"{channel}:", autoescape=True),
                               Outbox.sent_at < settings.now() - timedelta(days=days))
    return session.execute(old.execution_options(synchronize_session=False)).rowcount
