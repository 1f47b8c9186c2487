"""Who gets in, and what a page gives away to those who do not."""
import logging
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.cases import attempts, staff, store
from bot.cases.model import Audit, StaffSession
from bot.desk.app import build
from tests.desk.people import carpenter
from tests.desk.scripted_rasa import Served
from tests.desk.visitors import PASSWORD, Visitor, account, signed_in, token

PAGES = ["/queue", "/cases/1", "/deflections", "/deflections/export?format=csv", "/staff", "/password"]


@pytest.mark.parametrize("path", PAGES)
def test_without_a_sign_in_every_page_leads_to_the_login(desk, path):
    answer = httpx.get(desk + path, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", ["/cases/1/take", "/cases/1/contacts", "/cases/1/resolve", "/staff", "/staff/1/disable",
                                  "/staff/1/password", "/password", "/logout", "/login", "/chat"])
def test_a_form_without_its_token_is_refused(hotline, path):
    assert hotline.post(path, data={"name": "mei", "password": PASSWORD}).status_code == 403


def test_a_one_time_password_leads_to_a_new_one_first_and_nowhere_else(desk, visitor):
    with store.session() as session:
        once = staff.add(session, "li", "hotline")
    page = visitor.submit("/login", "/login", name="li", password=once)
    assert page.url.path == "/password"
    assert all(visitor.get(path).url.path == "/password" for path in PAGES)
    page = visitor.submit("/password", "/password", old=once, new=PASSWORD, again=PASSWORD)
    assert page.url.path == "/queue"
    assert visitor.get("/password").url.path == "/password"


@pytest.mark.parametrize("old, new, again, said", [
    ("wrong", "a new long password", "a new long password", "current password is wrong"),
    (PASSWORD, "short", "short", "too short"), (PASSWORD, PASSWORD, PASSWORD, "must not be the old one"),
    (PASSWORD, "a new long password", "another long password", "not the same")])
def test_a_password_that_will_not_do_is_explained(hotline, old, new, again, said):
    page = hotline.submit("/password", "/password", old=old, new=new, again=again)
    assert page.status_code == 422 and said in page.text


def test_a_wrong_name_and_a_wrong_password_read_the_same(desk):
    account("li", "hotline")
    said = []
    for name in ("li", "nobody"):
        page = Visitor(desk).submit("/login", "/login", name=name, password="guess")
        assert page.status_code == 401
        said.append(page.text.replace(f'value="{name}"', "").split("<main")[1].replace(token(page.text), ""))
    assert said[0] == said[1]


def test_after_ten_failures_even_the_right_password_waits(desk, visitor):
    account("li", "hotline")
    for _ in range(10):
        assert visitor.submit("/login", "/login", name="li", password="guess").status_code == 401
    page = visitor.submit("/login", "/login", name="li", password=PASSWORD)
    assert page.status_code == 429 and "15 minutes" in page.text


def test_guessing_elsewhere_does_not_lock_out_the_browser_that_signed_in_before(desk, visitor):
    account("li", "hotline")
    assert visitor.submit("/login", "/login", name="li", password=PASSWORD).url.path == "/queue"
    visitor.submit("/queue", "/logout")
    with store.session() as session:
        for _ in range(attempts.LIMIT):
            attempts.take(session, "name:li")
    assert Visitor(desk).submit("/login", "/login", name="li", password=PASSWORD).status_code == 429
    assert visitor.submit("/login", "/login", name="li", password=PASSWORD).url.path == "/queue"


def test_the_count_outlives_a_restart(database, visitor, desk):
    account("li", "hotline")
    for _ in range(10):
        visitor.submit("/login", "/login", name="li", password="guess")
    again = Served(build())
    assert Visitor(again.url).submit("/login", "/login", name="li", password=PASSWORD).status_code == 429
    again.stop()


@pytest.mark.parametrize("password, said", [
    ("passwordpassword", "easy to guess"), ("qwertyuiop123", "easy to guess"), ("aaaaaaaaaaaaaaaa", "easy to guess"),
    ("gongyou-2026!", "easy to guess"), ("1234567890123", "easy to guess"), ("x" * 201, "too long")])
def test_a_password_that_is_guessed_first_is_refused(hotline, password, said):
    page = hotline.submit("/password", "/password", old=PASSWORD, new=password, again=password)
    assert page.status_code == 422 and said in page.text


@pytest.mark.parametrize("password", ["工资要按时发不能拖欠啊啊啊", "three small boats drift by", "xK9#vQ2$mL7pWz",
                                      " spaces at both ends kept "])
def test_a_password_of_any_kind_of_characters_is_taken_as_it_is(desk, hotline, visitor, password):
    assert hotline.submit("/password", "/password", old=PASSWORD, new=password, again=password).url.path == "/queue"
    assert visitor.submit("/login", "/login", name="mei", password=password).url.path == "/queue"


