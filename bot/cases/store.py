"""The database: one engine a URL, sessions as units of work, migrations.

SQLite runs in WAL mode and takes its write lock at the start of a transaction, so that two writers wait for
each other instead of failing half way. A file that was there and is gone is not made anew: what would be written
to an empty record is lost when the real one is back.
"""
import os
import sqlite3
import time
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Iterator
from weakref import WeakSet

from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, InterfaceError, OperationalError, TimeoutError as NoConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from bot import settings
from bot.cases import log_marks, queue_marks  # noqa: F401 (every process that writes keeps up what sums and queue are read from)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 30_000  # how long a writer waits for the others
MUST_EXIST = "RECORD_MUST_EXIST"  # set for the parts that the supervisor starts: by then there is a database
POSTGRESQL = {  # seconds; nobody waits for ever for a server that is gone or for a process that hangs in a transaction
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "options": "-c lock_timeout=30s -c idle_in_transaction_session_timeout=120s",
}
RESTED = 5  # seconds in the pool after which a connection to a server is tried before it is used
_made: WeakSet[Engine] = WeakSet()
_joined: ContextVar[Session | None] = ContextVar("joined", default=None)


@lru_cache(maxsize=8)
def engine(url: str) -> Engine:
    """The engine for a database URL, made once. Raises SettingsError for a URL that is none."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise settings.SettingsError("DATABASE_URL: not a database URL, e.g. sqlite:///var/gongyou.db") from None
    if parsed.get_backend_name() != "sqlite":
        made = create_engine(url, future=True, hide_parameters=True,
                             connect_args={name: value for name, value in POSTGRESQL.items() if name not in parsed.query})
        _try_the_rested(made)
    else:
        made = _sqlite(url, parsed.database)
    _made.add(made)
    return made


def _try_the_rested(made: Engine) -> None:
    """Has an engine ask whether a connection that was not used for a while still lives, as `pool_pre_ping` does before every use.

    One in constant use is not asked: a unit of work with one statement went to the server four times, once for this. Where one breaks in
    use, the pool drops all of them.
    """
    def rests(_connection, record) -> None:
        record.info["rests_since"] = time.monotonic()

    def used(connection, record, _proxy) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) > RESTED and not made.dialect.do_ping(connection):
            raise DisconnectionError("the server closed a connection that rested")

    event.listen(made, "checkin", rests)
    event.listen(made, "checkout", used)


def brief(made: Engine) -> dict:
    """The execution options of a connection that reads a few rows. On SQLite it does not wait for writers; elsewhere it opens no
    transaction, which spares two ways to the server, and cannot stream."""
    return {"only_reads": True} if made.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}


def _sqlite(url: str, file: str | None) -> Engine:
    pool = {}
    if file and file != ":memory:":
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise settings.SettingsError(f"DATABASE_URL: {error.filename}: {error.strerror}") from None
        # Kept open: opening and closing took a third of the gateway's time. Without a limit, as writers queue at the file's lock anyway.
        pool = {"poolclass": QueuePool, "pool_size": 8, "max_overflow": -1}
    made = create_engine(url, future=True, hide_parameters=True, **pool,
                         connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False})
    event.listen(made, "connect", _sqlite_connect)
    event.listen(made, "begin", _sqlite_begin)
    if pool:
        _watch(made, Path(file))
    return made


def _watch(made: Engine, file: Path) -> None:
    """Has an engine notice that its file is gone, or is another one; an open connection would go on writing into what nobody sees."""
    seen = bool(os.environ.get(MUST_EXIST))

    def connecting(_dialect, _record, _arguments, _parameters) -> None:
        if seen and not file.exists():
            raise sqlite3.OperationalError(f"{file.name} is gone")

    def connected(_connection, record) -> None:
        nonlocal seen
        seen, record.info["file"] = True, file.stat().st_ino

    def used(_connection, record, _proxy) -> None:
        try:
            there = file.stat().st_ino
        except OSError:
            there = None
        if there != record.info["file"]:
            raise DisconnectionError(f"{file.name} is not what it was")

    event.listen(made, "do_connect", connecting)
    event.listen(made, "connect", connected)
    event.listen(made, "checkout", used)


def _sqlite_connect(connection, _record) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own (see the begin listener)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection) -> None:
    reads = connection.get_execution_options().get("only_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _after_fork() -> None:
    """A child made by fork must not speak on its parent's connections; it begins with pools of its own."""
    for made in list(_made):
        made.dispose(close=False)


os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def session(url: str | None = None, *, only_reads: bool = False, briefly: bool = False) -> Iterator[Session]:
    """One unit of work: committed at the end, rolled back on any exception. `only_reads` does not wait for writers; `briefly`: see `brief`.

    Inside `joined` it is a part of the larger one, which is committed or rolled back by whoever began it.
    """
    larger = _joined.get()
    if larger is not None and url is None:
        yield larger
        return
    made = engine(url or settings.database_url())
    with Session(made, future=True, expire_on_commit=False) as unit:
        with unit.begin():
            if only_reads:
                unit.connection(execution_options=brief(made) if briefly else {"only_reads": True})
            yield unit


@contextmanager
def joined(larger: Session) -> Iterator[None]:
    """Within the block, every `session()` of this thread or task is a part of `larger`."""
    before = _joined.set(larger)
    try:
        yield
    finally:
        _joined.reset(before)


def is_joined() -> bool:
    """Whether a `session()` would be a part of a larger unit of work."""
    return _joined.get() is not None


def away(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot be used just now (gone, locked, its disk full): later the same work may succeed."""
    while error is not None:
        if isinstance(error, (OperationalError, InterfaceError, DisconnectionError, NoConnection)):
            return True
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        error = error.__cause__
    return False


def sweep(made: Engine) -> None:
    """SQLite: empties the write-ahead log into the database, so that no deleted row stays readable in it.

    Waits a second for readers, then leaves the rest to the next sweep. Other databases keep no such file.
    """
    if made.dialect.name == "sqlite":
        connection = made.raw_connection()
        try:
            for pragma in ("busy_timeout=1000", "wal_checkpoint(TRUNCATE)", f"busy_timeout={BUSY_MS}"):
                connection.cursor().execute(f"PRAGMA {pragma}")
        finally:
            connection.close()


def migrate(url: str | None = None) -> None:
    """Brings the schema of the database to the newest version; safe to call from several processes."""
    url = url or settings.read().database_url
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine(url)
    settings.VAR.mkdir(exist_ok=True)
    with FileLock(settings.VAR / "migrate.lock"):
        command.upgrade(config, "head")
