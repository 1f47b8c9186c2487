"""Nobody floods the bot through the browser chat, and nobody else is slowed down by who tries."""
import httpx

from bot.desk import limits
from bot.desk.limits import Limits
from tests.desk.visitors import Visitor


def test_a_browser_that_writes_too_fast_is_asked_to_wait_and_others_are_not(desk, rasa, monkeypatch):
    monkeypatch.setattr(limits, "OF_A_BROWSER", 2)

    def say(sender: str, language: str = "en"):
        return httpx.post(f"{desk}/api/chat", json={"sender": sender, "message": "hi"}, headers={"Accept-Language": language}, timeout=60)
    assert [say("flooding-browser").status_code for _ in range(3)] == [200, 200, 429]
    refused = say("flooding-browser", "zh")
    assert "没收下" in refused.json()["error"] and int(refused.headers["retry-after"]) > 0
    assert say("somebody-else").status_code == 200 and len(rasa.asked) == 3


def test_looks_for_answers_may_come_oftener_and_are_braked_too(desk, monkeypatch):
    monkeypatch.setattr(limits, "OF_A_BROWSER", 2)
    looks = [httpx.post(f"{desk}/api/chat/waiting", json={"sender": "looking-browser-1"}, timeout=60) for _ in range(7)]
    assert [look.status_code for look in looks] == [200] * 6 + [429]


def test_what_is_refused_stands_in_the_log_without_the_address(desk, caplog):
    for path in ("/login", "/周木生"):
        refused = httpx.post(f"{desk}{path}", data={"csrf": "none of ours", "name": "mei"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403
    assert [line.getMessage() for line in caplog.records if line.name == "bot.desk.app"] == ["a POST was refused with 403"] * 2


def test_the_page_without_scripts_says_so_too(desk, rasa, monkeypatch):
    monkeypatch.setattr(limits, "OF_A_BROWSER", 1)
    with Visitor(desk) as worker:
        assert worker.submit("/chat", "/chat", message="hi").status_code == 200
        page = worker.submit("/chat", "/chat", message="hi")
    assert page.status_code == 429 and "was not taken" in page.text and "110" in page.text


def test_new_names_do_not_get_around_the_limit_of_an_address_nor_addresses_around_that_of_all(monkeypatch):
    monkeypatch.setattr(limits, "OF_AN_ADDRESS", 5)
    monkeypatch.setattr(limits, "OF_ALL", 8)
    one = Limits(clock=lambda: 0.0)
    assert [one.take(f"browser {number}", "1.2.3.4") for number in range(6)] == [True] * 5 + [False]
    assert [one.take(f"browser {number}", f"1.2.3.{number}") for number in range(4)] == [True] * 3 + [False]


def test_what_was_used_up_fills_again_and_what_was_refused_is_not_counted():
    now = [0.0]
    one = Limits(clock=lambda: now[0])
    assert all(one.take("me", "1") for _ in range(limits.OF_A_BROWSER)) and not any(one.take("me", "1") for _ in range(100))
    now[0] = limits.MINUTE / limits.OF_A_BROWSER + 0.001
    assert one.take("me", "1") and not one.take("me", "1")
    now[0] = 3600
    assert sum(one.take("me", "1") for _ in range(100)) == limits.OF_A_BROWSER
