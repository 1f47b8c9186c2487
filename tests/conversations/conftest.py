"""The trained model as a real Rasa agent with our actions in its process; every conversation gets a record and a day of its own."""
import asyncio
import os
import shutil

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from bot import model_cache, setup
from bot.cases.crypto import new_key
from tests.conversations.talk import Talk


@pytest.fixture(scope="session")
def loop():
    one = asyncio.new_event_loop()
    yield one
    one.close()


@pytest.fixture(scope="session")
def agent(loop):
    """Loaded once a process; trained first if there is no model for the data as they are."""
    from rasa.utils.log_utils import configure_structlog

    from bot.engine.agent import load
    from bot.local_actions import local_actions

    configure_structlog(40)
    if model_cache.trained_model() is None:
        assert setup.train() == 0, "the model could not be trained; see var/train.log"
    return load(model_cache.trained_model(), actions=local_actions())


@pytest.fixture
def talk(agent, loop, migrated, tmp_path, monkeypatch):
    """Starts a conversation: `talk(today, language)`."""
    def start(today: str, language: str | None) -> Talk:
        path = tmp_path / "record.db"
        shutil.copy(migrated, path)
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
        monkeypatch.setenv("BOT_SECRET_KEYS", new_key())
        monkeypatch.setenv("BOT_TODAY", today)
        monkeypatch.delenv("ACTION_URL", raising=False)
        return Talk(agent, loop, language)

    return start
