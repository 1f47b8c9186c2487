"""What stands before every page: whose host, which site it comes from, how slowly, and whose word about an address is taken."""
import io
import socket
import zipfile

import httpx
import pytest

from bot import settings
from bot.cases import tables
from bot.desk import guard, serving
from bot.desk.app import build
from tests.desk.scripted_rasa import Served
from tests.desk.visitors import token


def login(desk: str, **headers) -> int:
    """The status of a sign-in attempt with a genuine form and these headers."""
    with httpx.Client(base_url=desk) as client:
        form = {"csrf": token(client.get("/login").text), "name": "nobody", "password": "guess"}
        return client.post("/login", data=form, headers={name.replace("_", "-"): value for name, value in headers.items()}).status_code


@pytest.mark.parametrize("host, status", [("127.0.0.1", 200), ("localhost:9", 200), ("[::1]:80", 200), ("192.168.7.7:8080", 200),
                                          ("evil.example", 421), ("desk.example.org.evil.example", 421), ("", 421), ("[", 421)])
def test_a_host_that_is_not_ours_is_refused(desk, host, status):
    assert httpx.get(f"{desk}/login", headers={"Host": host}).status_code == status
    assert httpx.get(f"{desk}/health", headers={"Host": host}).status_code == 200


def test_the_public_address_is_ours(desk, monkeypatch):
    assert httpx.get(f"{desk}/login", headers={"Host": "desk.example.org"}).status_code == 421
    monkeypatch.setenv("DESK_PUBLIC_URL", "https://desk.example.org")
    assert httpx.get(f"{desk}/login", headers={"Host": "desk.example.org"}).status_code == 200


@pytest.mark.parametrize("headers, status", [
    ({}, 401), ({"Sec_Fetch_Site": "same-origin"}, 401), ({"Sec_Fetch_Site": "none"}, 401), ({"Origin": "null"}, 401),
    ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-site"}, 403), ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403)])
def test_a_form_from_another_site_is_refused_even_with_its_token(desk, headers, status):
    assert login(desk, **headers) == status


def test_a_form_from_our_own_page_passes(desk):
    assert login(desk, Origin=desk) == 401


@pytest.mark.parametrize("path, body", [("/api/chat", b'{"sender": "s", "message": "m"}'), ("/api/chat/waiting", b'{"sender": "s"}')])
def test_another_sites_page_cannot_speak_for_a_worker(desk, path, body):
    assert httpx.post(desk + path, content=body, headers={"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}).status_code == 403


def test_what_a_stranger_says_of_the_address_is_not_believed(database, monkeypatch):
    def scheme_seen() -> bool:
        served = Served(build())
        try:
            return "strict-transport-security" in httpx.get(f"{served.url}/login", headers={"X-Forwarded-Proto": "https"}).headers
        finally:
            served.stop()

    assert not scheme_seen()
    monkeypatch.setenv("DESK_TRUSTED_PROXIES", "10.1.2.3")
    assert not scheme_seen(), "not from whom we trust"
    monkeypatch.setenv("DESK_TRUSTED_PROXIES", "10.1.2.3, 127.0.0.0/8")
    assert scheme_seen()


@pytest.mark.parametrize("name, value", [("DESK_TRUSTED_PROXIES", "proxy"), ("DESK_SECOND_FACTOR", "nobody"), ("DESK_PUBLIC_URL", "desk")])
def test_a_setting_that_cannot_be_used_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(settings.SettingsError, match=name):
        settings.read()


@pytest.mark.parametrize("sent", [b"", b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
                                  b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /login HTTP/1.1\r\n"])
def test_a_connection_that_does_not_say_what_it_wants_is_closed(database, monkeypatch, sent):
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    served = Served(build())
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as slow:
        slow.sendall(sent)
        while slow.recv(65536):
            pass  # ends when the desk closes it
    served.stop()


def test_a_body_that_does_not_come_is_not_waited_for(database, monkeypatch):
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.3)
    served = Served(build())
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as slow:
        slow.sendall(b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        assert b" 408 " in slow.recv(65536)
    served.stop()


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
        for _ in range(201):
            part.write(bytes(1_000_000))
    with pytest.raises(tables.TableFault, match="too much"):
        tables.read(bomb.getvalue())
