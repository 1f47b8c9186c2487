"""Tries at passwords and codes, counted in the database: the count outlives a restart and holds for all desk processes together.

A key is the name or the address that tries, kept as a keyed hash. A try is counted before it is looked at, so that many at once do not
slip through; one that succeeds is taken back. The account's own browser, known by a cookie, is counted apart from strangers: nobody
locks a colleague out by guessing at their name.
"""
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import workers
from bot.cases.crypto import keyed_hash
from bot.cases.model import Attempt

LIMIT = 10
WINDOW = timedelta(minutes=15)  # after the last counted try


def take(session: Session, *names: str, now: datetime | None = None) -> bool:
    """Counts a try for each name; False when one of them has had LIMIT within WINDOW: then the try must not be looked at."""
    now = now or datetime.now(settings.CHINA)
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(delete(Attempt).where(Attempt.at < now - WINDOW).execution_options(synchronize_session=False))
    free = True
    for key in sorted(_keys(session, names)):  # in one order, so that two who count at once do not wait for each other crosswise
        add = kind.insert(Attempt).values(key=key, count=1, at=now)
        full = Attempt.count >= LIMIT
        session.execute(add.on_conflict_do_update(index_elements=[Attempt.key], set_={
            "count": case((full, LIMIT + 1), else_=Attempt.count + 1), "at": case((full, Attempt.at), else_=now)}))
        free = session.scalar(select(Attempt.count).where(Attempt.key == key)) <= LIMIT and free
    return free


def succeeded(session: Session, own: str, *others: str) -> None:
    """The try was a good one: the name starts afresh, for the others (the address) it is taken back."""
    [key] = _keys(session, [own])
    session.execute(delete(Attempt).where(Attempt.key == key).execution_options(synchronize_session=False))
    for key in _keys(session, others):
        session.execute(update(Attempt).where(Attempt.key == key, Attempt.count > 0).values(count=Attempt.count - 1)
                        .execution_options(synchronize_session=False))


def mark_of_browser(session: Session, name: str) -> str:
    """What a browser keeps that signed in under this name."""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{keyed_hash(workers.own_secret(session, 'device_key'), name.lower(), nonce)}"


def key_of_name(session: Session, name: str, mark: str | None) -> str:
    """Under which key tries at a name count: that of the browser with a mark of this name, or that of all strangers."""
    name, (nonce, _, seal) = name.lower()[:64], (mark or "").partition(".")
    fits = keyed_hash(workers.own_secret(session, "device_key"), name, nonce)
    return f"browser:{nonce}:{name}" if hmac.compare_digest(seal.encode(), fits.encode()) else f"name:{name}"


def _keys(session: Session, names) -> list[str]:
    secret = workers.own_secret(session, "attempt_key")
    return [keyed_hash(secret, name) for name in names]
