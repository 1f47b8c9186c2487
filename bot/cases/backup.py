"""Copies of the record: one SQLite file a backup, whatever the record lies in, and beside it the file of the data keys.

The rows are copied as they lie there, sealed. The keys are in no backup but in one file, written anew each time: who was erased
since a backup was made is erased from it too, as its key is gone (bot/cases/keys.py). The master keys (`BOT_SECRET_KEYS`) are in
neither; keep them elsewhere.
"""
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, delete, func, insert, select, text, update
from sqlalchemy.engine import Connection, Engine

from bot.cases import forget, keys, store
from bot.cases.model import Base
from bot.cases.sealed import ring
from bot.settings import CHINA

KEYS = "data-keys"
BATCH = 1000
PREMADE = ("audit_head",)  # tables in which the migrations leave a row
COUNTS = Table("backup_count", MetaData(), Column("name", String, primary_key=True), Column("rows", Integer))


class BackupFault(ValueError):
    """A backup that cannot be made or restored; the message says why."""


def make(folder: Path, url: str) -> Path:
    """Copies the record of a running system as it is at one moment into a new file in the folder; the file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"gongyou-{datetime.now(CHINA):%Y%m%d-%H%M%S-%f}.backup"
    draft = file.with_suffix(".part")
    draft.unlink(missing_ok=True)
    store.migrate(f"sqlite:///{draft}")
    made = store.engine(f"sqlite:///{draft}")
    try:
        with _reading(store.engine(url)) as source, made.begin() as target:
            target.execute(text("PRAGMA defer_foreign_keys=ON"))
            COUNTS.create(target)
            for table in _tables():
                target.execute(insert(COUNTS), {"name": table.name, "rows": _copy(source, target, table)})
        store.sweep(made)
    finally:
        made.dispose()
    with store.session(url, only_reads=True) as session, open(folder / f"{KEYS}.part", "wb", opener=_private) as kept:
        keys.write(session, kept)
    os.chmod(draft, 0o600)
    os.replace(folder / f"{KEYS}.part", folder / KEYS)
    os.replace(draft, file)
    for rest in folder.glob(f"{draft.name}-*"):
        rest.unlink()
    return file


def restore(file: Path, url: str) -> tuple[int, int]:
    """Brings a backup into an empty record. How many rows came, and how many cases and workers were erased since. Raises BackupFault."""
    held = file.parent / KEYS
    if not file.is_file() or not held.is_file():
        raise BackupFault(f"{file if not file.is_file() else held}: not there")
    draft = file.with_suffix(".restoring")
    draft.write_bytes(file.read_bytes())
    os.chmod(draft, 0o600)
    source_url = f"sqlite:///{draft}"
    try:
        rows = _bring(source_url, url)
    finally:
        store.engine(source_url).dispose()
        for rest in file.parent.glob(f"{draft.name}*"):
            rest.unlink()
    with store.session(url) as session, open(held, "rb") as lines:
        try:
            keys.read(session, lines)
        except keys.KeyFileFault as fault:
            raise BackupFault(f"{held}: {fault}") from None
        ring(session).drop()
        return rows, forget.erase_keyless(session)


def put_aside(file: Path, url: str) -> Path:
    """Makes room for a backup: copies the record into a folder of its own beside the backup, keys and all, then empties it. The copy.

    Raises BackupFault, and leaves everything, when the backup is not sound. The copy never lies in the backup's folder, for its keys
    would take the place of those that open the backup.
    """
    if not _is_sound(file):
        raise BackupFault("FILE: no sound backup")
    made = make(file.parent / f"replaced-{datetime.now(CHINA):%Y%m%d-%H%M%S-%f}", url)
    record = store.engine(url)
    with record.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        if record.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION IF EXISTS audit_refuse"))
    store.migrate(url)
    return made


def _is_sound(file: Path) -> bool:
    """Whether a file is a whole backup with its keys beside it; looked at in place, it is not written to."""
    if not file.is_file() or not (file.parent / KEYS).is_file():
        return False
    opened = create_engine(f"sqlite:///file:{quote(str(file.resolve()))}?mode=ro&immutable=1&uri=true")
    try:
        with opened.connect() as connection:
            return _is_whole(connection)
    except Exception:
        return False
    finally:
        opened.dispose()


def _is_whole(connection: Connection) -> bool:
    """Whether nothing in a copy is damaged, and every table has the rows that were counted."""
    if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
        return False
    counts = connection.execute(select(COUNTS.c.name, COUNTS.c.rows)).all()
    return all(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) == rows for name, rows in counts)


def _bring(source_url: str, url: str) -> int:
    opened = store.engine(source_url)
    try:
        with opened.connect() as connection:
            sound = _is_whole(connection)
    except Exception:
        sound = False
    if not sound:
        raise BackupFault("FILE: no sound backup")
    store.migrate(source_url)  # one of an earlier version
    with opened.connect() as source, store.engine(url).begin() as target:
        for table in _tables():
            if table.name in PREMADE:
                continue
            if target.scalar(select(func.count()).select_from(table)):
                raise BackupFault(f"DATABASE_URL: the record is not empty ({table.name}); a backup is restored into an empty one")
        rows = sum(_copy(source, target, table) for table in _tables())
        if target.dialect.name == "postgresql":
            for table in _tables():
                if "id" in table.c and isinstance(table.c.id.type, Integer) and table.c.id.autoincrement:
                    target.execute(text(f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), "
                                        f"(SELECT coalesce(max(id), 1) FROM \"{table.name}\"))"))
    return rows


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name != keys.TABLE]


def _copy(source: Connection, target: Connection, table: Table) -> int:
    """Copies a table; a row that refers to one of its own table does so only once all are there."""
    own = [column for column in table.c if any(key.column.table is table for key in column.foreign_keys)]
    count, later = 0, []
    if table.name in PREMADE:
        target.execute(delete(table))
    for rows in source.execution_options(stream_results=True).execute(select(table)).partitions(BATCH):
        lines = [dict(row._mapping) for row in rows]
        for line in lines:
            for column in own:
                if line[column.name] is not None:
                    later.append((line["id"], column, line[column.name]))
                    line[column.name] = None
        target.execute(insert(table), lines)
        count += len(lines)
    for id, column, value in later:
        target.execute(update(table).where(table.c.id == id).values({column.name: value}))
    return count


def _reading(engine: Engine) -> Connection:
    """A connection that sees the record as it is at one moment."""
    if engine.dialect.name == "sqlite":
        return engine.connect().execution_options(only_reads=True)
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
