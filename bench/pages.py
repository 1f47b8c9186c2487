"""The desk's pages over a small record and over a large one: how much longer a page takes where there is more.

Both desks run at once, as processes of their own, and are asked in turns. Records take long to make (docs/performance.md), so they are
kept under var/bench-records and used again as long as bench/records.py makes them the same.
"""
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import httpx

from bench import records
from bench.figures import say
from bench.houses import free_port
from bot.cases import store
from bot.cases.crypto import new_key
from bot.model_cache import fingerprint
from bot.settings import ROOT, VAR
from tests.desk.visitors import Visitor, signed_in
from tests.telegram.bot_api_double import until

KEPT = VAR / "bench-records"
PAGES = ("/queue", "/insights")


class Desk:
    """`python -m bot.desk` over a record, with an administrator in front of it."""

    def __init__(self, folder: Path, cases: int):
        self.cases, port = cases, free_port()
        url, key = record(cases)
        environment = {**os.environ, "DATABASE_URL": url, "BOT_SECRET_KEYS": key, "PARTS_SECRET": new_key(), "DESK_PORT": str(port),
                       "BOT_TODAY": records.LAST.isoformat(), "LOG_LEVEL": "WARNING"}
        with (folder / f"desk-{cases}.log").open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "bot.desk"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(address))
        with patch.dict(os.environ, environment):
            self._admin = signed_in(address, f"bench{time.time_ns()}", "admin")

    def seconds(self, page: str) -> float:
        """How long one page takes, from the request to the last byte."""
        began = time.perf_counter()
        answer = self._admin.get(page)
        answer.raise_for_status()
        return time.perf_counter() - began

    def stop(self) -> None:
        self._admin.close()
        self._process.terminate()
        self._process.wait(30)


def growth(folder: Path, small: int, large: int, rounds: int) -> dict[str, float]:
    """For each of PAGES the median time over `large` matters by that over `small` ones; each page is asked once before, uncounted."""
    desks: list[Desk] = []
    try:
        desks += [Desk(folder, cases) for cases in (small, large)]
        found = {}
        for page in PAGES:
            for desk in desks:
                desk.seconds(page)
            times = [[desk.seconds(page) for desk in desks] for _ in range(rounds)]
            few, many = (statistics.median(column) for column in zip(*times))
            say(f"  {page}: {few * 1000:.0f} ms over {small} matters, {many * 1000:.0f} ms over {large} ({rounds} rounds)")
            found[page] = many / few
        return found
    finally:
        for desk in desks:
            desk.stop()


def record(cases: int) -> tuple[str, str]:
    """(URL, key) of a record of so many matters, made now if it is not kept."""
    path = KEPT / f"{cases}-{fingerprint(('bench/records.py',))}.db"
    url, key = f"sqlite:///{path}", path.with_suffix(".key")
    if not key.exists():  # written last: a record without one was broken off
        say(f"  making a record of {cases} matters …")
        path.unlink(missing_ok=True)
        store.migrate(url)
        records.fill(url, cases)
        store.engine(url).dispose()
        key.write_text(new_key())
    return url, key.read_text()


def _answers(address: str) -> bool:
    with Visitor(address) as somebody:
        try:
            return somebody.get("/login").status_code == 200
        except httpx.TransportError:
            return False
