"""GET /health tells what is up, and never fails itself."""
import os
import subprocess
import sys
import time

import httpx
import pytest

from bot.desk.health import PATIENCE
from bot.telegram import heartbeat
from tests.desk.scripted_rasa import free_port


@pytest.fixture
def health(desk):
    def get() -> dict:
        answer = httpx.get(f"{desk}/health", timeout=60)
        assert answer.status_code == 200
        return answer.json()

    return get


def test_all_is_up_and_telegram_off_without_a_token(health):
    assert health() == {"rasa": "up", "actions": "up", "database": "up", "telegram": "off"}


def test_a_rasa_that_does_not_answer_is_starting_at_first_and_down_later(health, app, rasa):
    rasa.stop()
    assert health()["rasa"] == health()["actions"] == "starting"
    app.state.started -= PATIENCE
    assert health()["rasa"] == "down"


def test_a_rasa_without_a_model_is_not_up(health, app, rasa):
    rasa.loaded = False
    assert health()["rasa"] == "starting"
    app.state.started -= PATIENCE
    assert health()["rasa"] == "down"


def test_a_separate_action_server_is_asked_itself(health, app, rasa, monkeypatch):
    monkeypatch.setenv("ACTION_URL", f"http://127.0.0.1:{free_port()}/webhook")
    assert health()["rasa"] == "up" and health()["actions"] == "starting"
    monkeypatch.setenv("ACTION_URL", f"{rasa.url}/webhook")
    assert health()["actions"] == "up"


def test_the_gateway_is_what_its_heartbeat_says(health, app, monkeypatch, tmp_path):
    beat = tmp_path / "telegram.alive"
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:x")
    monkeypatch.setenv("TELEGRAM_ALIVE_FILE", str(beat))
    assert health()["telegram"] == "starting"
    for word in ("starting", "up", "down"):
        heartbeat.beat(beat, word)
        assert health()["telegram"] == word
    heartbeat.beat(beat, "up")
    os.utime(beat, (time.time() - 60,) * 2)
    assert health()["telegram"] == "down", "a heart that stopped beating"
    app.state.started -= PATIENCE
    beat.unlink()
    assert health()["telegram"] == "down"


def test_the_desk_does_not_load_the_telegram_library():
    code = "import sys, bot.desk.health; print([name for name in sys.modules if name.split('.')[0] == 'telegram'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_database_that_is_not_there_is_down(health, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert health()["database"] == "down"
    monkeypatch.setenv("DATABASE_URL", "this is no url")
    assert health()["database"] == "down"
