"""The whole house as `make run` starts it, between a browser and a double of Telegram, on a database of its own."""
import os
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from sqlalchemy import create_engine, text

from bot import setup
from bot.cases.crypto import new_key
from bot.settings import ROOT
from tests.telegram.bot_api_double import BotApiDouble, until

TODAY = "2026-11-22"
PATIENCE = 240  # seconds a part may take to come up on a busy machine; nothing is measured here


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """The supervisor and its parts."""

    def __init__(self, folder):
        self.telegram = BotApiDouble()
        desk, rasa = free_port(), free_port()
        self.url = f"http://127.0.0.1:{desk}"
        self.environment = {
            "DATABASE_URL": f"sqlite:///{folder / 'gongyou.db'}", "BOT_SECRET_KEYS": new_key(), "BOT_TODAY": TODAY,
            "DESK_PORT": str(desk), "RASA_URL": f"http://127.0.0.1:{rasa}", "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url, "TELEGRAM_ALIVE_FILE": str(folder / "telegram.alive"), "LOG_LEVEL": "DEBUG",
        }
        self.folder, self.log = folder, folder / "house.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen([sys.executable, "-m", "bot.run"], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                                            env={**os.environ, **self.environment})
        self.wait_until_up()

    def health(self) -> dict:
        try:
            return httpx.get(f"{self.url}/health", timeout=10).json()
        except httpx.HTTPError:
            return {}

    def wait_until_up(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process.poll() is None, self.said()
            state = self.health()
            if state and set(state.values()) == {"up"}:
                return
            time.sleep(0.5)
        raise AssertionError(f"not up: {self.health()}\n{self.said()}")

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def first_password(self) -> str:
        return re.search(r"one-time password: (\S+)", self.said())[1]

    def kill(self, part: str) -> None:
        """kill -9 of the part whose command ends in `part`, among the supervisor's own children."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        for pid in children:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if part.encode() in file.read():
                    os.kill(int(pid), signal.SIGKILL)
                    return
        raise AssertionError(f"no part {part} runs")

    def chat(self, sender: str, message: str) -> list[dict]:
        """One message through the browser chat's door; the bot's messages."""
        answer = httpx.post(f"{self.url}/api/chat", json={"sender": sender, "message": message}, timeout=90)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def rows(self, question: str) -> list:
        with create_engine(self.environment["DATABASE_URL"]).connect() as record:
            return record.execute(text(question)).all()

    def settled(self) -> None:
        """Waits until every update was handled and every answer sent."""
        until(lambda: not self.rows("select 1 from inbox where status = 'received'")
              and not self.rows("select 1 from outbox where status = 'waiting'"))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.telegram.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    assert setup.main() == 0
    running = House(tmp_path_factory.mktemp("house"))
    yield running
    running.stop()
