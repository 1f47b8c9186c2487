"""A record of any past version, with rows in every table, comes up to today's and goes down again, and nothing in it is lost or unreadable.

At each version another row is put into every table as that version has it; then the schema goes on by one.
"""
import itertools
import secrets
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import crypto, store
from bot.cases.model import Base
from bot.cases.sealed import HOUSE, Sealing
from tests.cases.conftest import new_postgresql

WORDS = {"text": "欠我五千块", "number": 5000}
OWN = {"alembic_version", "data_key", "audit_head"}  # the migrations' own rows
COUNTED = {"log_case", "log_count", "log_tally", "log_stale"}  # sums, made anew from the other tables whenever that is due
CHANGED = {("case", "platform")}  # since 0018 a platform that is not known is no longer named in clear
SEALED_LATER = {"saved_view"}  # what stood there in clear was sealed by a version after the first that seals
FIRST_SEALED = "0011"  # before, everything was encrypted with the master key itself
_numbers = itertools.count(1)


class Record:
    """A database at some version."""

    def __init__(self, url: str):
        self.engine = sa.create_engine(url, future=True)
        self.config = Config()
        self.config.set_main_option("script_location", str(store.MIGRATIONS))
        self.config.attributes["engine"] = self.engine
        self.versions = [step.revision for step in ScriptDirectory.from_config(self.config).walk_revisions()][::-1]
        self._reflected: dict[str, list[sa.Table]] = {}
        self.kinds = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}

    def tables(self, version: str) -> list[sa.Table]:
        """The tables as they were on the way up; on the way down they must be the same."""
        if version not in self._reflected:
            found = sa.MetaData()
            found.reflect(self.engine)
            self._reflected[version] = [table for table in found.sorted_tables if table.name not in OWN]
        return self._reflected[version]

    def fill(self, version: str) -> None:
        """Puts a row into every table."""
        with self.engine.begin() as connection:
            newest: dict[str, object] = {}
            for table in self.tables(version):
                row = {column.name: self._value(column, newest, version) for column in table.columns}
                row = {name: value for name, value in row.items() if value is not None}
                if version >= FIRST_SEALED:
                    self._seal(connection, table, row)
                key = connection.execute(table.insert().values(row)).inserted_primary_key
                newest[table.name] = key[0]

    def _value(self, column: sa.Column, newest: dict, version: str):
        """Something of the column's type, never twice the same where that may matter; None: left to the database."""
        if column.foreign_keys:
            return newest.get(next(iter(column.foreign_keys)).column.table.name)
        if isinstance(column.type, sa.LargeBinary):
            return secrets.token_bytes(8) if column.name == "uid" else WORDS if version >= FIRST_SEALED else old(WORDS)
        if column.name in ("id", "key_id", "prev_hash", "hash") and column.table.name != "secret":
            return None
        if isinstance(column.type, sa.Boolean):
            return False
        if isinstance(column.type, sa.Integer):
            return next(_numbers)
        if isinstance(column.type, sa.Float):
            return 0.5
        if isinstance(column.type, sa.DateTime):
            return datetime(2026, 1, 2, 3, 4, 5)
        if isinstance(column.type, sa.Date):
            return date(2026, 1, 2)
        if isinstance(column.type, sa.JSON):
            return []
        return f"{column.name}-{version}-{next(_numbers):06d}"[-(column.type.length or 40):]

    def _seal(self, connection, table: sa.Table, row: dict) -> None:
        names = [row.get(part) for part in self.kinds[table.name].named_by] if issubclass(self.kinds[table.name], Sealing) else []
        for name in [name for name, value in row.items() if value == WORDS]:
            row[name] = crypto.seal(self._house(connection), HOUSE, crypto.place(table.name, name, names), crypto.dumps(WORDS))

    def _house(self, connection) -> AESGCM:
        master, wrapped = connection.execute(sa.text(f"SELECT master, wrapped FROM data_key WHERE id = {HOUSE}")).one()
        return AESGCM(crypto.unwrap(master, bytes(wrapped), HOUSE))

    def rows(self, version: str) -> dict[str, list[dict]]:
        """What stands in each table in clear, by its key."""
        found = {}
        with self.engine.connect() as connection:
            for table in self.tables(version):
                if table.name not in COUNTED:
                    query = sa.select(table).order_by(*table.primary_key.columns)
                    found[table.name] = [{name: value for name, value in row.items() if not isinstance(value, (bytes, memoryview))
                                          and name != "key_id"} for row in connection.execute(query).mappings()]
        return found


def old(value) -> bytes:
    """As the first versions encrypted."""
    return Fernet(settings.secret_keys()[0]).encrypt(crypto.dumps(value).encode())


def is_kept(before: dict, after: dict, where: str) -> None:
    """Whether every row is there still, and says the same in every column that both versions have."""
    for name in before.keys() & after.keys():
        assert len(after[name]) == len(before[name]), f"{where}: {name}"
        for was, now in zip(before[name], after[name]):
            same = {column for column in was.keys() & now.keys() if (name, column) not in CHANGED}
            assert {column: was[column] for column in same} == {column: now[column] for column in same}, f"{where}: {name}"


def opens(engine) -> int:
    """How many sealed values there are; each says what was put in."""
    found = 0
    with Session(engine) as session:
        for kind in [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Sealing)]:
            for row in session.query(kind):
                values = [value for one in kind.sealed if (value := getattr(row, one.name)) is not None]
                assert all(value == WORDS for value in values) or kind.__tablename__ in SEALED_LATER, kind.__tablename__
                found += len(values)
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_rows_of_every_past_version_go_all_the_way_up_and_down(kind, tmp_path, request, keys):
    record = Record(f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else new_postgresql(request.getfixturevalue("cluster")))
    for version, following in zip(record.versions, [*record.versions[1:], None]):
        command.upgrade(record.config, version)
        record.fill(version)
        before = record.rows(version)
        assert all(before[name] for name in before)
        if following:
            command.upgrade(record.config, following)
            is_kept(before, record.rows(following), f"{version} up to {following}")
    assert opens(record.engine) > 15 * len(record.versions)
    for version, following in zip(record.versions[-2::-1], record.versions[::-1]):
        before = record.rows(following)
        command.downgrade(record.config, version)
        is_kept(before, record.rows(version), f"down to {version}")
    with record.engine.connect() as connection:
        for (text,) in connection.execute(sa.text("SELECT text FROM message")).all():
            assert Fernet(settings.secret_keys()[0]).decrypt(bytes(text)).decode() == crypto.dumps(WORDS)
    command.downgrade(record.config, "base")
    record.engine.dispose()