def test_a_sign_in_ends_an_hour_after_the_last_page_and_after_twelve_hours_at_the_latest(hotline):
    def ago(**columns):
        with store.session() as session:
            for name, hours in columns.items():
                setattr(session.query(StaffSession).one(), name, staff._clock() - timedelta(hours=hours))
        return hotline.get("/queue", follow_redirects=False).status_code

    assert ago(seen_at=0.9) == 200 and ago(created_at=11.9) == 200
    with store.session() as session:
        session.query(StaffSession).one().seen_at = staff._clock() - timedelta(minutes=30)
    hotline.get("/queue?live=1")
    with store.session() as session:
        assert staff._clock() - session.query(StaffSession).one().seen_at > timedelta(minutes=29), "renewed by itself"
    assert ago(created_at=12.1) == 303


def test_signing_in_makes_a_new_token_and_ends_the_one_before(desk, hotline):
    before = hotline.cookies["gongyou_desk"]
    hotline.post("/login", data={"csrf": token(hotline.get("/queue").text), "name": "mei", "password": PASSWORD})
    assert hotline.cookies["gongyou_desk"] != before
    with store.session() as session:
        assert staff.signed_in(session, before) is None and session.query(StaffSession).count() == 1


def test_a_sixth_sign_in_ends_the_one_used_least_lately(desk, hotline):
    for _ in range(5):
        Visitor(desk).submit("/login", "/login", name="mei", password=PASSWORD)
    with store.session() as session:
        assert session.query(StaffSession).count() == 5
    assert hotline.get("/queue").url.path == "/login"


def test_a_one_time_password_ends_after_three_days(desk, visitor):
    with store.session() as session:
        once = staff.add(session, "li", "hotline")
        staff.by_name(session, "li").password_until = staff._clock() - timedelta(minutes=1)
    assert visitor.submit("/login", "/login", name="li", password=once).status_code == 401
    with store.session() as session:
        once = staff.renew_password(session, staff.by_name(session, "li"))
    assert visitor.submit("/login", "/login", name="li", password=once).url.path == "/password"


@pytest.mark.parametrize("who, admin_free, hotline_free", [("optional", True, True), ("admins", False, True), ("everyone", False, False)])
def test_who_must_have_a_second_factor_opens_nothing_else_first(admin, hotline, monkeypatch, who, admin_free, hotline_free):
    monkeypatch.setenv("DESK_SECOND_FACTOR", who)
    for client, free in ((admin, admin_free), (hotline, hotline_free)):
        assert client.get("/queue").url.path == ("/queue" if free else "/account")
        assert ("before anything else" in client.get("/account").text) == (not free)
        assert free or client.get("/events").status_code == 204
    assert hotline.get("/queue/assign").status_code in (404, 405)


@pytest.mark.parametrize("next, goes_to", [("/deflections", "/deflections"), ("", "/queue"), ("//evil.example/", "/queue"),
                                           ("https://evil.example", "/queue"), ("/\\evil.example", "/queue")])
def test_after_the_login_people_stay_on_this_site(desk, visitor, next, goes_to):
    account("li", "hotline")
    page = visitor.submit("/login", "/login", name="li", password=PASSWORD, next=next)
    assert str(page.url) == desk + goes_to


def test_signing_out_ends_the_sign_in(hotline):
    cookie = hotline.cookies["gongyou_desk"]
    assert hotline.submit("/queue", "/logout").url.path == "/login"
    hotline.cookies.set("gongyou_desk", cookie)
    assert hotline.get("/queue").url.path == "/login"
    with store.session() as session:
        assert session.query(StaffSession).count() == 0


def test_only_admins_see_and_change_accounts(desk, hotline):
    assert hotline.get("/staff").status_code == 403
    assert hotline.submit("/queue", "/staff", name="friend", role="admin").status_code == 403
    assert 'href="/staff"' not in hotline.get("/queue").text


def test_an_admin_adds_a_colleague_sees_the_password_once_and_disables_them(desk, admin):
    page = admin.submit("/staff", "/staff", name="li", role="hotline")
    once = page.text.split("<code>")[1].split("</code>")[0]
    assert once not in admin.get("/staff").text
    colleague = Visitor(desk)
    assert colleague.submit("/login", "/login", name="li", password=once).url.path == "/password"
    with store.session() as session:
        number = staff.by_name(session, "li").id
    assert "disabled" in admin.submit("/staff", f"/staff/{number}/disable").text
    assert colleague.get("/password").url.path == "/login"
    page = admin.submit("/staff", f"/staff/{number}/password")
    again = page.text.split("<code>")[1].split("</code>")[0]
    assert Visitor(desk).submit("/login", "/login", name="li", password=again).url.path == "/password"


