"""A data key for each worker, case and group; every ciphertext bound to its row

What was encrypted with the master key itself (Fernet) is sealed anew, and the other way round on the way down. Needs the keys
of BOT_SECRET_KEYS as soon as there are rows. All data keys are held in memory meanwhile, some 200 bytes a worker and a case.
"""
import json
import os
import secrets

import sqlalchemy as sa
from alembic import op
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot import settings
from bot.cases import crypto

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BATCH = 1000
HOUSE = 0
OWNERS = ("worker", "case", "case_group")
BY_UID = ("fact", "assessment", "referral", "note", "transfer", "contact", "deflection", "deflection_review", "message",
          "audit")
OF_CASE = '(SELECT key_id FROM "case" WHERE id = {table}.case_id)'
OF_WORKER = "(SELECT key_id FROM worker WHERE id = {table}.worker_id)"
SEALED = (  # table, its primary key, its sealed columns, what names a row, and the number of its key as SQL
    ("secret", "name", ("value",), ("name",), "0"),
    ("staff", "id", ("totp_secret",), ("name",), "0"),
    ("worker", "id", ("address", "dialogue"), ("code",), "key_id"),
    ("case_group", "id", ("name",), ("code",), "key_id"),
    ("fact", "id", ("value",), ("uid",), OF_CASE),
    ("assessment", "id", ("result",), ("uid",), OF_CASE),
    ("referral", "id", ("outcome",), ("uid",), OF_CASE),
    ("note", "id", ("text",), ("uid",), OF_CASE),
    ("contact", "id", ("words",), ("uid",), OF_CASE),
    ("transfer", "id", ("reason", "answer_reason"), ("uid",),
     '(SELECT key_id FROM "case" WHERE id = (SELECT case_id FROM referral WHERE id = transfer.referral_id))'),
    ("deflection", "id", ("words", "words_masked", "outcome", "outcome_masked"), ("uid",),
     'COALESCE((SELECT key_id FROM "case" WHERE id = deflection.case_ref), 0)'),
    ("deflection_review", "id", ("before", "after", "text"), ("uid",), 'COALESCE((SELECT key_id FROM "case" WHERE id = '
     '(SELECT case_ref FROM deflection WHERE id = deflection_review.deflection_id)), 0)'),
    ("message", "id", ("text",), ("uid",), f"COALESCE({OF_CASE}, {OF_WORKER})"),
    ("inbox", "id", ("payload",), ("channel", "update_id"), "COALESCE((SELECT key_id FROM worker WHERE sender = inbox.sender), 0)"),
    ("outbox", "id", ("body",), ("key",), OF_WORKER),
    ("button", "key", ("title", "payload"), ("key",), OF_WORKER),
    ("audit", "id", ("detail",), ("uid",), 'COALESCE((SELECT key_id FROM "case" WHERE code = audit.subject), 0)'),
)


def upgrade() -> None:
    op.create_table("data_key", sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
                    sa.Column("master", sa.String(length=16), nullable=False), sa.Column("wrapped", sa.LargeBinary(), nullable=False))
    for name in OWNERS:
        op.add_column(name, sa.Column("key_id", sa.BigInteger(), nullable=True))
    for name in BY_UID:
        op.add_column(name, sa.Column("uid", sa.LargeBinary(8), nullable=True))
    if _empty():
        return
    keys, old = {HOUSE: _new_key(HOUSE)}, _fernet()
    for name in OWNERS:
        rows = _table(name, "id", "key_id")
        for (number,) in op.get_bind().execute(sa.select(rows.c.id)).all():
            key_id = secrets.randbits(62) + 1
            keys[key_id] = _new_key(key_id)
            op.get_bind().execute(rows.update().where(rows.c.id == number).values(key_id=key_id))
    for name, primary, columns, named_by, key_of in SEALED:
        for row in _rows(name, primary, columns, named_by, key_of):
            uid = secrets.token_bytes(8)
            names = [uid] if named_by == ("uid",) else [row[part] for part in named_by]
            fresh = {column: crypto.seal(keys[row["sealed_with"]], row["sealed_with"], crypto.place(name, column, names),
                                         _decrypted(old, row[column])) for column in columns if row[column] is not None}
            _write(name, primary, row[primary], fresh | ({"uid": uid} if named_by == ("uid",) else {}))


def downgrade() -> None:
    if not _empty():
        stored = _table("data_key", "id", "master", "wrapped")
        keys = {row.id: AESGCM(crypto.unwrap(row.master, row.wrapped, row.id)) for row in op.get_bind().execute(sa.select(stored))}
        old = _fernet()
        for name, primary, columns, named_by, _key_of in SEALED:
            for row in _rows(name, primary, columns, named_by, "0"):
                names = [row[part] for part in named_by]
                _write(name, primary, row[primary], {
                    column: old.encrypt(crypto.unseal(keys[crypto.key_named_in(row[column])], crypto.place(name, column, names),
                                                      row[column]).encode()) for column in columns if row[column] is not None})
    for name in BY_UID:
        op.drop_column(name, "uid")
    for name in OWNERS:
        op.drop_column(name, "key_id")
    op.drop_table("data_key")


def _empty() -> bool:
    """Whether there is nothing encrypted: every record that holds anything has its hash key, an account or an audit row."""
    return not any(op.get_bind().execute(sa.text(f'SELECT 1 FROM "{row[0]}" LIMIT 1')).first() for row in SEALED)


def _new_key(key_id: int) -> AESGCM:
    raw = os.urandom(32)
    master, wrapped = crypto.wrap(raw, key_id)
    op.get_bind().execute(_table("data_key", "id", "master", "wrapped").insert().values(id=key_id, master=master, wrapped=wrapped))
    return AESGCM(raw)


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.secret_keys()])


def _decrypted(old: MultiFernet, data: bytes) -> str:
    try:
        return crypto.dumps(json.loads(old.decrypt(data)))
    except InvalidToken:
        raise settings.SettingsError("BOT_SECRET_KEYS: none of the keys opens this database") from None


def _rows(name: str, primary: str, columns: tuple, named_by: tuple, key_of: str):
    """The rows of a table in batches, as dicts with the number of their key as sealed_with."""
    wanted = dict.fromkeys((primary, *named_by, *columns))
    table = _table(name, *wanted)
    last, sealed_with = None, sa.literal_column(key_of.format(table=name)).label("sealed_with")
    while True:
        query = sa.select(*table.c, sealed_with).order_by(table.c[primary]).limit(BATCH)
        batch = op.get_bind().execute(query if last is None else query.where(table.c[primary] > last)).mappings().all()
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1][primary]


def _write(name: str, primary: str, value, fresh: dict) -> None:
    if fresh:
        table = _table(name, primary, *fresh)
        op.get_bind().execute(table.update().where(table.c[primary] == value).values(**fresh))


def _table(name: str, *columns: str) -> sa.sql.expression.TableClause:
    binary = {"wrapped", "uid", *(column for row in SEALED for column in row[2] if row[0] == name)}
    return sa.table(name, *(sa.column(column, sa.LargeBinary() if column in binary else None) for column in columns))
