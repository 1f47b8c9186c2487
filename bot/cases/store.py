"""The database: one engine a URL, sessions as units of work, migrations.

SQLite runs in WAL mode and takes its write lock at the start of a transaction, so that two writers wait for
each other instead of failing half way.
"""
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Iterator

from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from bot import settings

MIGRATIONS = Path(__file__).parent / "migrations"


@lru_cache(maxsize=8)
def engine(url: str) -> Engine:
    """The engine for a database URL, made once. Raises SettingsError for a URL that is none."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise settings.SettingsError("DATABASE_URL: not a database URL, e.g. sqlite:///var/gongyou.db") from None
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, future=True, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, future=True, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(made, "connect", _sqlite_connect)
    event.listen(made, "begin", _sqlite_begin)
    return made


def _sqlite_connect(connection, _record) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own (see the begin listener)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection) -> None:
    reads = connection.get_execution_options().get("only_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def session(url: str | None = None, *, only_reads: bool = False) -> Iterator[Session]:
    """One unit of work: committed at the end, rolled back on any exception. `only_reads` does not wait for writers."""
    with Session(engine(url or settings.read().database_url), future=True, expire_on_commit=False) as unit:
        with unit.begin():
            if only_reads:
                unit.connection(execution_options={"only_reads": True})
            yield unit


def migrate(url: str | None = None) -> None:
    """Brings the schema of the database to the newest version; safe to call from several processes."""
    url = url or settings.read().database_url
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine(url)
    settings.VAR.mkdir(exist_ok=True)
    with FileLock(settings.VAR / "migrate.lock"):
        command.upgrade(config, "head")
