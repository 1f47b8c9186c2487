"""A gateway between a double of Telegram and a stand-in for Rasa, on a database of its own."""
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from bot.cases import store
from bot.cases.crypto import new_key
from bot.cases.model import Inbox, Outbox
from bot.settings import ROOT
from bot.telegram import config, gateway
from tests.telegram.bot_api_double import BotApiDouble, until
from tests.telegram.echo_rasa import EchoRasa


@pytest.fixture
def double():
    server = BotApiDouble()
    yield server
    server.stop()


@pytest.fixture
def rasa():
    server = EchoRasa()
    yield server
    server.stop()


@pytest.fixture
def environment(monkeypatch, tmp_path, double, rasa, migrated):
    """The gateway's settings, in this process and for those it starts; the database is migrated and empty."""
    values = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'gongyou.db'}", "BOT_SECRET_KEYS": new_key(), "RASA_URL": rasa.url,
        "TELEGRAM_TOKEN": double.token, "TELEGRAM_API_URL": double.url, "TELEGRAM_ALIVE_FILE": str(tmp_path / "telegram.alive"),
    }
    for name in ("TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_PROXY", "BOT_TODAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    shutil.copy(migrated, tmp_path / "gongyou.db")
    return values


class Running:
    """A gateway in a thread of this process, with short waits between tries."""

    def __init__(self, **changes):
        self._config = replace(config.read(), retry_seconds=0.02, patience_seconds=0.3, **changes)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()
        self._ready.wait()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await gateway.run(self._config, self._stop)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@pytest.fixture
def run(environment):
    """Starts a gateway in this process: run(webhook_url=...)."""
    running = []

    def start(**changes) -> Running:
        running.append(Running(**changes))
        return running[-1]
    yield start
    for one in running:
        one.stop()


@pytest.fixture
def running(run):
    """A gateway that runs during the test."""
    return run()


class Process:
    """The real gateway as `python -m bot.telegram`."""

    def __init__(self, output, **more):
        self._output = output
        with open(output, "ab") as stream:
            self._process = subprocess.Popen([sys.executable, "-m", "bot.telegram"], cwd=ROOT, env={**os.environ, **more},
                                             stdout=stream, stderr=stream)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """kill -9: nothing of the process gets to say goodbye."""
        self._process.kill()
        self._process.wait()

    def terminate(self) -> int:
        """SIGTERM, and the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait()

    def wait(self) -> int:
        return self._process.wait()

    @property
    def output(self) -> str:
        return self._output.read_text()


@pytest.fixture
def launch(environment, tmp_path):
    """Starts the gateway as a process: launch(LOG_LEVEL="DEBUG")."""
    launched = []

    def start(**more) -> Process:
        launched.append(Process(tmp_path / "gateway.log", **more))
        return launched[-1]
    yield start
    for process in launched:
        process.kill()


@pytest.fixture
def rows(environment):
    """Reads a table: rows(Outbox) gives its rows, oldest first."""
    def read(table) -> list:
        with store.session(only_reads=True) as session:
            return session.query(table).order_by(*table.__table__.primary_key.columns).all()
    return read


@pytest.fixture
def settled(rows):
    """Waits until nothing is left to handle or to send."""
    def wait() -> None:
        until(lambda: not [row for row in rows(Inbox) if row.status == "received"]
              and not [row for row in rows(Outbox) if row.status == "waiting"], "an empty inbox and outbox")
    return wait
