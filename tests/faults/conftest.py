"""A whole house on a record of its own, on SQLite or on PostgreSQL with Redis."""
import os
import shutil

import pytest

from bot import setup
from tests.cases.conftest import cluster, new_postgresql  # noqa: F401 (a fixture)
from tests.end_to_end.house import House
from tests.faults.killer import Redis
from tests.telegram.servers import free_port

# Takes many minutes, so it is asked for: FAULTS=full. The same with a few workers runs with the suite, in tests/end_to_end.
collect_ignore = [] if os.environ.get("FAULTS") else ["test_killed_parts.py"]


@pytest.fixture
def open_house(request, tmp_path, monkeypatch):
    """Starts a house: open_house("postgresql", actions=True). Its settings are this process's too. Also the servers beside it."""
    open_ones = []

    def start(store: str, actions: bool = False):
        more, others = {}, {}
        if store == "postgresql":
            if not shutil.which("redis-server"):
                pytest.skip("no Redis server on this machine: redis-server is not there")
            redis = Redis(tmp_path, free_port())
            more = {"DATABASE_URL": new_postgresql(request.getfixturevalue("cluster")), "REDIS_URL": redis.url}
            others["redis"] = redis.again
            open_ones.append(redis.kill)
        if actions:
            more["ACTION_URL"] = f"http://127.0.0.1:{free_port()}/webhook"
        assert setup.main() == 0
        house = House(tmp_path, LOG_LEVEL="INFO", **more)
        open_ones.append(house.stop)
        for name, value in house.environment.items():
            monkeypatch.setenv(name, value)
        return house, others
    yield start
    for close in reversed(open_ones):
        close()
