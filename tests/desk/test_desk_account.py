"""A person's own account: the second factor, the sign-ins, and ending them."""
import re
import time
from types import SimpleNamespace

import httpx
import pyotp
import pytest
from sqlalchemy import select

from bot.cases import second_factor, staff, store
from bot.cases.model import Audit, Staff, StaffSession
from tests.desk.visitors import PASSWORD, Visitor, signed_in, token


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The clock of the second factor stands still in a test: a half minute that ends between two requests changes no code."""
    now = time.time()
    monkeypatch.setattr(second_factor, "time", SimpleNamespace(time=lambda: now))


def code(secret: str, steps: int = 0) -> str:
    """The code that the telephone shows now, or so many half minutes from now."""
    return pyotp.TOTP(secret).at(second_factor.time.time() + steps * second_factor.STEP)


def switched_on(client: Visitor) -> str:
    """Switches the second factor on as a person would; the secret."""
    page = client.get("/account").text
    secret = re.search(r'name="secret" value="(\w+)"', page).group(1)
    sent = {"csrf": token(page), "secret": secret, "code": code(secret, -1), "password": PASSWORD}
    page = client.post("/account/second-factor", data=sent).text
    assert "second factor on" in page and secret not in page
    return secret


def enter(client: Visitor, name: str = "mei", next: str = "") -> httpx.Response:
    return client.submit("/login", "/login", name=name, password=PASSWORD, next=next)


def test_with_a_second_factor_the_password_alone_opens_nothing(desk, hotline):
    switched_on(hotline)
    client = Visitor(desk)
    assert enter(client).url.path == "/second-factor"
    for path in ("/queue", "/cases/1", "/account", "/password", "/deflections/export?format=csv"):
        page = client.get(path)
        assert page.url.path == "/second-factor" and "<nav" not in page.text, path
    assert client.get("/events").status_code == 204
    with store.session() as session:
        assert session.query(Audit).filter_by(action="sign_in").count() == 1, "not signed in yet"


def test_the_right_code_completes_the_sign_in_and_goes_on_to_the_page_asked_for(desk, hotline):
    secret, client = switched_on(hotline), Visitor(desk)
    page = enter(client, next="/deflections")
    page = client.post("/second-factor", data={"csrf": token(page.text), "code": code(secret), "next": "/deflections"})
    assert page.url.path == "/deflections" and client.get("/queue").url.path == "/queue"


def test_a_code_counts_once(desk, hotline):
    secret = switched_on(hotline)
    for status in (200, 401):
        client = Visitor(desk)
        page = enter(client)
        assert client.post("/second-factor", data={"csrf": token(page.text), "code": code(secret)}).status_code == status


@pytest.mark.parametrize("wrong", ["", "000000", "12345", "abcdef", "١٢٣٤٥٦"])
def test_a_wrong_code_is_explained_and_braked(desk, hotline, wrong):
    secret, client = switched_on(hotline), Visitor(desk)
    page = enter(client)
    for _ in range(10):
        page = client.post("/second-factor", data={"csrf": token(page.text), "code": wrong})
        assert page.status_code == 401 and "digits are wrong" in page.text
    page = client.post("/second-factor", data={"csrf": token(page.text), "code": code(secret)})
    assert page.status_code == 429 and client.get("/queue").url.path == "/second-factor"


def test_codes_of_a_telephone_half_a_minute_off_fit_and_older_ones_do_not():
    secret, now = second_factor.new_secret(), 1_800_000_000.0
    app = pyotp.TOTP(secret)
    assert [second_factor.fits(secret, app.at(now + steps * 30), now=now) is not None for steps in (-2, -1, 0, 1, 2)] == \
        [False, True, True, True, False]
    assert second_factor.fits(secret, f"{app.at(now)[:3]} {app.at(now)[3:]}", now=now) == int(now // 30)


def test_the_secret_is_encrypted_and_shown_only_until_it_is_confirmed(hotline):
    page = hotline.get("/account").text
    secret = re.search(r'name="secret" value="(\w+)"', page).group(1)
    assert "<svg" in page and "style=" not in page
    for wrong in ({"code": "000000", "password": PASSWORD}, {"code": code(secret), "password": "a guess"}, {"code": code(secret)}):
        refused = hotline.post("/account/second-factor", data={"csrf": token(page), "secret": secret, **wrong})
        assert refused.status_code == 422 and secret in refused.text
    assert hotline.post("/account/second-factor", data={"csrf": token(page), "secret": "x", "code": "000000"}).status_code == 404
    hotline.post("/account/second-factor", data={"csrf": token(page), "secret": secret, "code": code(secret), "password": PASSWORD})
    with store.session() as session:
        assert secret in session.scalars(select(Staff)).one().totp_secret
        stored = session.connection().exec_driver_sql("SELECT totp_secret FROM staff").scalar()
        assert secret.encode() not in stored


def test_switching_off_asks_for_the_password(desk, hotline):
    switched_on(hotline)
    assert hotline.submit("/account", "/account/second-factor/off", password="wrong").status_code == 422
    hotline.submit("/account", "/account/second-factor/off", password=PASSWORD)
    assert enter(Visitor(desk)).url.path == "/queue"


def test_an_admin_helps_whoever_lost_the_telephone(desk, hotline, admin):
    switched_on(hotline)
    with store.session(only_reads=True) as session:
        number, root = staff.by_name(session, "mei").id, staff.by_name(session, "root").id
    assert "second factor on" in admin.get("/staff").text
    assert hotline.submit("/account", f"/staff/{number}/second-factor").status_code == 403
    assert admin.submit("/staff", f"/staff/{root}/second-factor").status_code == 404
    admin.submit("/staff", f"/staff/{number}/second-factor")
    assert enter(Visitor(desk)).url.path == "/queue"
    with store.session() as session:
        assert session.query(Audit).filter_by(action="second_factor.reset", staff="root", subject="mei").count() == 1


def test_sign_ins_are_listed_and_ended_one_by_one_or_all_at_once(desk, hotline):
    others = [Visitor(desk), Visitor(desk)]
    for client in others:
        enter(client)
    signed_in(desk, "wang", "hotline")
    page = hotline.get("/account").text
    assert page.count('name="one"') == 2 and "here" in page
    hotline.post("/account/sign-out", data={"csrf": token(page), "one": re.search(r'name="one" value="(\w+)"', page).group(1)})
    assert sorted(client.get("/queue").url.path for client in others) == ["/login", "/queue"]
    assert hotline.submit("/account", "/account/sign-out").url.path == "/login"
    assert [client.get("/queue").url.path for client in [*others, hotline]] == ["/login"] * 3
    with store.session() as session:
        assert session.query(StaffSession).count() == 1, "the colleague's stays"


def test_nobody_ends_a_colleagues_sign_in(desk, hotline):
    wang = signed_in(desk, "wang", "hotline")
    with store.session(only_reads=True) as session:
        theirs = session.query(StaffSession).join(Staff).filter(Staff.name == "wang").one().token_hash
    hotline.submit("/account", "/account/sign-out", one=theirs)
    assert wang.get("/queue").url.path == "/queue"
