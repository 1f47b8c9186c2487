"""A steady load for a long time: workers come one after the other, each with a whole conversation in Telegram of twenty messages.

PostgreSQL, Redis, two Rasa processes behind a balancer, gateway, desk and follow-up clock, each a process as in production; Telegram is
the double of the tests. Everybody waits for the answer before they go on, so where the house cannot keep up, more and more of them wait.
"""
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from bench.figures import say
from bench.houses import Workers, cpu, family, free_port, rss
from bot.cases import store
from bot.settings import ROOT
from tests.cases.conftest import INITDB, new_postgresql, private_postgresql
from tests.faults.killer import Redis
from tests.faults.people import FIRST_CHAT, Person, person
from tests.telegram.bot_api_double import BotApiDouble

MESSAGES = 20  # of a conversation
FULL = 400  # conversations under way at once; past that the house does not keep up, and no more are begun
PRUNED = 4_000  # messages the double remembers
STUCK = 180  # seconds without an answer after which the run is broken off


class Balancer:
    """Hands each connection to the next of several ports, as a balancer in front of several Rasa processes does."""

    def __init__(self, ports: list[int]):
        self._ports, self.port = cycle(ports), free_port()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._join, "127.0.0.1", self.port))
        self._loop.run_forever()

    async def _join(self, reader, writer) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", next(self._ports))
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pour(reader, other_writer), _pour(other_reader, writer))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


async def _pour(source, target) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()


@dataclass
class Stretch:
    """What a stretch of the run came to: seconds of each answer, megabytes of each part at its end, and milliseconds of processor time
    that each part and what is around it took for a message."""

    seconds: list[float] = field(default_factory=list)
    weight: dict[str, float] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=dict)
    under_way: int = 0

    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else 0.0


class Stream:
    """Workers who come, talk and go."""

    def __init__(self, telegram: BotApiDouble, rate: float):
        self._telegram, self._every, self._dice = telegram, MESSAGES / rate, random.Random(1)
        self._number, self._seen, self._due = 0, 0, time.monotonic()
        self._here: dict[int, Person] = {}
        self._asked: dict[int, dict[int, float]] = {}  # chat: act by its identity, when it was said
        self.stretch = Stretch()
        self.moved = time.monotonic()

    def step(self, more: bool) -> None:
        now = time.monotonic()
        while more and self._due <= now and len(self._here) < FULL:
            chat = FIRST_CHAT + self._number
            self._here[chat], self._asked[chat] = person(self._telegram, self._number, MESSAGES, self._dice), {}
            self._number += 1
            self._due += self._every
        with self._telegram.lock:
            fresh = self._telegram.sent[self._seen:]
            self._seen += len(fresh)
            if self._seen > 2 * PRUNED:  # nobody here looks back that far
                del self._telegram.sent[:PRUNED], self._telegram.log[:]
                self._seen -= PRUNED
        for message in fresh:
            self._hears(message, now)
        for chat in [chat for chat, one in self._here.items() if one.done]:
            del self._here[chat], self._asked[chat]
        for chat, one in self._here.items():
            waiting = bool(one.waiting)
            one.goes_on()
            if one.waiting and not waiting:
                self._asked[chat] = {id(act): now for act in one.waiting}
        self.stretch.under_way = len(self._here)

    def _hears(self, message, now: float) -> None:
        one = self._here.get(message.chat_id)
        if one is None:
            return
        before = {id(act) for act in one.waiting}
        one.hears(message)
        self.moved = now
        for act in before - {id(act) for act in one.waiting}:
            self.stretch.seconds.append(now - self._asked[message.chat_id].pop(act))

    @property
    def empty(self) -> bool:
        return not self._here

    def turn(self) -> Stretch:
        done, self.stretch = self.stretch, Stretch()
        return done


def steady(folder: Path, rate: float, minutes: float, stretches: int) -> list[Stretch]:
    """So many messages a second for so long; what each of the stretches of that time came to. Empty where there is no PostgreSQL or
    Redis. Raises RuntimeError when a part ends, or nobody is answered any more."""
    if INITDB is None or not shutil.which("redis-server"):
        say("no PostgreSQL or no Redis server on this machine: no steady load")
        return []
    with private_postgresql() as home, ExitStack() as after:
        redis = Redis(folder, free_port())
        after.callback(redis.kill)
        redis.wait()
        url = new_postgresql(home)
        store.migrate(url)
        rasa = Workers("load", folder, 2, url, redis.url)
        rasa.environment.pop("BOT_TODAY")
        after.callback(rasa.stop)
        rasa.start()
        telegram, balancer = BotApiDouble(), Balancer([int(address.rpartition(":")[2]) for address in rasa.urls])
        after.callback(telegram.stop)
        after.callback(balancer.stop)
        rasa.environment |= {
            "RASA_URL": f"http://127.0.0.1:{balancer.port}", "TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url,
            "TELEGRAM_ALIVE_FILE": str(folder / "alive"), "TELEGRAM_MESSAGES_PER_SECOND": "0",
        }
        parts = {}
        for name in ("telegram", "desk", "followup"):
            log = after.enter_context((folder / f"load-{name}.log").open("wb"))
            parts[name] = subprocess.Popen([sys.executable, "-m", f"bot.{name}"], cwd=ROOT, env=rasa.environment, stdout=log, stderr=log)
            after.callback(_end, parts[name])
        server = int(Path(home, "data", "postmaster.pid").read_text().split()[0])
        around = {"postgresql": server, "redis": redis.pid, "workers": os.getpid()}
        found = _run(Stream(telegram, rate), parts, rasa, around, minutes * 60 / stretches, stretches)
        store.engine(url).dispose()
        return found


def _run(stream: Stream, parts: dict, rasa: Workers, around: dict[str, int], length: float, stretches: int) -> list[Stretch]:
    """`around`: the processes of what is not ours, and of the workers with their Telegram (this one)."""
    spent = _spent(parts, rasa, around)
    found, until = [], time.monotonic() + length
    while len(found) < stretches or not stream.empty:
        stream.step(len(found) < stretches)
        ended = [name for name, part in parts.items() if part.poll() is not None]
        if ended or time.monotonic() - stream.moved > STUCK:
            raise RuntimeError(f"{ended[0]} ended" if ended else "nobody is answered any more")
        if len(found) < stretches and time.monotonic() >= until:
            one = stream.turn()
            one.weight = {name: rss(part.pid) for name, part in parts.items()} | {"rasa": rasa.rss()}
            before, spent = spent, _spent(parts, rasa, around)
            one.cost = {name: 1000 * (spent[name] - before[name]) / max(1, len(one.seconds)) for name in spent}
            found.append(one)
            until += length
            weights = ", ".join(f"{name} {weight:.0f} MB" for name, weight in one.weight.items())
            costs = ", ".join(f"{name} {cost:.1f}" for name, cost in one.cost.items())
            say(f"  {len(found)}/{stretches}: {len(one.seconds) / length:.1f} messages/s, p95 {one.p95():.2f} s, "
                f"{one.under_way} under way, {weights}, load {os.getloadavg()[0]:.1f}; ms of processor time a message: {costs}")
        time.sleep(0.05)
    return found


def _spent(parts: dict, rasa: Workers, around: dict[str, int]) -> dict[str, float]:
    """Seconds of processor time so far, by part."""
    return {"rasa": rasa.cpu(), **{name: cpu(part.pid) for name, part in parts.items()},
            **{name: sum(map(cpu, [pid] if name == "workers" else family(pid))) for name, pid in around.items()}}


def _end(part: subprocess.Popen) -> None:
    part.terminate()
    part.wait(60)
