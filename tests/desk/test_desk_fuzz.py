"""Every route of the desk, asked with whatever fits into an address, a form, a cookie or a file: a page or a plain refusal, never a 500.

Short in the suite; FUZZ=full asks each route 5,000 times, each on a record of its own: `FUZZ=full pytest tests/desk/test_desk_fuzz.py
--dist load -v`, some two and a half hours of one core.
"""
import random
import re
from html import unescape
from pathlib import Path

import httpx
import pytest
from hypothesis import given, strategies as st
from starlette.routing import Route

from bot.cases import staff, store, teams
from bot.desk import app as desk_app
from bot.desk.web import SIGN_IN
from bot.guidance.facts import BODIES, ISSUES, LEVELS, OCCUPATIONS, REASONS
from tests import nasty
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.visitors import account

DESK = Path(desk_app.__file__).parent
ROUTES = sorted({(method, route.path) for route in desk_app.build().routes if isinstance(route, Route)
                 for method in (route.methods or {"GET"}) - {"HEAD"}} - {("GET", "/events")})  # that one goes on for ever
ASKS_FOR = re.compile(r"(?:text|get|query|_day|_number)\([^\"()]*\"(\w+)\"")
FIELDS = sorted({name for path in DESK.glob("*.py") for name in ASKS_FOR.findall(path.read_text(encoding="utf-8"))} | {"pick"})
SENSIBLE = ["1", "2", "union|county|520281", "union", "county", "2026-11-22", "贵州盘州", "520281", "52", "mei", "1:", "1:1", "amount_owed",
            "yes", "xlsx", "csv", "json", "zh", *BODIES, *LEVELS, *REASONS, *ISSUES[:3], *OCCUPATIONS[:3], "resolved", "confirm", "correct"]
field = st.one_of(nasty.text, st.sampled_from(SENSIBLE))
AT_ONCE = 10 if nasty.PART else 1  # requests made of the texts of one example: to draw texts takes longer than to ask
HIDDEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
SECRETS = ("Traceback", "sqlalchemy", "sqlite3", str(DESK.parent))
ENDS = ("/logout", "/account/sign-out", "/password", "/login")  # after these the sign-in is another one
KNOWN = {"key": ["1"], "id": ["1", "2"], "number": ["1"], "code": ["zh", "K-1"], "name": ["periods/arbitration"],
         "document": ["arbitration_application", "evidence_list"]}  # what stands in addresses, by its name there


class Client(httpx.Client):
    """A browser of an admin whose sign-in is made anew when a request ended it."""

    def __init__(self, desk: str):
        super().__init__(base_url=desk, trust_env=False, timeout=600)
        self.renew()

    def renew(self) -> None:
        with store.session() as session:
            person = staff.by_name(session, "root")
            person.disabled_at, person.must_change, person.role, person.totp_secret = None, False, "admin", None
            token = staff.sign_in(session, person, "zh")
            self.csrf = staff.signed_in(session, token)[1].csrf
        self.cookies.set(SIGN_IN, token)


@pytest.mark.parametrize("routes", [[route] for route in ROUTES] if nasty.PART else [ROUTES],
                         ids=lambda routes: " ".join(routes[0]) if nasty.PART else "all")
def test_no_request_to_any_route_is_answered_with_a_fault_of_ours(desk, routes):
    code = carpenter()
    deflected_by_union(code)
    account("root", "admin")
    account("mei", "hotline")
    with store.session() as session:
        teams.keep(session, None, "贵州", "52")
    with Client(desk) as client:
        for method, path in routes:
            ask_again_and_again(client, method, path, code)


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 400])
def test_a_number_larger_than_any_rows_is_not_found(admin, number):
    for method, path in ROUTES:
        if ":row}" in path:
            address = re.sub(r"{\w+:row}", number, path)
            answer = admin.get(address) if method == "GET" else admin.submit("/queue", address)
            assert answer.status_code == 404, address


def test_what_is_not_seen_and_turns_words_is_left_out_and_emoji_are_not(hotline):
    code = carpenter()
    hotline.submit(f"/cases/{code}", f"/cases/{code}/notes", note="账号\u202e4321\u202c，密\u200b码 👷\u200d♂️")
    assert "账号4321，密码 👷\u200d♂️" in hotline.get(f"/cases/{code}").text


def ask_again_and_again(client: Client, method: str, path: str, code: str) -> None:
    """One route, asked for what there is and for what there is not. What it does not take is not made up: that costs half the time."""
    takes_json, takes_form = path.startswith("/api/"), method != "GET"

    @nasty.fuzz(short=3, full=5_000 // AT_ONCE)
    @given(st.integers(0, 2 ** 32), st.lists(field, min_size=4, max_size=12), st.lists(nasty.text, max_size=3),
           st.lists(nasty.value, min_size=3, max_size=5) if takes_json else st.none(), st.binary(max_size=80) if takes_form else st.none())
    def ask(seed, texts, odd_names, values, file):
        dice = random.Random(seed)
        for _ in range(AT_ONCE):
            form = {dice.choice([*FIELDS, *odd_names]): dice.choice(texts) for _ in range(dice.randrange(7))}
            address = re.sub(r"{(\w+)(?::\w+)?}",
                             lambda part: quoted(dice.choice([*KNOWN.get(part[1], ["1"]) * 3, code, dice.choice(texts)])), path)
            if method == "GET":
                answer = client.get(address, params={short(name): short(one) for name, one in form.items()})
            elif takes_json:
                body = dice.choice([*values, *[{"sender": "browser", "message": form.get("text", "x"), **form}] * 3])
                answer = client.post(address, json=body)
            else:
                files = {"file": ("x.csv", file)} if dice.random() < .1 else None
                answer = client.post(address, data={**form, "csrf": client.csrf}, files=files)
            check(answer, f"{method} {address} {form}")
            if path in ENDS or answer.headers.get("location", "").startswith("/login"):
                client.renew()
    ask()


def quoted(text: str) -> str:
    """As a part of an address; never empty, and no longer than servers take."""
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace")[:600]) or "%20"


def short(text: str) -> str:
    return text[:600].encode("utf-8", "replace").decode()


def check(answer: httpx.Response, what: str) -> None:
    """A page or a refusal; nothing that was typed became a part of the page, and nothing that hides or turns words is on it."""
    assert answer.status_code < 500, what
    if "text/html" in answer.headers.get("content-type", ""):
        html = answer.text
        assert not any(secret in html for secret in SECRETS), what
        assert "<script>alert" not in html and "<img src=x" not in html, what
        assert not HIDDEN.search(unescape(html)), what
