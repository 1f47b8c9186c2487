"""Staff accounts, their sign-ins, and the audit trail of what they saw and changed.

Passwords are kept as argon2id hashes and sign-ins as the SHA-256 of their token: the database alone lets nobody in.
Sign-ins live by the real clock; a demonstration day (`BOT_TODAY`) neither lengthens nor ends them.
"""
import hashlib
import re
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import audit_chain, passwords
from bot.cases.model import Staff, StaffSession
from bot.cases.workers import ALPHABET

ROLES = ("hotline", "admin")
NAME = re.compile(r"[\w.-]{2,32}\Z")
IDLE = timedelta(hours=1)  # without a page being opened; pages that bring themselves up to date do not count
ABSOLUTE = timedelta(hours=12)  # a working day
MOST_SIGN_INS = 5  # of one person at once; a sixth ends the one used least lately
ONE_TIME = timedelta(days=3)  # in which a one-time password must be used
TOUCH = timedelta(minutes=1)  # how stale `seen_at` may get, so that reading a page is not always a write

audit = audit_chain.note
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)  # argon2id, 64 MiB, 3 passes
_hashing = BoundedSemaphore(2)  # at once: a crowd of sign-ins must not take the memory of the machine


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password fits, checked for unknown names so that they take as long as known ones."""
    return _hasher.hash(secrets.token_urlsafe())


class StaffError(ValueError):
    """An account that cannot be made or changed that way. `code` names the reason, the message says it in English."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def add(session: Session, name: str, role: str) -> str:
    """A new account; the one-time password, which must be changed at the first sign-in. Raises StaffError."""
    name = name.strip()
    if not NAME.match(name):
        raise StaffError("name_invalid", f"name: {name!r} is not 2 to 32 letters, digits, dots, dashes or underscores")
    if role not in ROLES:
        raise StaffError("role_unknown", f"role: {role!r} is not one of {', '.join(ROLES)}")
    if by_name(session, name) is not None:
        raise StaffError("name_taken", f"name: {name!r} is taken")
    password = _one_time_password()
    session.add(Staff(name=name, role=role, password_hash=_hasher.hash(password), must_change=True,
                      password_until=_clock() + ONE_TIME, created_at=settings.now()))
    session.flush()
    return password


def ensure_first_admin(session: Session) -> tuple[str, str] | None:
    """On an empty staff list adds "admin": (name, one-time password). None when there is anybody already."""
    if session.scalar(select(func.count(Staff.id))):
        return None
    return "admin", add(session, "admin", "admin")


def by_name(session: Session, name: str) -> Staff | None:
    """The account of a name, whatever its capitals."""
    name = name.strip()
    return session.scalar(select(Staff).where((Staff.name == name) | (func.lower(Staff.name) == name.lower())))


def everyone(session: Session) -> list[Staff]:
    return list(session.scalars(select(Staff).order_by(Staff.name)))


def verify(session: Session, name: str, password: str) -> Staff | None:
    """The account if name and password fit and it is not disabled; takes as long for a name that does not exist."""
    staff = by_name(session, name)
    fits = _fits(staff.password_hash if staff else _nobody(), password)
    if staff is None or not fits or staff.disabled_at is not None or (staff.password_until is not None and staff.password_until < _clock()):
        return None
    if _hasher.check_needs_rehash(staff.password_hash):
        staff.password_hash = _hasher.hash(password)
    return staff


def change_password(session: Session, staff: Staff, new: str) -> None:
    """Sets a password of the person's own and ends all their sign-ins. Raises StaffError for a short, endless, common or old one."""
    fault = passwords.fault(new, staff.name)
    if fault:
        raise StaffError(fault, f"password: {fault}")
    if _fits(staff.password_hash, new):
        raise StaffError("password_same", "password: the same as the old one")
    staff.password_hash, staff.must_change, staff.password_until = _hasher.hash(new), False, None
    _end_sign_ins(session, staff)


def renew_password(session: Session, staff: Staff) -> str:
    """A new one-time password for somebody who forgot theirs or comes back; ends their sign-ins."""
    password = _one_time_password()
    staff.password_hash, staff.must_change, staff.disabled_at = _hasher.hash(password), True, None
    staff.password_until = _clock() + ONE_TIME
    _end_sign_ins(session, staff)
    return password


