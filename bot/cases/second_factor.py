"""The second factor of an account: codes that an app on the telephone shows (TOTP, RFC 6238), by the real clock."""
import time

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.cases.model import Staff, StaffSession

ISSUER = "Gongyou"
STEP = 30  # seconds that a code is shown
SPARE = 1  # steps before and after that count too, for telephones whose clock is off


def new_secret() -> str:
    """A fresh secret, to be shown once and confirmed by a first code."""
    return pyotp.random_base32()


def address(name: str, secret: str) -> str:
    """What an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def fits(secret: str, code: str, *, now: float | None = None) -> int | None:
    """The step whose code this is; None for a wrong one."""
    step, code = int((time.time() if now is None else now) // STEP), code.replace(" ", "")
    for near in range(step - SPARE, step + SPARE + 1):
        if len(code) == 6 and code.isascii() and pyotp.utils.strings_equal(pyotp.TOTP(secret).at(near * STEP), code):
            return near
    return None


def switch_on(session: Session, staff: Staff, secret: str, code: str) -> bool:
    """Asks for a code at every sign-in from now on; False when the first code is wrong."""
    step = fits(secret, code)
    if step is None:
        return False
    staff.totp_secret, staff.totp_step = secret, step
    session.flush()
    return True


def switch_off(staff: Staff) -> None:
    staff.totp_secret = staff.totp_step = None


def use(session: Session, staff: Staff, code: str) -> bool:
    """Whether the code is right and was not used before; it is used up by that, also when two try it at once."""
    step = fits(staff.totp_secret, code) if staff.totp_secret else None
    if step is None:
        return False
    fresh = Staff.totp_step.is_(None) | (Staff.totp_step < step)
    done = session.execute(update(Staff).where(Staff.id == staff.id, fresh).values(totp_step=step)
                           .execution_options(synchronize_session=False)).rowcount == 1
    session.refresh(staff)
    return done


def complete(session: Session, found: StaffSession) -> None:
    """The sign-in is whole."""
    found.half = False
    session.flush()
