"""Updates of any shape: Telegram is told that they came, nobody else's message waits for them, and nothing is said of what they hold.

Short in the suite, 20,000 updates with FUZZ=full.
"""
import itertools
import json

import httpx
import pytest
from hypothesis import given, strategies as st
from starlette.requests import ClientDisconnect

from bot.cases import store
from bot.cases.model import Inbox
from tests import nasty
from tests.telegram.bot_api_double import until
from tests.telegram.servers import free_port
from tests.telegram.test_gateway_webhook import SECRET

BATCH = 40
FIELDS = ("message_id", "date", "chat", "from", "text", "caption", "location", "voice", "photo", "sticker", "document", "contact", "poll",
          "media_group_id", "reply_to_message", "entities", "new_chat_members", "data", "message",
          "new_chat_member", "id", "inline_message_id")
KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post", "inline_query", "poll")
_numbers = itertools.count(1)


def body(chat: int, **more) -> dict:
    person = {"id": chat, "is_bot": False, "first_name": "王"}
    return {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "from": person, **more}


chats = st.integers(7001, 7040)
sound = st.builds(lambda chat, words: ("message", body(chat, text=words)), chats, nasty.text)
pressed = st.builds(lambda chat, data: ("callback_query", {"id": "1", "from": {"id": chat}, "data": data, "chat_instance": "1"}),
                    chats, nasty.text)
bent = st.builds(lambda kind, chat, wrong: (kind, body(chat) | wrong), st.sampled_from(KINDS), chats,
                 st.dictionaries(st.sampled_from(FIELDS), nasty.value, max_size=4))
odd = st.builds(lambda kind, body: (kind, body), st.sampled_from(KINDS), nasty.value)
update = st.one_of(sound, pressed, bent, odd)


@pytest.fixture
def hook(run, double, monkeypatch):
    """Posts bodies to a gateway that listens for updates; it gives the statuses."""
    monkeypatch.setattr("bot.telegram.handle.TRIES", 2)  # what cannot be read is tried twice here, not eight times
    port = free_port()
    run(webhook_url="https://bot.example.org/hook", webhook_secret=SECRET, webhook_port=port, at_once=40, messages_per_second=0)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}, trust_env=False) as client:
        def listens() -> bool:
            try:
                return client.get("/hook").status_code == 405
            except httpx.HTTPError:
                return False
        until(listens)
        yield lambda body: client.post("/hook", content=body).status_code


def states(numbers: list[int]) -> dict[int, str]:
    with store.session(only_reads=True) as session:
        rows = session.query(Inbox.update_id, Inbox.status).filter(Inbox.update_id.in_([str(number) for number in numbers]))
        return {int(number): status for number, status in rows}


@nasty.fuzz(short=3, full=20_000 // BATCH)
@given(batch=st.lists(update, min_size=BATCH, max_size=BATCH))
def test_no_update_of_any_shape_stops_the_gateway(double, rasa, hook, caplog, batch):
    numbered = [(next(_numbers), kind, body) for kind, body in batch]
    for number, kind, content in numbered:
        assert hook(json.dumps({"update_id": number, kind: content})) == 200
    numbers = [number for number, _, _ in numbered]
    until(lambda: "received" not in states(numbers).values(), lambda: f"an empty inbox, has {states(numbers)}")
    found = states(numbers)
    for number, kind, content in numbered:
        if kind == "message" and isinstance(content, dict) and isinstance(content.get("chat"), dict) and \
                content == body(content["chat"].get("id"), text=content.get("text")):
            assert found[number] == "handled" or not isinstance(content["text"], str), content["text"]
    ours = [record for record in caplog.records if record.exc_info and not isinstance(record.exc_info[1], ClientDisconnect)]
    assert not ours, "a traceback in the log"  # the double, on a busy machine, complains of calls that were given up


@nasty.fuzz(short=60, full=2_000)
@given(sent=st.one_of(st.binary(max_size=60), nasty.value.map(lambda one: json.dumps(one).encode()), st.just(b"[" * 100_000),
                      st.builds(lambda number: json.dumps({"update_id": number}).encode(), nasty.value)))
def test_no_body_of_any_kind_is_a_server_error(double, rasa, hook, sent):
    assert hook(sent) in (200, 400)
