"""`python -m bot.run`: starts every part on this machine, starts again what dies or hangs, stops all on Ctrl-C."""
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot import settings, setup
from bot.cases import crypto, staff, store
from bot.telegram import heartbeat
from bot.telegram.config import alive_file

LONGEST_PAUSE = 30  # seconds between two starts of a part that keeps dying
STOP_SECONDS = 10
LIVED = 20  # seconds after which a death is no failed start: the next start comes at once
HANGING = 60  # seconds without a sign of life after which a part that was up is killed
LOOK_EVERY = 5
BAD_SETTING = 2  # the exit status of a part that says in one line which setting or model it lacks
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Part:
    """One process that should be running."""

    name: str
    command: list[str]
    answers: Callable[[], bool] | None = None  # whether it gives a sign of life; None: only its death is seen
    process: subprocess.Popen | None = None
    deaths: int = 0
    start_at: float = 0.0
    started: float = field(default=0.0)
    seen: float | None = None  # when it gave the last sign of life


def parts(now: settings.Settings) -> list[Part]:
    """What runs here: Rasa, the desk, the follow-up clock, the gateway where there is a token, an action server where ACTION_URL
    names one on this machine."""
    python = sys.executable
    desk = f"http://{'127.0.0.1' if now.desk_host == '0.0.0.0' else now.desk_host}:{now.desk_port}"
    chosen = [Part("rasa", [python, "-m", "bot.rasa_server"], lambda: _answers(now.rasa_url)),
              Part("desk", [python, "-m", "bot.desk"], lambda: _answers(f"{desk}/static/icon.svg")),
              Part("followup", [python, "-m", "bot.followup"])]
    if now.action_url and urlsplit(now.action_url).hostname in LOOPBACK:
        chosen.insert(0, Part("actions", [python, "-m", "bot.action_server"]))
    if now.telegram_token:
        chosen.append(Part("telegram", [python, "-m", "bot.telegram"], lambda: heartbeat.beats(alive_file())))
    return chosen


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=3):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


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
    looked = time.monotonic()
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1", "TF_CPP_MIN_LOG_LEVEL": "3",
                   store.MUST_EXIST: "1"}
    while not stopping:
        for part in running:
            if part.process is not None and part.process.poll() is not None:
                _died(part)
            if part.process is None and time.monotonic() >= part.start_at:
                _begin(part, environment)
        if time.monotonic() - looked >= LOOK_EVERY:
            looked = time.monotonic()
            for part in running:
                _look(part)
        time.sleep(0.2)
    _stop(running)
    return 0


def _begin(part: Part, environment: dict[str, str]) -> None:
    part.started, part.seen = time.monotonic(), None
    try:
        part.process = subprocess.Popen(part.command, cwd=settings.ROOT, env=environment, start_new_session=True,
                                        preexec_fn=_die_with(os.getpid()))
    except OSError as error:  # no memory, no process number left: later there may be
        part.start_at = time.monotonic() + LONGEST_PAUSE
        _say(f"{part.name}: cannot be started: {error.strerror}")


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a new process does first: have the kernel end it when the supervisor is killed, so that nothing runs without one."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def ask() -> None:
        library.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
    return ask


def _look(part: Part) -> None:
    """Kills a part that was up and has given no sign of life for long; its death is then seen like any other."""
    if part.process is None or part.answers is None:
        return
    if part.answers():
        part.seen = time.monotonic()
    elif part.seen is not None and time.monotonic() - part.seen > HANGING:
        _say(f"{part.name}: gives no sign of life, killed")
        part.seen = None
        part.process.kill()


def _say(line: str) -> None:
    """A line for whoever watches; a full disk under the log must not end the supervisor."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        pass


def _died(part: Part) -> None:
    """Notes when to start a part again: soon, later each time, and at the latest pause where only a person can mend it."""
    lived, status = time.monotonic() - part.started, part.process.returncode
    part.deaths = 1 if lived > LIVED else part.deaths + 1
    pause = LONGEST_PAUSE if status == BAD_SETTING else min(2 ** min(part.deaths - 1, 10), LONGEST_PAUSE)
    why = "cannot run as it is set up (see its line above)" if status == BAD_SETTING else f"ended with status {status}"
    _say(f"{part.name}: {why}, starting again in {pause} s")
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
