"""The database itself: nothing is lost between writers, old connections are kept, the schema goes up and down."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from psycopg2.extensions import STATUS_READY
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from bot import settings
from bot.cases import inbox, store, workers
from bot.cases.model import Base, Inbox, Worker
from tests.cases.conftest import new_postgresql

WRITE = """
import sys
from bot.cases import inbox, store
for number in range(40):
    with store.session() as session:
        inbox.store(session, "telegram", f"{sys.argv[1]}-{number}", "sender", {"text": "x"})
"""


def test_writers_in_several_threads_lose_nothing(record):
    def write(thread: int) -> None:
        for number in range(20):
            with store.session() as session:
                inbox.store(session, "telegram", f"{thread}-{number}", f"sender-{thread}", {"number": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with store.session(only_reads=True) as session:
        assert session.scalar(select(func.count(Inbox.id))) == 160


def test_two_processes_that_write_at_once_lose_nothing(record):
    running = [subprocess.Popen([sys.executable, "-c", WRITE, name], cwd=settings.ROOT) for name in ("one", "two")]
    assert [process.wait() for process in running] == [0, 0]
    with store.session(only_reads=True) as session:
        assert session.scalar(select(func.count(Inbox.id))) == 80


def test_one_person_arriving_in_many_threads_is_one_worker(record):
    def arrive(_) -> str:
        with store.session() as session:
            return workers.arrive(session, "telegram", "700700700", "zh").code

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(arrive, range(24)))) == 1
    with store.session(only_reads=True) as session:
        assert session.scalar(select(func.count(Worker.id))) == 1


def fails_and_leaves_nothing() -> None:
    """A unit of work that writes, then fails, and of which nothing is there."""
    with pytest.raises(LookupError):
        with store.session() as session:
            inbox.store(session, "telegram", "1", "sender", {})
            raise LookupError
    with store.session(only_reads=True) as session:
        assert session.scalar(select(func.count(Inbox.id))) == 0


def test_a_unit_of_work_that_fails_leaves_nothing(record):
    fails_and_leaves_nothing()


def test_a_reader_does_not_wait_for_a_writer(sqlite):
    with store.session() as writer:
        inbox.store(writer, "telegram", "1", "sender", {})
        with store.session(only_reads=True) as reader:
            assert reader.scalar(select(func.count(Inbox.id))) == 0


def test_a_file_keeps_its_connections_open(sqlite):
    made = store.engine(f"sqlite:///{sqlite}")
    for _ in range(5):
        with store.session() as session:
            session.execute(text("SELECT 1"))
    assert made.pool.checkedin() == 1 and made.pool.checkedout() == 0


def test_a_connection_that_the_server_closed_while_it_rested_is_not_used(postgresql, monkeypatch):
    monkeypatch.setattr(store, "RESTED", 0)
    with store.session() as session:
        session.execute(text("SELECT 1"))
    with create_engine(postgresql, future=True).connect() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    with store.session() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_connection_in_constant_use_is_not_tried_before_each_use(postgresql, monkeypatch):
    with store.session() as session:
        session.execute(text("SELECT 1"))
    monkeypatch.setattr(store.engine(postgresql).dialect, "do_ping", lambda _connection: pytest.fail("it was tried"))
    with store.session() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_brief_read_opens_no_transaction_and_the_next_unit_of_work_has_one_again(postgresql):
    with store.session(only_reads=True, briefly=True) as session:
        session.execute(text("SELECT 1"))
        assert session.connection().connection.status == STATUS_READY
    fails_and_leaves_nothing()


def test_foreign_keys_are_watched_on_a_connection_used_again(sqlite):
    for _ in range(3):
        with pytest.raises(IntegrityError):
            with store.session() as session:
                session.execute(text("INSERT INTO fact (case_id, name, source, stated_at) VALUES (99, 'a', 'b', '2026-01-01')"))


def test_a_forked_child_begins_with_connections_of_its_own(sqlite):
    with store.session() as session:
        session.execute(text("SELECT 1"))
    child = os.fork()
    if child == 0:
        os._exit(store.engine(f"sqlite:///{sqlite}").pool.checkedin())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.engine(f"sqlite:///{sqlite}").pool.checkedin() == 1


def test_a_record_in_memory_works(keys):
    store.engine.cache_clear()
    store.migrate("sqlite://")
    with store.session("sqlite://") as session:
        workers.arrive(session, "web", "x")
    with store.session("sqlite://") as session:
        assert session.scalar(select(func.count(Worker.id))) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_schema_goes_up_from_nothing_and_down_again(kind, tmp_path, request):
    url = f"sqlite:///{tmp_path / 'new.db'}" if kind == "sqlite" else new_postgresql(request.getfixturevalue("cluster"))
    config = Config()
    config.set_main_option("script_location", str(store.MIGRATIONS))
    config.attributes["engine"] = engine = create_engine(url, future=True)
    for _ in range(2):
        command.upgrade(config, "head")
        assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"target_metadata": Base.metadata})
            assert context.get_current_revision() is not None
        for name, table in Base.metadata.tables.items():
            assert {column["name"] for column in inspect(engine).get_columns(name)} == set(table.columns.keys()), name
        command.downgrade(config, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_a_url_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "this is no url")
    with pytest.raises(settings.SettingsError, match="DATABASE_URL"):
        with store.session():
            pass
