"""An empty record of its own for each test, on SQLite and on PostgreSQL."""
import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from bot.cases import cases, store, workers
from bot.cases.crypto import new_key

PROGRAMS = [*sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True), shutil.which("initdb") or ""]
INITDB = next((path for path in PROGRAMS if path and (Path(path).parent / "postgres").exists()), None)
_numbers = count()


def as_postgres(*command: str) -> None:
    """PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


@contextmanager
def private_postgresql() -> Iterator[str]:
    """A PostgreSQL of our own on a socket in a temporary folder, which is its address; gone with all it held at the end."""
    home, programs = tempfile.mkdtemp(prefix="pg-"), Path(INITDB).parent
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
    as_postgres(INITDB, "-D", f"{home}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    as_postgres(str(programs / "pg_ctl"), "-D", f"{home}/data", "-w", "-l", f"{home}/log",
                "-o", f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off", "start")
    try:
        yield home
    finally:
        as_postgres(str(programs / "pg_ctl"), "-D", f"{home}/data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def cluster():
    """The address of a PostgreSQL for all tests."""
    if INITDB is None:
        pytest.skip("no PostgreSQL server on this machine: initdb is not there")
    with private_postgresql() as home:
        yield home


def new_postgresql(home: str, like: str = "template1") -> str:
    """The URL of a fresh database, empty or a copy of another one."""
    name = f"record_{next(_numbers)}"
    connection = psycopg2.connect(host=home, user="postgres", dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    connection.close()
    return f"postgresql://postgres@/{name}?host={home}"


@pytest.fixture(scope="session")
def migrated_postgresql(cluster):
    """The name of an empty PostgreSQL record with the newest schema, made once and copied for each test."""
    url = new_postgresql(cluster)
    store.migrate(url)
    store.engine(url).dispose()
    return make_url(url).database


@pytest.fixture
def keys(monkeypatch):
    for name in ("BOT_TODAY", "DESK_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_SECRET_KEYS", new_key())


@pytest.fixture
def sqlite(monkeypatch, tmp_path, migrated, keys):
    """The file of an empty SQLite record that the settings name."""
    path = tmp_path / "gongyou.db"
    shutil.copy(migrated, path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    yield path
    store.engine(f"sqlite:///{path}").dispose()


@pytest.fixture
def postgresql(monkeypatch, cluster, migrated_postgresql, keys):
    """The URL of an empty PostgreSQL record that the settings name."""
    url = new_postgresql(cluster, like=migrated_postgresql)
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    store.engine(url).dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def record(request):
    """An empty record that the settings name; its URL. Every promise holds on both databases."""
    found = request.getfixturevalue(request.param)
    return f"sqlite:///{found}" if request.param == "sqlite" else found


@pytest.fixture
def session(record):
    """One unit of work on the empty record."""
    with store.session() as unit:
        yield unit


@pytest.fixture
def worker(session):
    return workers.arrive(session, "telegram", "700700700", "zh")


@pytest.fixture
def case(session, worker):
    return cases.open_case(session, worker)


def assessment(**changed) -> dict:
    """An assessment as `guidance` gives it, as far as the record reads it."""
    return {"as_of": "2026-11-22", "knowledge_version": "1", "issues": ["wage_arrears", "no_contract"], "urgency": "urgent",
            "deadlines": [{"status": "open", "act_by": "2026-12-31"}, {"status": "urgent", "act_by": "2026-12-01"},
                          {"status": "passed", "act_by": "2025-01-01"}, {"status": "unknown", "act_by": None}],
            "routes": [{"body": "union", "level": "county", "adcode": "520281"}, {"body": "labour_inspection", "level": "county",
                                                                                 "adcode": "520281"}], **changed}


DAY = date(2026, 11, 20)
