"""By webhook, only who knows the secret is heard, and what was accepted is stored."""
import socket

import httpx
import pytest

from bot.cases.model import Inbox
from tests.telegram.bot_api_double import until

SECRET = "a-secret_of-ours"


@pytest.fixture
def hook(run, double):
    """The address of a gateway that listens for updates."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run(webhook_url="https://bot.example.org/telegram/hook", webhook_secret=SECRET, webhook_port=port)
    address = f"http://127.0.0.1:{port}/telegram/hook"

    def listens() -> bool:
        try:
            httpx.get(address, trust_env=False)
        except httpx.HTTPError:
            return False
        return True
    until(listens)
    return address


def test_an_update_with_the_secret_is_stored_and_answered(double, rasa, hook, rows):
    worker = double.user(7001)
    answer = double.post_to_webhook(hook, worker.says("工资"))
    assert answer.status_code == 200 and len(rows(Inbox)) == 1
    assert worker.waits_for(1)[0].text == "echo: 工资"


def test_telegram_is_told_the_secret_and_what_we_want(double, rasa, hook):
    assert double.webhook["secret_token"] == SECRET
    assert double.webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET.upper()])
def test_without_the_secret_nothing_is_taken(double, rasa, hook, rows, secret):
    assert double.post_to_webhook(hook, double.user(7001).says("工资"), secret).status_code == 403
    assert rows(Inbox) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"update_id": "x"}', b'"text"'])
def test_nonsense_is_refused(double, rasa, hook, rows, body):
    answer = httpx.post(hook, content=body, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}, trust_env=False)
    assert answer.status_code == 400


def test_a_repeated_update_is_answered_once(double, rasa, hook, rows, settled):
    worker = double.user(7001)
    update = worker.says("工资")
    assert [double.post_to_webhook(hook, update).status_code for _ in range(3)] == [200, 200, 200]
    worker.waits_for(1)
    settled()
    assert worker.texts() == ["echo: 工资"]


@pytest.mark.parametrize("secret", [None, "", "not allowed!"])
def test_without_a_proper_secret_the_gateway_does_not_start(launch, secret):
    more = {} if secret is None else {"TELEGRAM_WEBHOOK_SECRET": secret}
    process = launch(TELEGRAM_WEBHOOK_URL="https://bot.example.org/hook", **more)
    assert process.wait() == 2
    assert process.output.startswith("TELEGRAM_WEBHOOK_SECRET:") and process.output.count("\n") == 1
