"""A real desk on a free port, with a database of its own and a scripted Rasa behind it."""
import shutil
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bot.cases import staff, store, teams
from bot.cases.crypto import new_key
from bot.desk.app import build
from tests.desk.scripted_rasa import SECRET, ScriptedRasa, Served
from tests.desk.visitors import Visitor, signed_in
from tests.telegram.bot_api_double import BotApiDouble
from tests.telegram.conftest import Running

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def rasa():
    server = ScriptedRasa()
    yield server
    server.stop()


@pytest.fixture
def database(monkeypatch, tmp_path, rasa, migrated):
    """An empty, migrated database, and the settings that name it."""
    for name in ("ACTION_URL", "TELEGRAM_TOKEN", "BOT_TODAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'gongyou.db'}")
    monkeypatch.setenv("BOT_SECRET_KEYS", new_key())
    monkeypatch.setenv("RASA_URL", rasa.url)
    monkeypatch.setenv("PARTS_SECRET", SECRET)
    monkeypatch.setattr("bot.cases.staff._hasher", PasswordHasher(time_cost=1, memory_cost=64))  # the same hash, made quickly
    shutil.copy(migrated, tmp_path / "gongyou.db")


@pytest.fixture
def telegram(database, monkeypatch, tmp_path):
    """A double of Telegram, and a gateway between it and the desk's record: `telegram.user(7001).says(...)`."""
    double = BotApiDouble()
    for name, value in {"TELEGRAM_TOKEN": double.token, "TELEGRAM_API_URL": double.url,
                        "TELEGRAM_ALIVE_FILE": str(tmp_path / "telegram.alive")}.items():
        monkeypatch.setenv(name, value)
    gateway = Running()
    yield double
    gateway.stop()
    double.stop()


@pytest.fixture
def app(database):
    return build()


@pytest.fixture
def desk(app):
    """The address of the running desk."""
    served = Served(app)
    yield served.url
    served.stop()


@pytest.fixture
def visitor(desk):
    """Somebody's browser without a sign-in: English, and following redirects."""
    client = Visitor(desk)
    yield client
    client.close()


@pytest.fixture
def hotline(desk):
    """A colleague of the hotline, "mei", signed in with a password of her own."""
    client = signed_in(desk, "mei", "hotline")
    yield client
    client.close()


@pytest.fixture
def two_desks(desk, hotline):
    """Mei's desk answers for Guizhou, Wang's for Shenzhen; (Mei, Wang, their desks' numbers)."""
    wang = signed_in(desk, "wang", "hotline")
    with store.session() as session:
        numbers = [teams.keep(session, None, name, regions).id for name, regions in (("贵州", "52"), ("深圳", "4403 440306"))]
        for name, number in zip(("mei", "wang"), numbers):
            staff.by_name(session, name).team_id = number
    yield hotline, wang, numbers
    wang.close()


@pytest.fixture
def admin(desk):
    """An administrator, "root", signed in."""
    client = signed_in(desk, "root", "admin")
    yield client
    client.close()


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium through Playwright. A module's fixture: while it lives, nothing else can run an event loop in this thread."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-quic",
                                                                                  "--disable-background-networking"])
        yield browser
        browser.close()
