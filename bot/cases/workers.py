"""People, known by pseudonym. The keyed hash of their address is the only thing Rasa and the logs ever see."""
import secrets
from collections.abc import Callable

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.crypto import keyed_hash, new_hash_key
from bot.cases.model import Secret, Worker

_BY_SENDER = select(Worker).where(Worker.sender == bindparam("sender"))  # asked at every message: made once
_HELD = _BY_SENDER.with_for_update()
_SECRET = select(Secret).where(Secret.name == bindparam("name"))
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misheard or misread on a telephone


def new_code(prefix: str, length: int = 6) -> str:
    """A random code such as W-7K3FQ2."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


def free_code(session: Session, column, prefix: str, length: int = 6) -> str:
    """A random code that no row of `column` has: short enough to be said aloud, codes do meet by chance among some thousands."""
    code = new_code(prefix, length)
    while session.scalar(select(column).where(column == code)) is not None:
        code = new_code(prefix, length)
    return code


def sender_id(session: Session, channel: str, address: str) -> str:
    """The keyed hash of an address on a channel, e.g. ("telegram", "123456")."""
    return f"{channel}-{keyed_hash(_hash_key(session), channel, address)}"


def tracer(session: Session) -> Callable[[str], str]:
    """What makes of a subject, e.g. a case's code, what the audit trail keeps of it once it is erased: whoever knows the code can still
    ask for it."""
    key = _hash_key(session)
    return lambda subject: f"erased-{keyed_hash(key, 'audit', subject)}"


def trace(session: Session, subject: str) -> str:
    return tracer(session)(subject)


def arrive(session: Session, channel: str, address: str, language: str | None = None) -> Worker:
    """The worker behind an address, made on first sight."""
    worker = _find_or_add(session, sender_id(session, channel, address), channel, address, language)
    worker.seen_at = settings.now()
    return worker


def by_sender(session: Session, sender: str) -> Worker:
    """The worker Rasa knows as `sender`; a sender we never saw (rasa shell) becomes a worker without an address.

    Looked up once a session, which keeps hold of the worker and so of what hangs on it.
    """
    return find(session, sender) or _find_or_add(session, sender, "rest", None, None)


def find(session: Session, sender: str) -> Worker | None:
    """The worker behind a sender, looked up once a session like `by_sender`; None for a sender we never saw."""
    known = session.info.get(sender)
    if known is None or known not in session:
        known = session.info[sender] = session.scalar(_BY_SENDER, {"sender": sender})
    return known


def hold(session: Session, sender: str) -> None:
    """Keeps whoever else wants to change this worker waiting until the unit of work is over. A new sender is held by nobody."""
    known = session.scalar(_HELD, {"sender": sender})
    if known is not None:
        session.info[sender] = known


def by_code(session: Session, code: str) -> Worker | None:
    return session.scalar(select(Worker).where(Worker.code == code.strip().upper()))


def own_secret(session: Session, name: str) -> str:
    """A key that the installation makes for itself once, such as that of the keyed hash."""
    row = _found_or_added(session, _SECRET, {"name": name}, lambda: Secret(name=name, value=new_hash_key()))
    return row.value


def _hash_key(session: Session) -> str:
    return own_secret(session, "hash_key")


def _find_or_add(session: Session, sender: str, channel: str, address: str | None, language: str | None) -> Worker:
    now = settings.now()
    worker = _found_or_added(session, _BY_SENDER, {"sender": sender}, lambda: Worker(
        code=free_code(session, Worker.code, "W-"), channel=channel, sender=sender, address=address, language=language, handover="bot",
        created_at=now, seen_at=now))
    if worker.address is None and address is not None:
        worker.address, worker.channel = address, channel
    session.info[sender] = worker
    return worker


def _found_or_added(session: Session, query, named: dict, make):
    """The row of a query, or a new one. On PostgreSQL two processes may add it at once; then the second finds the first one's."""
    row = session.scalar(query, named)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            row = make()
            session.add(row)
        return row
    except IntegrityError:
        return session.scalars(query, named).one()