@pytest.mark.parametrize("name, role, said", [("x", "hotline", "2 to 32"), ("root", "hotline", "taken"), ("li", "boss", "role")])
def test_an_account_that_cannot_be_made_is_explained(admin, name, role, said):
    page = admin.submit("/staff", "/staff", name=name, role=role)
    assert page.status_code == 422 and said in page.text


def test_the_last_admin_stays(desk, admin):
    with store.session() as session:
        number = staff.by_name(session, "root").id
    assert "last admin" in admin.submit("/staff", f"/staff/{number}/disable").text


@pytest.mark.parametrize("path", ["/login", "/chat", "/health", "/static/desk.css", "/no/such/page"])
def test_every_answer_carries_the_protecting_headers(desk, path):
    headers = httpx.get(desk + path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/login", "/chat", "/queue", "/deflections", "/staff", "/password"])
def test_no_page_has_inline_scripts_or_styles(admin, path):
    html = admin.get(path).text
    assert "<style" not in html and " style=" not in html and " onclick=" not in html
    assert all(part.startswith(' src="/static/') for part in html.split("<script")[1:])


def test_cookies_are_hidden_from_scripts_and_from_other_sites(desk):
    account("li", "hotline")
    client = Visitor(desk)
    first = client.get("/login")
    answer = client.post("/login", data={"csrf": token(first.text), "name": "li", "password": PASSWORD}, follow_redirects=False)
    for cookie in [*first.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie"),
                   *client.get("/chat").headers.get_list("set-cookie")]:
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie


def test_behind_https_cookies_travel_only_encrypted(desk, monkeypatch):
    monkeypatch.setenv("DESK_PUBLIC_URL", "https://desk.example.org")
    answer = httpx.get(desk + "/chat", headers={"Host": "desk.example.org"})
    set = answer.headers.get_list("set-cookie")
    assert set and all(cookie.startswith("__Host-") and "Secure" in cookie and "Path=/" in cookie for cookie in set)
    assert not any("Domain" in cookie for cookie in set)
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


def test_pages_of_the_desk_are_not_kept_by_the_browser(hotline):
    assert hotline.get("/queue").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language, said", [("zh-CN", "没有这个页面"), ("en", "There is no such page")])
@pytest.mark.parametrize("path", ["/nothing", "/nothing/at/all", "/cases/1/nothing", "/static/nothing.css"])
def test_a_page_that_is_not_there_says_so_in_the_readers_language(desk, path, language, said):
    answer = httpx.get(desk + path, headers={"Accept-Language": language})
    assert answer.status_code == 404 and said in answer.text


def test_a_fault_of_ours_shows_no_traceback_and_logs_no_personal_data(desk, hotline, monkeypatch, caplog):
    code = carpenter()
    monkeypatch.setenv("BOT_SECRET_KEYS", "")
    monkeypatch.setattr("bot.settings.VAR", Path("/nonexistent"))
    with caplog.at_level(logging.ERROR):
        page = hotline.get(f"/cases/{code}")
    assert page.status_code == 500 and "Something broke on our side" in page.text
    assert "Traceback" not in page.text and "SettingsError" in caplog.text and code not in caplog.text


def test_the_language_switch_is_remembered(hotline):
    page = hotline.get("/language/zh?next=/queue%3Furgency%3Dsoon")
    assert page.url.path == "/queue" and page.url.query == b"urgency=soon" and 'lang="zh-CN"' in page.text and "待办" in page.text
    assert 'lang="zh-CN"' in hotline.get("/deflections").text
    assert hotline.get("/language/fr").status_code == 404
    assert str(hotline.get("/language/en?next=//evil.example").url).startswith(str(hotline.base_url))


def test_a_sign_in_keeps_its_language_on_another_browser(desk):
    client = signed_in(desk, "li", "hotline")
    client.get("/language/zh")
    client.cookies.delete("gongyou_language")
    assert "待办" in client.get("/queue").text


def test_sign_ins_and_changes_of_accounts_are_on_record(desk, admin):
    admin.submit("/staff", "/staff", name="li", role="hotline")
    Visitor(desk).submit("/login", "/login", name="li", password="guess")
    with store.session() as session:
        actions = [(row.staff, row.action, row.subject) for row in session.query(Audit)]
    assert ("root", "sign_in", None) in actions and ("root", "staff.add", "li") in actions and ("li", "sign_in.failed", None) in actions


def test_a_form_larger_than_any_of_ours_is_refused(desk, visitor):
    page = visitor.submit("/login", "/login", name="li", password="x" * 600_000)
    assert page.status_code == 413 and "too long" in page.text
