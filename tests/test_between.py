"""Rasa and the action server answer the other parts only: whoever does not show the secret hears nothing."""
import stat
from uuid import uuid4

import httpx
import pytest
from sanic import Sanic, response

from bot import action_server, between, rasa_client, settings, setup
from bot.cases import store
from bot.cases.crypto import new_key
from tests.desk.scripted_rasa import Served

SECRET = "only-the-parts-know-this"


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv("PARTS_SECRET", SECRET)


@pytest.fixture
def part(secret, request):
    """A small part behind the secret; its address."""
    app = Sanic(f"part_{uuid4().hex}", configure_logging=False)
    between.demand(app)

    @app.post("/webhooks/rest/webhook")
    async def answer(asked):
        return response.json([{"text": f"heard {asked.json['message']}"}])

    served = Served(app)
    yield served.url
    served.stop()


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET},
                                     {"Authorization": f"bearer {SECRET}"}, {"Authorization": f"Bearer {SECRET}x"},
                                     {"Authorization": "Bearer \xe9"}])
def test_without_the_secret_a_part_does_nothing(part, headers):
    answer = httpx.post(f"{part}/webhooks/rest/webhook", json={"message": "x"}, headers=[(name.encode(), value.encode("latin-1"))
                                                                                         for name, value in headers.items()])
    assert answer.status_code == 401 and "heard" not in answer.text and SECRET not in answer.text


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_desk_and_the_gateway_show_it(part, monkeypatch):
    monkeypatch.setenv("RASA_URL", part)
    async with httpx.AsyncClient() as client:
        assert await rasa_client.ask(client, "s", "你好", {}) == [{"text": "heard 你好", "buttons": []}]
        monkeypatch.setenv("PARTS_SECRET", "another")
        with pytest.raises(rasa_client.RasaUnavailable):
            await rasa_client.ask(client, "s", "你好", {})


def test_a_part_without_a_secret_does_not_start(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "VAR", tmp_path)
    monkeypatch.delenv("PARTS_SECRET", raising=False)
    with pytest.raises(settings.SettingsError, match="PARTS_SECRET"):
        between.demand(Sanic("part_without", configure_logging=False))
    assert between.shown() == {}


def test_setup_makes_a_secret_that_only_its_owner_reads(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setattr(settings, "VAR", tmp_path)
    for name in ("PARTS_SECRET", "BOT_SECRET_KEYS"):
        monkeypatch.delenv(name, raising=False)
    setup.make_keys()
    file = tmp_path / "parts_secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(settings.parts_secret()) == 44
    assert settings.parts_secret() not in capsys.readouterr().out and settings.parts_secret() != settings.secret_keys()[0]


def test_the_action_server_runs_the_actions_for_rasa_alone(secret, monkeypatch, tmp_path):
    monkeypatch.setenv("BOT_SECRET_KEYS", new_key())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    call = {"next_action": "action_help", "sender_id": "rest-x", "tracker": {
        "sender_id": "rest-x", "slots": {}, "latest_message": {"text": "帮助", "intent": {"name": "ask_help"}, "entities": []},
        "events": [], "paused": False, "active_loop": {}, "latest_action_name": None, "followup_action": None,
        "latest_input_channel": "rest"},
        "domain": {"slots": {}, "responses": {}, "actions": [], "intents": [], "entities": []}}
    served = Served(action_server.build())
    try:
        assert [httpx.get(f"{served.url}{path}").status_code for path in ("/health", "/actions")] == [401, 401]
        assert httpx.post(f"{served.url}/webhook", json=call).status_code == 401
        with httpx.Client(headers=between.shown(), timeout=60) as rasa:
            assert rasa.get(f"{served.url}/health").json() == {"status": "ok"}
            said = rasa.post(f"{served.url}/webhook", json=call).json()["responses"]
            assert said and all(one["text"] for one in said)
            assert rasa.post(f"{served.url}/webhook", json={**call, "next_action": "action_nobody_wrote"}).status_code == 200
    finally:
        served.stop()
