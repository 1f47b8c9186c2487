"""The browser chat's API and its page without scripts, against a scripted Rasa over HTTP."""
import json

import httpx
import pytest

from bot import settings
from bot.cases import messages, store, workers
from bot.cases.model import Message, Outbox, Worker
from bot.desk.recent import KEPT, LINES, Recent
from tests.desk.visitors import Visitor

ME = "a-random-browser"


@pytest.fixture
def say(desk):
    """Says something through the API as `ME`."""

    def post(message, sender=ME, **headers):
        return httpx.post(f"{desk}/api/chat", json={"sender": sender, "message": message}, headers=headers, timeout=60)

    return post


def me(session) -> Worker:
    return workers.arrive(session, "web", ME)


def log() -> list[tuple[str, str]]:
    with store.session() as session:
        return [(row.speaker, row.text) for row in session.query(Message).order_by(Message.id)]


def agree(body=None) -> list[dict]:
    """Rasa's action when the worker agrees to be remembered."""
    with store.session() as session:
        me(session).consented_at = settings.now()
    return [{"text": "谢谢"}]


def test_a_message_reaches_rasa_under_a_pseudonym_and_the_replies_come_back(say, rasa):
    rasa.script["你好"] = [{"text": "你好！", "buttons": [{"title": "欠薪", "payload": "/wage_arrears"}]}, {"text": "说说看"}]
    answer = say("你好")
    assert answer.status_code == 200 and answer.json() == {"messages": [
        {"text": "你好！", "buttons": [{"title": "欠薪", "payload": "/wage_arrears"}]}, {"text": "说说看", "buttons": []}]}
    asked = rasa.asked[0]
    assert asked["sender"].startswith("web-") and ME not in json.dumps(asked)
    assert asked["metadata"]["channel"] == "web" and asked["metadata"]["message_id"].startswith("web:")


def test_every_message_has_an_id_of_its_own_and_every_sender_a_worker(say, rasa):
    say("一"), say("一"), say("一", sender="another-browser")
    assert len({asked["metadata"]["message_id"] for asked in rasa.asked}) == 3
    assert [asked["sender"] == rasa.asked[0]["sender"] for asked in rasa.asked] == [True, True, False]


def test_rasa_is_told_the_workers_language(say, rasa):
    say("hi")
    with store.session() as session:
        me(session).language = "en"
    say("hi")
    assert [asked["metadata"]["language"] for asked in rasa.asked] == [None, "en"]


def test_nothing_is_written_down_before_consent_and_both_sides_after(say, rasa):
    rasa.script["同意"] = agree
    say("老板欠我钱")
    assert log() == []
    say("同意")
    say("欠了三个月")
    assert log() == [("worker", "同意"), ("bot", "谢谢"), ("worker", "欠了三个月"), ("bot", "echo: 欠了三个月")]


def test_a_button_is_written_down_as_it_read(say, rasa):
    rasa.script["同意"] = lambda body: [{**agree()[0], "buttons": [{"title": "工会不管怎么办", "payload": "/deflected{}"}]}]
    say("同意")
    say("/deflected{}")
    assert rasa.asked[-1]["message"] == "/deflected{}" and ("worker", "工会不管怎么办") in log()


@pytest.mark.parametrize("message", ["", "   ", "😀🙏", "x" * 10_000, "字" * 20_000, "Привет", "\x00\x07", "\ud800", "/restart"])
def test_whatever_is_typed_reaches_the_bot(desk, rasa, message):
    body = json.dumps({"sender": ME, "message": message})
    answer = httpx.post(f"{desk}/api/chat", content=body, headers={"Content-Type": "application/json"}, timeout=60)
    assert answer.status_code == 200 and len(rasa.asked) == 1
    assert rasa.asked[0]["message"] == message.replace("\ud800", "?")


BAD = [b"", b"not json", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"sender": "a"}', b'{"message": "a"}',
       b'{"sender": 7, "message": "a"}', b'{"sender": "a", "message": null}', b'{"sender": "a", "message": ["a"]}',
       b'{"sender": "", "message": "a"}', b'{"sender": "  ", "message": "a"}', json.dumps({"sender": "s" * 201, "message": "a"}).encode(),
       json.dumps({"sender": "s", "message": "m" * 20_001}).encode(), json.dumps({"sender": "s", "message": "m" * 3_000_000}).encode(),
       b"sender=a&message=b"]


@pytest.mark.parametrize("body", BAD, ids=[str(body[:30]) for body in BAD])
@pytest.mark.parametrize("language, full_stop", [("zh", "。"), ("en", ".")])
def test_what_cannot_be_read_gets_one_clear_sentence(desk, rasa, body, language, full_stop):
    headers = {"Content-Type": "application/json", "Accept-Language": language}
    answer = httpx.post(f"{desk}/api/chat", content=body, headers=headers, timeout=60)
    error = answer.json()["error"]
    assert answer.status_code == 400 and error.endswith(full_stop) and "Traceback" not in error and rasa.asked == []


