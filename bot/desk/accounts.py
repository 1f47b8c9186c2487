"""Sign-in, passwords, the staff list and the language switch."""
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.cases import attempts, staff
from bot.cases.model import Staff
from bot.desk import cookies
from bot.desk.cookies import keep
from bot.desk.texts import languages
from bot.desk.web import LANGUAGE, SIGN_IN, YEAR, Visit, local

BROWSER = "gongyou_browser"  # tells tries at a name in the person's own browser from those of strangers
HOURS = int(staff.ABSOLUTE.total_seconds())
UNKNOWN = "(unknown)"  # in the audit trail: somebody tried a name that is no account


def home(visit: Visit, session: Session) -> Response:
    return visit.go("/queue" if visit.staff else "/login")


def login_form(visit: Visit, session: Session) -> Response:
    if visit.staff:
        return visit.go("/queue")
    return visit.render("login.html", next=visit.text("next"), name="", error=None)


def login(visit: Visit, session: Session) -> Response:
    name = visit.text("name")
    client = visit.request.client
    keys = (attempts.key_of_name(session, name, cookies.read(visit.request, BROWSER)), f"address:{client.host if client else ''}")
    if not attempts.take(session, *keys):
        return visit.render("login.html", 429, next=visit.text("next"), name=name, error="login.wait")
    person = staff.verify(session, name, visit.form.get("password", ""))
    if person is None:
        known = staff.by_name(session, name)
        staff.audit(session, known.name if known else UNKNOWN, "sign_in.failed")  # for both, as it takes time
        return visit.render("login.html", 401, next=visit.text("next"), name=name, error="login.wrong")
    attempts.succeeded(session, *keys)
    staff.sign_out(session, visit.token or "")
    next = local(visit.text("next") or "/queue")
    if person.totp_secret:
        response = visit.go(f"/second-factor?next={quote(next, safe='')}")
    else:
        staff.audit(session, person.name, "sign_in")
        response = visit.go("/password" if person.must_change else next)
    keep(response, visit.request, SIGN_IN, staff.sign_in(session, person, visit.t.language), HOURS)
    keep(response, visit.request, BROWSER, attempts.mark_of_browser(session, person.name), YEAR)
    return response


def logout(visit: Visit, session: Session) -> Response:
    staff.sign_out(session, visit.token or "")
    staff.audit(session, visit.staff.name, "sign_out")
    response = visit.go("/login")
    response.headers["Clear-Site-Data"] = '"cache"'
    cookies.drop(response, visit.request, SIGN_IN)
    return response


def password_form(visit: Visit, session: Session) -> Response:
    return visit.render("password.html", error=None)


def password(visit: Visit, session: Session) -> Response:
    """Sets the person's own password; the old one is asked again, and every other sign-in of theirs ends."""
    key = f"own:{visit.staff.name.lower()}"
    if not attempts.take(session, key):
        return visit.render("password.html", 429, error="login.wait")
    person, new = staff.verify(session, visit.staff.name, visit.form.get("old", "")), visit.form.get("new", "")
    if person is None:
        return visit.render("password.html", 422, error="password.old_wrong")
    attempts.succeeded(session, key)
    if new != visit.form.get("again", ""):
        return visit.render("password.html", 422, error="password.not_same")
    try:
        staff.change_password(session, person, new)
    except staff.StaffError as error:
        return visit.render("password.html", 422, error=f"error.{error.code}")
    staff.audit(session, person.name, "password.change")
    response = visit.go("/queue")
    keep(response, visit.request, SIGN_IN, staff.sign_in(session, person, visit.t.language), HOURS)
    return response


def staff_list(visit: Visit, session: Session) -> Response:
    return _list(visit, session)


def staff_add(visit: Visit, session: Session) -> Response:
    name, role = visit.text("name"), visit.text("role")
    try:
        password = staff.add(session, name, role)
    except staff.StaffError as error:
        return _list(visit, session, 422, error=f"error.{error.code}", name=name, role=role)
    staff.audit(session, visit.staff.name, "staff.add", name, {"role": role})
    return _list(visit, session, new=(name, password))


def staff_disable(visit: Visit, session: Session) -> Response:
    person = _person(visit, session)
    try:
        staff.disable(session, person)
    except staff.StaffError as error:
        return _list(visit, session, 422, error=f"error.{error.code}")
    staff.audit(session, visit.staff.name, "staff.disable", person.name)
    return visit.go("/staff")


def staff_renew(visit: Visit, session: Session) -> Response:
    """A new one-time password for a colleague, shown once; it also lets a disabled one back in."""
    person = _person(visit, session)
    if person.id == visit.staff.id:
        return visit.go("/password")
    password = staff.renew_password(session, person)
    staff.audit(session, visit.staff.name, "staff.renew", person.name)
    return _list(visit, session, new=(person.name, password))


def language(visit: Visit, session: Session) -> Response:
    """Remembers the language in a cookie and in the sign-in, and goes back to the page."""
    code = visit.request.path_params["code"]
    if code not in languages():
        raise HTTPException(404)
    if visit.staff:
        staff.set_language(session, visit.token, code)
    response = visit.go(local(visit.text("next")))
    keep(response, visit.request, LANGUAGE, code, YEAR)
    return response


def _list(visit: Visit, session: Session, status: int = 200, *, error: str | None = None, name: str = "", role: str = "hotline",
          new: tuple[str, str] | None = None) -> Response:
    return visit.render("staff.html", status, people=staff.everyone(session), roles=staff.ROLES, error=error, name=name, role=role, new=new)


def _person(visit: Visit, session: Session) -> Staff:
    person = session.get(Staff, visit.request.path_params["id"])
    if person is None:
        raise HTTPException(404)
    return person
