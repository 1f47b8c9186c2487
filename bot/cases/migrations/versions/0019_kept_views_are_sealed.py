"""Kept views are sealed, as their search may name somebody"""
import json
import os
import secrets

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.cases import crypto

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

HOUSE = 0
KEYS = sa.table("data_key", sa.column("id", sa.BigInteger()), sa.column("master"), sa.column("wrapped", sa.LargeBinary()))


def upgrade() -> None:
    rows = op.get_bind().execute(sa.text("SELECT id, staff_id, name, filters FROM saved_view ORDER BY id")).all()
    op.drop_index("ix_saved_view_staff_id", "saved_view")
    op.drop_table("saved_view")
    made = op.create_table(
        "saved_view", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("uid", sa.LargeBinary(8), nullable=True),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False), sa.Column("filters", sa.LargeBinary(), nullable=False))
    op.create_index("ix_saved_view_staff_id", "saved_view", ["staff_id"])
    box = _house() if rows else None
    for row in rows:
        uid, filters = secrets.token_bytes(8), json.loads(row.filters) if isinstance(row.filters, str) else row.filters
        sealed = {name: crypto.seal(box, HOUSE, crypto.place("saved_view", name, [uid]), crypto.dumps(value))
                  for name, value in (("name", row.name), ("filters", filters))}
        op.get_bind().execute(made.insert().values(id=row.id, uid=uid, staff_id=row.staff_id, **sealed))
    _number_on()


def downgrade() -> None:
    rows = op.get_bind().execute(sa.text("SELECT id, uid, staff_id, name, filters FROM saved_view ORDER BY id")).all()
    op.drop_index("ix_saved_view_staff_id", "saved_view")
    op.drop_table("saved_view")
    made = op.create_table(
        "saved_view", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False), sa.Column("filters", sa.JSON(), nullable=False),
        sa.UniqueConstraint("staff_id", "name"))
    op.create_index("ix_saved_view_staff_id", "saved_view", ["staff_id"])
    box, seen = _house() if rows else None, set()
    for row in rows:
        name, filters = (json.loads(crypto.unseal(box, crypto.place("saved_view", column, [bytes(row.uid)]), bytes(value)))
                         for column, value in (("name", row.name), ("filters", row.filters)))
        name = str(name)[:40]
        if (row.staff_id, name) not in seen:
            seen.add((row.staff_id, name))
            op.get_bind().execute(made.insert().values(id=row.id, staff_id=row.staff_id, name=name, filters=filters))
    _number_on()


def _number_on() -> None:
    """Has new rows numbered after those that were put back under their old numbers."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("SELECT setval(pg_get_serial_sequence('saved_view', 'id'), (SELECT coalesce(max(id), 1) FROM saved_view))"))


def _house() -> AESGCM:
    """The key of what belongs to nobody in particular; made where there is none."""
    held = op.get_bind().execute(sa.select(KEYS).where(KEYS.c.id == HOUSE)).first()
    if held is not None:
        return AESGCM(crypto.unwrap(held.master, bytes(held.wrapped), HOUSE))
    raw = os.urandom(32)
    master, wrapped = crypto.wrap(raw, HOUSE)
    op.get_bind().execute(KEYS.insert().values(id=HOUSE, master=master, wrapped=wrapped))
    return AESGCM(raw)
