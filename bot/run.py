"""`python -m bot.run`: starts every part on this machine, starts again what dies, stops all on Ctrl-C."""
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot import settings, setup
from bot.cases import crypto, staff, store

LONGEST_PAUSE = 30  # seconds between two starts of a part that keeps dying
STOP_SECONDS = 10
BAD_SETTING = 2  # the exit status of a part that says in one line which setting or model it lacks
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Part:
    """One process that should be running."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    deaths: int = 0
    start_at: float = 0.0
    started: float = field(default=0.0)


def parts(now: settings.Settings) -> list[Part]:
    """What runs here: Rasa, the desk, the follow-up clock, the gateway where there is a token, an action server where ACTION_URL
    names one on this machine."""
    python = sys.executable
    chosen = [Part("rasa", [python, "-m", "bot.rasa_server"]), Part("desk", [python, "-m", "bot.desk"]),
              Part("followup", [python, "-m", "bot.followup"])]
    if now.action_url and urlsplit(now.action_url).hostname in LOOPBACK:
        chosen.insert(0, Part("actions", [python, "-m", "bot.action_server"]))
    if now.telegram_token:
        chosen.append(Part("telegram", [python, "-m", "bot.telegram"]))
    return chosen


def main() -> int:
    """Sets up what is missing and runs everything. Exit status 2: a setting is wrong, with one line that names it."""
    return setup.explained(_prepared_start)


def _prepared_start() -> int:
    now = _checked()
    return setup.prepare() or _start(now)


def _checked() -> settings.Settings:
    """The settings, once each of them can be used. Before anything else: nobody waits for a training to hear of a mistyped port."""
    now = settings.read()
    settings.today()
    store.engine(now.database_url)
    settings.VAR.mkdir(mode=0o700, exist_ok=True)
    setup.make_keys()
    crypto.newest_master()
    return now


def _start(now: settings.Settings) -> int:
    """Tells the addresses and the first admin's password, and runs the parts until told to stop."""
    with store.session() as session:
        first = staff.ensure_first_admin(session)
    address = f"http://{now.desk_host}:{now.desk_port}"
    print(f"desk:     {address}/queue\nchat:     {address}/chat\nhealth:   {address}/health\n"
          f"rasa:     {now.rasa_url}\ntelegram: {'on' if now.telegram_token else 'off (set TELEGRAM_TOKEN)'}", flush=True)
    if first:
        print(f"first admin: {first[0]}   one-time password: {first[1]}   (change it when you sign in)", flush=True)
    return supervise(parts(now))


def supervise(running: list[Part]) -> int:
    """Runs until SIGTERM or Ctrl-C."""
    stopping = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.append(True))
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    while not stopping:
        for part in running:
            if part.process is not None and part.process.poll() is not None:
                _died(part)
            if part.process is None and time.monotonic() >= part.start_at:
                part.process = subprocess.Popen(part.command, cwd=settings.ROOT, env=environment, start_new_session=True)
                part.started = time.monotonic()
        time.sleep(0.2)
    _stop(running)
    return 0


def _died(part: Part) -> None:
    """Notes when to start a part again: soon, later each time, and at the latest pause where only a person can mend it."""
    lived, status = time.monotonic() - part.started, part.process.returncode
    part.deaths = 1 if lived > 60 else part.deaths + 1
    pause = LONGEST_PAUSE if status == BAD_SETTING else min(2 ** min(part.deaths - 1, 10), LONGEST_PAUSE)
    why = "cannot run as it is set up (see its line above)" if status == BAD_SETTING else f"ended with status {status}"
    print(f"{part.name}: {why}, starting again in {pause} s", file=sys.stderr, flush=True)
    part.process, part.start_at = None, time.monotonic() + pause


def _stop(running: list[Part]) -> None:
    alive = [part for part in running if part.process is not None and part.process.poll() is None]
    for part in alive:
        part.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for part in alive:
        try:
            part.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()


if __name__ == "__main__":
    sys.exit(main())
