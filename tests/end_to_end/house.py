"""The whole house as `make run` starts it, between a browser and a double of Telegram, on a database of its own."""
import os
import re
import signal
import subprocess
import sys
import time

import httpx
from sqlalchemy import create_engine, text

from bot import law
from bot.cases.crypto import new_key
from bot.settings import ROOT
from tests.telegram.bot_api_double import BotApiDouble, User, until
from tests.telegram.servers import free_port

TODAY = "2026-11-22"
PATIENCE = 600  # seconds a part may take to come up on a busy machine; nothing is measured here


class House:
    """The supervisor and its parts. `more` are settings beside or instead of the usual ones."""

    def __init__(self, folder, **more):
        self.telegram = BotApiDouble()
        desk, rasa = free_port(), free_port()
        self.url = f"http://127.0.0.1:{desk}"
        self.environment = {
            "DATABASE_URL": f"sqlite:///{folder / 'gongyou.db'}", "BOT_SECRET_KEYS": new_key(), "BOT_TODAY": TODAY,
            "DESK_PORT": str(desk), "RASA_URL": f"http://127.0.0.1:{rasa}", "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url, "TELEGRAM_ALIVE_FILE": str(folder / "telegram.alive"), "LOG_LEVEL": "DEBUG",
            **more,
        }
        self.folder, self.log = folder, folder / "house.log"
        self.start()
        try:
            self.wait_until_up()
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Starts the supervisor, as systemd does after it was killed."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen([sys.executable, "-m", "bot.run"], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                                            env={**os.environ, **self.environment})

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

    def parts(self) -> dict[str, int]:
        """The process numbers of the supervisor's own children by the module they run."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return {module: int(pid) for pid in children if (module := _module(pid))}

    def kill(self, part: str) -> None:
        """kill -9 of the part that runs the module `part`."""
        os.kill(self.parts()[part], signal.SIGKILL)

    def chat(self, sender: str, message: str) -> list[dict]:
        """One message through the browser chat's door; the bot's messages."""
        answer = httpx.post(f"{self.url}/api/chat", json={"sender": sender, "message": message}, timeout=90)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def rows(self, question: str) -> list:
        with create_engine(self.environment["DATABASE_URL"]).connect() as record:
            return record.execute(text(question)).all()

    def worker(self, number: int) -> User:
        """Somebody with Telegram whom the clock's trial reminder, which comes by day within a minute of a card, does not put out."""
        return self.telegram.user(number, unheard=(law.load().text("followup.first", "zh"),))

    def settled(self) -> None:
        """Waits until every update was handled and every answer sent. What the clock has for a browser waits until that looks."""
        unsettled = ("select update_id, attempts, fault from inbox where status = 'received'",
                     "select key, attempts from outbox where status = 'waiting' and channel = 'telegram'")
        until(lambda: not any(self.rows(question) for question in unsettled), lambda: [self.rows(question) for question in unsettled])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        self.telegram.stop()


def _module(pid: str) -> str | None:
    """What a process runs with `python -m`; None when it has ended, or is not that far yet."""
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            words = file.read().split("\0")
    except OSError:
        return None
    return words[words.index("-m") + 1] if "-m" in words else None
