"""The two sides, each as its own processes on a database of its own: ours as `make run` starts it, theirs as Rasa's manual says."""
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from bot.cases.crypto import new_key
from bot.settings import ROOT

STARTING = 600  # seconds after which a side that does not answer is called broken


class House:
    """One side: `start` it, ask it, weigh it, `stop` it."""

    def __init__(self, name: str, folder: Path):
        self.name, self._folder = name, folder
        self.port, self._desk, self._actions = free_port(), free_port(), free_port()
        self._among([self.port])
        self._running: list[subprocess.Popen] = []
        self._client = httpx.Client(timeout=120, trust_env=False)
        self.environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{folder / name}.db", "BOT_SECRET_KEYS": new_key(), "BOT_TODAY": "2026-11-22",
            "PARTS_SECRET": new_key(),
            "RASA_URL": self.urls[0], "DESK_PORT": str(self._desk), "RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "WARNING",
            "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        for setting in ("TELEGRAM_TOKEN", "ACTION_URL", "REDIS_URL"):
            self.environment.pop(setting, None)

    def _among(self, ports: list[int]) -> None:
        """Where Rasa listens; messages go to each in turn, as a balancer would send them."""
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        self._turns = itertools.cycle(self.urls)

    def commands(self) -> list[list[str]]:
        """What this side runs."""
        raise NotImplementedError

    def start(self) -> float:
        """Starts the side; seconds until its first answer, of each Rasa where there are several."""
        began = time.perf_counter()
        with (self._folder / f"{self.name}.log").open("ab") as log:
            self._running = [subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
                             for command in self.commands()]
        for url in self.urls:
            while not self._answers(url):
                if time.perf_counter() - began > STARTING or any(process.poll() is not None for process in self._running):
                    self.stop()
                    raise RuntimeError(f"{self.name} does not answer; see {self._folder / self.name}.log")
                time.sleep(0.05)
        return time.perf_counter() - began

    def _answers(self, url: str) -> bool:
        try:
            return bool(self.ask("ready", "你好", url=url))
        except httpx.HTTPError:
            return False

    def ask(self, sender: str, message: str, client: httpx.Client | None = None, url: str | None = None) -> list[dict]:
        """One message through Rasa's REST channel; the answers."""
        answer = (client or self._client).post(
            f"{url or next(self._turns)}/webhooks/rest/webhook", json={"sender": sender, "message": message},
            headers={"Authorization": f"Bearer {self.environment['PARTS_SECRET']}"})
        answer.raise_for_status()
        return answer.json()

    def rss(self) -> float:
        """Megabytes of memory of all processes of this side, shared pages counted once for each."""
        return sum(rss(pid) for process in self._running for pid in family(process.pid))

    def cpu(self) -> float:
        """Seconds of processor time that this side's processes have used."""
        return sum(cpu(pid) for process in self._running for pid in family(process.pid))

    def stop(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGINT)
        for process in self._running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self._running = []


class Ours(House):
    def commands(self):
        return [[sys.executable, "-m", "bot.run"]]


class Workers(House):
    """So many Rasa processes of ours and nothing else, on a PostgreSQL and a Redis that are there."""

    def __init__(self, name: str, folder: Path, count: int, database: str, redis: str):
        super().__init__(name, folder)
        self._among([free_port() for _ in range(count)])
        self.environment |= {"DATABASE_URL": database, "REDIS_URL": redis}

    def commands(self):
        return [["env", f"RASA_URL={url}", sys.executable, "-m", "bot.rasa_server"] for url in self.urls]


class Theirs(House):
    """Plain `rasa run` and an action server, on the model trained from bench/baseline.yml."""

    def __init__(self, name: str, folder: Path, model: Path):
        super().__init__(name, folder)
        self._model = model
        self._endpoints = folder / "endpoints.yml"
        self._endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{self._actions}/webhook\n")
        subprocess.run([sys.executable, "-c", "from bot.cases import store; store.migrate()"], cwd=ROOT, env=self.environment, check=True)

    def commands(self):
        rasa = [sys.executable, "-m", "rasa"]
        return [[*rasa, "run", "actions", "--actions", "actions", "--port", str(self._actions)],
                [*rasa, "run", "--model", str(self._model), "--endpoints", str(self._endpoints), "--credentials", "credentials.yml",
                 "--port", str(self.port)]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for one in found:
        children = subprocess.run(["pgrep", "-P", str(one)], capture_output=True, text=True).stdout.split()
        found += [int(child) for child in children]
    return found


def cpu(pid: int) -> float:
    """Seconds of processor time that a process and its children that have ended used; unlike the clock it hardly minds what else runs on
    the machine."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # ended meanwhile
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def rss(pid: int) -> float:
    """Megabytes of memory that a process has."""
    try:
        line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    except (OSError, StopIteration):  # ended meanwhile
        return 0.0
    return int(line.split()[1]) / 1024
