"""A person's own account: the second factor, the sign-ins, and ending them all."""
import re

import segno
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.cases import attempts, second_factor, staff
from bot.cases.model import Staff
from bot.desk import cookies
from bot.desk.web import SIGN_IN, Visit, local

SECRET = re.compile(r"[A-Z2-7]{32}\Z")


def ask_code(visit: Visit, session: Session) -> Response:
    """Asks for the code after the password was right."""
    return visit.render("second_factor.html", next=visit.text("next"), error=None) if visit.half else visit.go("/queue")


def check_code(visit: Visit, session: Session) -> Response:
    """Completes the sign-in; wrong codes are braked like wrong passwords."""
    if not visit.half:
        return visit.go("/queue")
    key = f"code:{visit.staff.name.lower()}"
    if not attempts.take(session, key):
        return visit.render("second_factor.html", 429, next=visit.text("next"), error="login.wait")
    person, found = staff.signed_in(session, visit.token) or (None, None)
    if person is None or not second_factor.use(session, person, visit.text("code")):
        staff.audit(session, visit.staff.name, "sign_in.failed")
        return visit.render("second_factor.html", 401, next=visit.text("next"), error="account.wrong_code")
    attempts.succeeded(session, key)
    staff.audit(session, person.name, "sign_in", detail={"second_factor": True})
    return _anew(visit, session, person, "/password" if person.must_change else local(visit.text("next") or "/queue"))


def account(visit: Visit, session: Session) -> Response:
    return _show(visit, session)


def switch_on(visit: Visit, session: Session) -> Response:
    """Switches the second factor on once the app's first code is right; the password is asked again, so that nobody who finds a desk
    unlocked can lock its owner out."""
    secret = visit.text("secret")
    if not SECRET.match(secret) or session.get(Staff, visit.staff.id).totp_secret:
        raise HTTPException(404)
    person, refused = _proven(visit, session, secret)
    if refused:
        return refused
    if not second_factor.switch_on(session, person, secret, visit.text("code")):
        return _show(visit, session, 422, error="account.wrong_code", secret=secret)
    staff.sign_out_everywhere(session, person)
    staff.audit(session, person.name, "second_factor.on")
    return _anew(visit, session, person, "/account")


def switch_off(visit: Visit, session: Session) -> Response:
    """Switches it off; the password is asked again."""
    person, refused = _proven(visit, session)
    if refused:
        return refused
    second_factor.switch_off(person)
    staff.sign_out_everywhere(session, person)
    staff.audit(session, person.name, "second_factor.off")
    return _anew(visit, session, person, "/account")


def _proven(visit: Visit, session: Session, secret: str | None = None) -> tuple[Staff | None, Response | None]:
    """Who has given their own password again, or the page that refuses; wrong ones are braked."""
    key = f"own:{visit.staff.name.lower()}"
    if not attempts.take(session, key):
        return None, _show(visit, session, 429, error="login.wait", secret=secret)
    person = staff.verify(session, visit.staff.name, visit.form.get("password", ""))
    if person is None:
        return None, _show(visit, session, 422, error="password.old_wrong", secret=secret)
    attempts.succeeded(session, key)
    return person, None


def sign_out(visit: Visit, session: Session) -> Response:
    """Ends one sign-in (`one`), or all of them, this one too."""
    person, one = session.get(Staff, visit.staff.id), visit.text("one")
    staff.audit(session, person.name, "sign_out", detail=None if one else {"everywhere": True})
    if one:
        staff.end_sign_in(session, person, one)
        return visit.go("/account")
    staff.sign_out_everywhere(session, person)
    response = visit.go("/login")
    cookies.drop(response, visit.request, SIGN_IN)
    return response


def reset(visit: Visit, session: Session) -> Response:
    """An admin switches a colleague's second factor off, for a lost telephone."""
    person = session.get(Staff, visit.request.path_params["id"])
    if person is None or person.id == visit.staff.id:
        raise HTTPException(404)
    second_factor.switch_off(person)
    staff.audit(session, visit.staff.name, "second_factor.reset", person.name)
    return visit.go("/staff")


def _anew(visit: Visit, session: Session, person: Staff, path: str) -> Response:
    """Goes on under a new token: what a sign-in may do has changed, and so has its name."""
    staff.sign_out(session, visit.token or "")
    token = staff.sign_in(session, person, visit.t.language)
    second_factor.complete(session, staff.signed_in(session, token)[1])
    response = visit.go(path)
    cookies.keep(response, visit.request, SIGN_IN, token, int(staff.ABSOLUTE.total_seconds()))
    return response


def _show(visit: Visit, session: Session, status: int = 200, error: str | None = None, secret: str | None = None) -> Response:
    person = session.get(Staff, visit.staff.id)
    secret = None if person.totp_secret else secret or second_factor.new_secret()
    code = Markup(segno.make(second_factor.address(person.name, secret)).svg_inline(scale=5)) if secret else None
    rows = [(row, staff.is_token_of(row, visit.token)) for row in staff.sign_ins(session, person)]
    return visit.render("account.html", status, person=person, secret=secret, code=code, rows=rows, error=error,
                        needed=staff.needs_second_factor(person))
