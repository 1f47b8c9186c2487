"""The data keys as a whole: deleting, changing and keeping them apart from the data.

Deleting a key erases what it sealed, wherever copies of that lie. So the keys are kept apart: a backup of the data is to hold no
row of `data_key` (`TABLE`); the keys are written (`write`) to a file of their own, of which only the newest is kept. To restore:
bring the data back, `read` the newest key file, then `forget.erase_keyless`: what was erased since the backup is gone again.
"""
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import IO

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.cases import crypto
from bot.cases.model import Answer, Button, Case, CaseGroup, DataKey, Employer, Inbox, Message, Outbox, Unanswered, Worker
from bot.cases.sealed import HOUSE, make, ring

TABLE = DataKey.__tablename__
BATCH = 1000
OWNERS = (Worker, Case, CaseGroup, Employer)


class KeyFileFault(ValueError):
    """A file that is no file of data keys; the message names the line."""


def drop(session: Session, *key_ids: int | None) -> None:
    """Deletes keys: what they sealed can never be read again, here or in a backup. None stands for an owner that had no key yet."""
    gone = [key_id for key_id in key_ids if key_id is not None and key_id != HOUSE]
    session.execute(delete(DataKey).where(DataKey.id.in_(gone)).execution_options(synchronize_session=False))
    ring(session).drop()


def drop_unowned(session: Session) -> int:
    """Deletes keys that no worker, case or group has (after a restore: those made since the backup). The number deleted."""
    owned = [DataKey.id.not_in(select(owner.key_id).where(owner.key_id.isnot(None))) for owner in OWNERS]
    gone = delete(DataKey).where(DataKey.id != HOUSE, *owned).execution_options(synchronize_session=False)
    return session.execute(gone).rowcount


def renew(session: Session, worker: Worker) -> None:
    """Gives a worker another key, seals everything anew that the old one sealed, and deletes the old one."""
    session.execute(select(Worker.id).where(Worker.id == worker.id).with_for_update())
    old = worker.key_id
    rows = [worker, *session.scalars(select(Inbox).where(Inbox.sender == worker.sender))]
    for kind in (Outbox, Button, Message, Answer, Unanswered):
        rows += session.scalars(select(kind).where(kind.worker_id == worker.id))
    fresh = update(Worker).where(Worker.id == worker.id).values(key_id=make(session))
    session.execute(fresh.execution_options(synchronize_session="evaluate"))
    ring(session).owned.clear()
    for row in rows:
        row.write_again(old)
    session.flush()
    drop(session, old)


def rotate(session: Session) -> int:
    """Wraps a batch of data keys with the newest master key; the number wrapped. 0: every key is, and older master keys may go."""
    newest = crypto.newest_master()
    rows = session.execute(select(DataKey).where(DataKey.master != newest).limit(BATCH)).scalars().all()
    for row in rows:
        master, wrapped = crypto.wrap(crypto.unwrap(row.master, row.wrapped, row.id), row.id)
        again = update(DataKey).where(DataKey.id == row.id).values(master=master, wrapped=wrapped)  # a key deleted meanwhile stays so
        session.execute(again.execution_options(synchronize_session=False))
    return len(rows)


def write(session: Session, file: IO[bytes]) -> int:
    """Writes all data keys, wrapped as they are, one JSON object a line; their number. Worthless without BOT_SECRET_KEYS."""
    count = 0
    rows = session.execute(select(DataKey.id, DataKey.master, DataKey.wrapped).order_by(DataKey.id).execution_options(yield_per=BATCH))
    for row in rows:
        line = {"id": row.id, "master": row.master, "wrapped": b64encode(row.wrapped).decode()}
        file.write(json.dumps(line).encode() + b"\n")
        count += 1
    return count


def read(session: Session, lines: Iterable[bytes]) -> int:
    """Adds the data keys of a file of `write` that the record lacks; the number added. Raises KeyFileFault."""
    held, added = set(session.scalars(select(DataKey.id))), 0
    for number, line in enumerate(lines, start=1):
        try:
            found = json.loads(line)
            key = DataKey(id=int(found["id"]), master=str(found["master"]), wrapped=b64decode(found["wrapped"], validate=True))
        except (ValueError, TypeError, KeyError):
            raise KeyFileFault(f"line {number}: not a data key") from None
        if key.id not in held:
            held.add(key.id)
            session.add(key)
            added += 1
        if added % BATCH == 0:
            session.flush()
            session.expunge_all()
    session.flush()
    return added