def test_another_sites_page_cannot_speak_for_a_visitor(desk, rasa):
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        answer = httpx.post(f"{desk}/api/chat", json={"sender": ME, "message": "x"}, headers={"Origin": origin})
        assert answer.status_code == 403 and answer.json()["error"]
    assert rasa.asked == []
    assert httpx.post(f"{desk}/api/chat", json={"sender": ME, "message": "x"}, headers={"Origin": desk}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_api_takes_posts_only(desk, method):
    answer = httpx.request(method, f"{desk}/api/chat")
    assert answer.status_code == 405 and answer.json()["error"]


@pytest.mark.parametrize("language, said", [("zh", "过一两分钟再发"), ("en", "send it again")])
def test_when_rasa_is_away_the_worker_is_told_politely(say, rasa, language, said):
    rasa.stop()
    answer = say("你好", **{"Accept-Language": language})
    assert answer.status_code == 503 and said in answer.json()["messages"][0]["text"] and answer.json()["messages"][0]["buttons"] == []


@pytest.mark.parametrize(("language", "said"), [("zh", "管这台机器的人"), ("en", "Who runs this machine")])
def test_what_is_risky_is_told_in_the_browser_too(say, rasa, language, said):
    with store.session() as session:
        me(session).language = language
    assert said in say("/safety").json()["messages"][0]["text"] and rasa.asked == []


def test_when_rasa_fails_the_worker_is_told_politely(say, rasa):
    rasa.script["x"] = [{"text": 7 / 1}, None]  # not what Rasa would ever send: the stand-in breaks on it
    assert say("x").status_code == 503


def test_while_a_person_has_the_chat_rasa_is_not_asked(say, rasa):
    agree()
    with store.session() as session:
        me(session).handover, me(session).language = "person", "en"
        messages.send(session, me(session), "answer-1", "我是热线的小梅，合同带来了吗？")
    answer = say("在吗")
    texts = [message["text"] for message in answer.json()["messages"]]
    assert texts[0] == "我是热线的小梅，合同带来了吗？" and "A person is looking after you" in texts[1] and rasa.asked == []
    assert ("worker", "在吗") in log()
    with store.session() as session:
        row = session.query(Outbox).one()
        assert row.status == "sent" and row.sent_at is not None
    assert len(say("在吗").json()["messages"]) == 1


def test_an_answer_from_staff_arrives_without_a_message_and_once(desk, say):
    say("你好")
    with store.session() as session:
        messages.send(session, me(session), "answer-1", "热线回复")
    waiting = [httpx.post(f"{desk}/api/chat/waiting", json={"sender": ME}).json()["messages"] for _ in range(2)]
    assert waiting == [[{"text": "热线回复", "buttons": []}], []]


def test_looking_for_answers_makes_no_worker(desk):
    assert httpx.post(f"{desk}/api/chat/waiting", json={"sender": "never seen"}).json() == {"messages": []}
    with store.session() as session:
        assert session.query(Worker).count() == 0


def test_an_answer_for_another_worker_stays_where_it_is(desk, say):
    say("你好"), say("你好", sender="another-browser")
    with store.session() as session:
        messages.send(session, me(session), "answer-1", "只给我的")
    assert "只给我的" not in say("再问", sender="another-browser").text and "只给我的" in say("再问").text


@pytest.mark.parametrize("language, greeting", [("zh", "你好，我是工友"), ("en", "Hello, I am Gongyou")])
def test_the_page_works_without_scripts(desk, rasa, language, greeting):
    rasa.script["老板欠我钱"] = [{"text": "欠了多久？", "buttons": [{"title": "九个月", "payload": "/inform{\"months\": 3}"}]}]
    rasa.script["/inform{\"months\": 3}"] = [{"text": "知道了"}]
    browser = Visitor(desk, language)
    assert greeting in browser.get("/chat").text
    page = browser.submit("/chat", "/chat", message="老板欠我钱")
    assert page.url.path == "/chat" and "老板欠我钱" in page.text and "欠了多久？" in page.text and ">九个月</button>" in page.text
    page = browser.submit("/chat", "/chat", message="/inform{\"months\": 3}")
    assert "知道了" in page.text and "/inform" not in page.text and page.text.count("九个月") == 1


def test_without_scripts_the_worker_is_told_when_rasa_is_away(desk, rasa):
    browser = Visitor(desk)
    rasa.stop()
    assert "send it again" in browser.submit("/chat", "/chat", message="hello").text


def test_two_browsers_see_only_their_own_conversation(desk):
    one, two = Visitor(desk), Visitor(desk)
    one.submit("/chat", "/chat", message="mine alone")
    assert "mine alone" in one.get("/chat").text and "mine alone" not in two.get("/chat").text


def test_what_a_forgotten_worker_said_is_gone_from_the_page(desk, rasa):
    def forget(body):
        with store.session() as session:
            session.delete(session.query(Worker).one())
        return [{"text": "都删掉了"}]

    rasa.script["忘记我"] = forget
    browser = Visitor(desk)
    browser.submit("/chat", "/chat", message="我的秘密")
    page = browser.submit("/chat", "/chat", message="忘记我")
    assert "都删掉了" in page.text and "我的秘密" not in page.text


def test_the_short_memory_is_short():
    now = [0.0]
    recent = Recent(lambda: now[0])
    for number in range(LINES + 5):
        recent.add(ME, "W-1", "worker", [{"text": str(number)}])
    assert len(recent.lines(ME, "W-1")) == LINES and recent.lines(ME, "W-2") == [] and recent.lines(ME, None) == []
    now[0] = KEPT + 1
    assert recent.lines(ME, "W-1") == []