def disable(session: Session, staff: Staff) -> None:
    """Locks an account and ends its sign-ins. Raises StaffError for the last admin who can still sign in."""
    others = select(func.count(Staff.id)).where(Staff.role == "admin", Staff.disabled_at.is_(None), Staff.id != staff.id)
    if staff.role == "admin" and not session.scalar(others):
        raise StaffError("last_admin", "staff: the last admin cannot be disabled")
    staff.disabled_at = staff.disabled_at or settings.now()
    _end_sign_ins(session, staff)


def sign_in(session: Session, staff: Staff, language: str | None = None, *, now: datetime | None = None) -> str:
    """Begins a sign-in; the token for the cookie, of which only the hash is kept. Sweeps out expired ones.

    With a second factor it is half a sign-in until the code was right.
    """
    now = now or _clock()
    session.execute(delete(StaffSession).where((StaffSession.seen_at < now - IDLE) | (StaffSession.created_at < now - ABSOLUTE))
                    .execution_options(synchronize_session=False))
    for spare in sign_ins(session, staff, now=now)[MOST_SIGN_INS - 1:]:
        end_sign_in(session, staff, spare.token_hash)
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(token_hash=_digest(token), staff_id=staff.id, csrf=secrets.token_urlsafe(24), language=language,
                             half=staff.totp_secret is not None, created_at=now, seen_at=now))
    session.flush()
    return token


def signed_in(session: Session, token: str | None, *, now: datetime | None = None) -> tuple[Staff, StaffSession] | None:
    """Who holds a token: None when it is unknown, idle for an hour, older than 12 hours, or the account is disabled."""
    now = now or _clock()
    found = session.get(StaffSession, _digest(token)) if token else None
    if found is None or now - found.seen_at > IDLE or now - found.created_at > ABSOLUTE:
        return None
    staff = session.get(Staff, found.staff_id)
    return None if staff.disabled_at is not None else (staff, found)


def stale(found: StaffSession, *, now: datetime | None = None) -> bool:
    """Whether it is time to `touch` a sign-in."""
    return (now or _clock()) - found.seen_at > TOUCH


def touch(session: Session, token: str, *, now: datetime | None = None) -> None:
    """Notes that a sign-in is in use, which pushes its idle end back."""
    found = session.get(StaffSession, _digest(token))
    if found is not None:
        found.seen_at = now or _clock()


def set_language(session: Session, token: str, language: str) -> None:
    """Remembers the desk's language for this sign-in; an unknown token is ignored."""
    found = session.get(StaffSession, _digest(token))
    if found is not None:
        found.language = language


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(token)).execution_options(synchronize_session="fetch"))


def sign_ins(session: Session, staff: Staff, *, now: datetime | None = None) -> list[StaffSession]:
    """The sign-ins of a person that still hold, the one used last first."""
    now = now or _clock()
    rows = session.scalars(select(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.seen_at >= now - IDLE,
                                                      StaffSession.created_at >= now - ABSOLUTE))
    return sorted(rows, key=lambda row: row.seen_at, reverse=True)


def end_sign_in(session: Session, staff: Staff, token_hash: str) -> None:
    """Ends one sign-in of a person, by the hash that `sign_ins` gave."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.token_hash == token_hash)
                    .execution_options(synchronize_session="fetch"))


def needs_second_factor(staff: Staff) -> bool:
    """Whether this person must have a second factor (DESK_SECOND_FACTOR) and has none yet."""
    who = settings.read().desk_second_factor
    return staff.totp_secret is None and (who == "everyone" or who == "admins" and staff.role == "admin")


def sign_out_everywhere(session: Session, staff: Staff) -> None:
    _end_sign_ins(session, staff)


def is_token_of(found: StaffSession, token: str) -> bool:
    """Whether this is the sign-in of a token."""
    return found.token_hash == _digest(token)


def _end_sign_ins(session: Session, staff: Staff) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id).execution_options(synchronize_session="fetch"))
    session.flush()


def _one_time_password() -> str:
    """Sixteen characters in fours, easy to read out: 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _fits(password_hash: str, password: str) -> bool:
    try:
        with _hashing:
            return len(password) <= passwords.LONGEST and _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _clock() -> datetime:
    return datetime.now(settings.CHINA)
