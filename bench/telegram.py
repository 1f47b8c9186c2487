"""The gateway between a double of Telegram and a stand-in for Rasa that echoes: what the gateway itself can carry."""
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.houses import cpu
from bot.cases.crypto import new_key
from bot.settings import ROOT
from tests.telegram.bot_api_double import BotApiDouble, until
from tests.telegram.echo_rasa import EchoRasa


def updates(folder: Path, users: int, each: int) -> tuple[float, float]:
    """Updates answered a second, from the first that is fetched to the last answer, and the gateway's processor time for one, in ms."""
    telegram, rasa = BotApiDouble(), EchoRasa()
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{folder / 'gateway.db'}", "BOT_SECRET_KEYS": new_key(), "RASA_URL": rasa.url,
        "TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "TELEGRAM_ALIVE_FILE": str(folder / "alive"),
        "TELEGRAM_MESSAGES_PER_SECOND": "0", "LOG_LEVEL": "WARNING",
    }
    with (folder / "gateway.log").open("w") as log:
        gateway = subprocess.Popen([sys.executable, "-m", "bot.telegram"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        telegram.user(1).says("你好")
        until(lambda: len(telegram.sent) == 1)
        people = [telegram.user(1000 + number) for number in range(users)]
        began, used = time.perf_counter(), cpu(gateway.pid)
        for number in range(each):
            for person in people:
                person.says(f"老板欠我工资 {number}")
        _answered(telegram, 1 + users * each)
        return users * each / (time.perf_counter() - began), (cpu(gateway.pid) - used) * 1000 / (users * each)
    finally:
        gateway.terminate()
        gateway.wait(30)
        telegram.stop()
        rasa.stop()


def _answered(telegram: BotApiDouble, count: int) -> None:
    """Waits for so many messages of the bot, however long it takes, as long as they keep coming."""
    there = 0
    while there < count:
        until(lambda before=there: len(telegram.sent) > before)
        there = len(telegram.sent)
