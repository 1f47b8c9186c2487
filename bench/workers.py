"""Two Rasa processes over one, on PostgreSQL and Redis: what a second core brings."""
import shutil
from contextlib import ExitStack
from pathlib import Path

from bench import chat
from bench.figures import say
from bench.houses import Workers, free_port
from bot.cases import store
from tests.cases.conftest import INITDB, new_postgresql, private_postgresql
from tests.faults.killer import Redis


def throughput(folder: Path, rounds: int, workers: int, each: int) -> dict[int, list[float]]:
    """Messages a second with one Rasa process and with two, a figure a round; empty where there is no PostgreSQL or no Redis."""
    found: dict[int, list[float]] = {1: [], 2: []}
    if INITDB is None or not shutil.which("redis-server"):
        say("no PostgreSQL or no Redis server on this machine: two workers are not measured")
        return {}
    redis = Redis(folder, free_port())
    with private_postgresql() as home, ExitStack() as after:
        after.callback(redis.kill)
        redis.wait()
        url = new_postgresql(home)
        store.migrate(url)
        houses = {count: Workers(f"workers-{count}", folder, count, url, redis.url) for count in found}
        houses[2].environment |= {name: houses[1].environment[name] for name in ("BOT_SECRET_KEYS", "PARTS_SECRET")}  # one record
        for turn in range(rounds):
            for count, house in houses.items():
                say(f"workers, round {turn + 1}/{rounds}, {count} …")
                house.start()
                try:
                    chat.load(house, 2, 1)  # warm
                    found[count].append(chat.load(house, workers, each)[0])
                finally:
                    house.stop()
        store.engine(url).dispose()
    return found
