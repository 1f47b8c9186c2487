"""People, known by pseudonym. The keyed hash of their address is the only thing Rasa and the logs ever see."""
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.crypto import keyed_hash, new_hash_key
from bot.cases.model import Secret, Worker

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misheard or misread on a telephone


def new_code(prefix: str, length: int = 6) -> str:
    """A random code such as W-7K3FQ2."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


def sender_id(session: Session, channel: str, address: str) -> str:
    """The keyed hash of an address on a channel, e.g. ("telegram", "123456")."""
    row = session.get(Secret, "hash_key")
    if row is None:
        row = Secret(name="hash_key", value=new_hash_key())
        session.add(row)
        session.flush()
    return f"{channel}-{keyed_hash(row.value, channel, address)}"


def arrive(session: Session, channel: str, address: str, language: str | None = None) -> Worker:
    """The worker behind an address, made on first sight."""
    return _find_or_add(session, sender_id(session, channel, address), channel, address, language)


def by_sender(session: Session, sender: str) -> Worker:
    """The worker Rasa knows as `sender`; a sender we never saw (rasa shell) becomes a worker without an address."""
    return _find_or_add(session, sender, "rest", None, None)


def by_code(session: Session, code: str) -> Worker | None:
    return session.scalar(select(Worker).where(Worker.code == code.strip().upper()))


def _find_or_add(session: Session, sender: str, channel: str, address: str | None, language: str | None) -> Worker:
    worker = session.scalar(select(Worker).where(Worker.sender == sender))
    now = settings.now()
    if worker is None:
        worker = Worker(code=new_code("W-"), channel=channel, sender=sender, address=address, language=language,
                        handover="bot", created_at=now, seen_at=now)
        session.add(worker)
        session.flush()
    worker.seen_at = now
    if worker.address is None and address is not None:
        worker.address, worker.channel = address, channel
    return worker
