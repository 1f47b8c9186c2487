"""From a request to a page: who is signed in, which language, whether the form is genuine, and rendering."""
import hmac
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.cases import staff as accounts, store
from bot.cases.model import Staff
from bot.desk import cookies, show
from bot.desk.texts import Texts, choose, languages

SIGN_IN, CSRF, LANGUAGE = "gongyou_desk", "gongyou_csrf", "gongyou_language"
YEAR = 365 * 24 * 3600
FIRST = ("/account", "/account/second-factor", "/password", "/logout")  # open to who must set up a second factor first
# Characters that are not seen and turn or hide others; joiners stay, emoji and some scripts need them.
HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def seen(value):
    """What a template prints, without hidden characters: what staff read is what stands there."""
    return HIDDEN.sub("", value) if type(value) is str else value


templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True, finalize=seen)
templates.filters["merge"] = lambda mapping, **more: mapping | more
templates.globals["show"] = show


class RowNumber(Convertor):
    """`{id:row}`: the number of a row in an address. A longer one is no row's, and more than the databases take."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("row", RowNumber())


@dataclass
class Visit:
    """One request of one person. `form` holds the fields of a POST, whose CSRF token was already checked."""

    request: Request
    t: Texts
    csrf: str
    staff: Staff | None = None
    form: dict[str, str] = field(default_factory=dict)
    half: bool = False  # the second factor is still missing: nothing but asking for it is shown
    picked: tuple[str, ...] = ()  # the values of the boxes named "pick" that were ticked
    files: dict[str, bytes] = field(default_factory=dict)  # what was sent with a form

    @property
    def token(self) -> str | None:
        return cookies.read(self.request, SIGN_IN)

    @property
    def by(self) -> str:
        """The signed-in person as the record names them."""
        return f"staff:{self.staff.name}"

    def text(self, name: str) -> str:
        """A form field or, on a GET, a query parameter, without surrounding blanks; "" when absent."""
        source = self.form if self.request.method == "POST" else self.request.query_params
        return source.get(name, "").strip()

    def render(self, template: str, status: int = 200, **values) -> HTMLResponse:
        page = templates.get_template(template).render(
            t=self.t, csrf=self.csrf, staff=self.staff, half=self.half, path=self.request.url.path, here=_here(self.request),
            languages=languages(), **values)
        return HTMLResponse(page, status)

    def go(self, path: str) -> RedirectResponse:
        return RedirectResponse(path, 303)


def page(handler, *, role: str | None = None, public: bool = False, writes: bool = False):
    """A Starlette endpoint from `handler(visit, session) -> Response`, which runs in a thread inside one unit of work.

    Unless `public`, it needs a sign-in (with `role`, of that role) whose one-time password was changed. `writes` is for
    a GET that changes the record; a POST always may.
    """

    async def endpoint(request: Request) -> Response:
        form, picked, files = {}, (), {}
        if request.method == "POST":
            fields = await request.form()
            form = {name: value for name, value in fields.items() if isinstance(value, str)}
            picked = tuple(value for value in fields.getlist("pick") if isinstance(value, str))
            files = {name: await value.read() for name, value in fields.items() if not isinstance(value, str)}
        return await run_in_threadpool(_serve, request, form, picked, files, handler, role, public, writes or request.method == "POST")

    return endpoint


def visit(request: Request, form: dict[str, str] | None = None) -> Visit:
    """Who is here and in which language."""
    token = cookies.read(request, SIGN_IN)
    found = None
    if token:
        with store.session(only_reads=True) as session:
            found = accounts.signed_in(session, token)
        if found and accounts.stale(found[1]) and "live" not in request.query_params:
            with store.session() as session:
                accounts.touch(session, token)
    person, sign_in = found or (None, None)
    language = choose(cookies.read(request, LANGUAGE) or (sign_in and sign_in.language), request.headers.get("accept-language"))
    csrf = sign_in.csrf if sign_in else cookies.read(request, CSRF) or secrets.token_urlsafe(24)
    return Visit(request, Texts(language), csrf, person, form or {}, half=bool(sign_in and sign_in.half))


def check_form(here: Visit) -> None:
    """Raises HTTPException 403 for a form that did not come from one of our own pages."""
    if not hmac.compare_digest(here.form.get("csrf", "").encode(), here.csrf.encode()):
        raise HTTPException(403)


def local(path: str | None) -> str:
    """A path of our own to go on to; "/" for anything that could lead elsewhere."""
    return path if path and path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() else "/"


def _serve(request: Request, form: dict[str, str], picked: tuple[str, ...], files: dict[str, bytes], handler, role: str | None,
           public: bool, writes: bool) -> Response:
    here = visit(request, form)
    here.picked, here.files = picked, files
    if request.method == "POST":
        check_form(here)
    if not public:
        if here.staff is None:
            return here.go(f"/login?next={quote(_here(request), safe='')}" if request.method == "GET" else "/login")
        if here.half and request.url.path not in ("/second-factor", "/logout"):
            return here.go("/second-factor")
        if not here.half and not here.staff.must_change and accounts.needs_second_factor(here.staff) and request.url.path not in FIRST:
            return here.go("/account")
        if not here.half and here.staff.must_change and request.url.path not in ("/password", "/logout"):
            return here.go("/password")
    try:
        if role and here.staff.role != role:
            raise HTTPException(403)
        with store.session(only_reads=not writes) as session:
            response = handler(here, session)
    except HTTPException as refusal:
        if here.staff is not None and refusal.status_code in (403, 404) and not here.text("live"):
            _note_refusal(here, refusal.status_code)
        raise
    if here.staff is None and cookies.read(request, CSRF) != here.csrf:
        cookies.keep(response, request, CSRF, here.csrf, None)
    return response


def _note_refusal(here: Visit, status: int) -> None:
    """On record goes what was asked for and not given, by the route alone: a code in the address may be one that is erased."""
    path = here.request.url.path
    for name, value in here.request.path_params.items():
        path = path.replace(f"/{value}", f"/{{{name}}}", 1)
    with store.session() as session:
        accounts.audit(session, here.staff.name, "refused", None, {"route": f"{here.request.method} {path}", "status": status})


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
