"""Employers that several matters name, further places of a matter; of platforms only known ones in clear"""
import sqlalchemy as sa
from alembic import op

from bot.understanding.employer_names import stored

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "employer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key_id", sa.BigInteger()),
        sa.Column("code", sa.String(12), nullable=False, unique=True),
        sa.Column("mark", sa.String(32), nullable=False, unique=True),
        sa.Column("platform", sa.String(40)),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
    )
    op.create_table("case_employer", _of("case", primary_key=True), _of("employer", primary_key=True))
    op.create_index("ix_case_employer_employer_id", "case_employer", ["employer_id"])
    op.create_table("case_place", _of("case", primary_key=True), sa.Column("adcode", sa.String(6), primary_key=True),
                    sa.Column("why", sa.String(16), nullable=False))
    op.create_table(
        "employer_tie",
        sa.Column("id", sa.Integer(), primary_key=True), sa.Column("uid", sa.LargeBinary(8)),
        _of("employer", "one_id", nullable=False), _of("employer", "other_id", nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False), sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False), sa.Column("why", sa.LargeBinary()), sa.Column("undone_by", sa.String(40)),
        sa.Column("undone_at", sa.DateTime()),
    )
    op.create_index("ix_employer_tie_one_id", "employer_tie", ["one_id"])
    op.create_index("ix_employer_tie_other_id", "employer_tie", ["other_id"])
    op.create_table(
        "employer_verdict",
        sa.Column("id", sa.Integer(), primary_key=True), sa.Column("uid", sa.LargeBinary(8)), _of("employer", nullable=False),
        sa.Column("grade", sa.String(8), nullable=False), sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False), sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False), sa.Column("withdrawn_by", sa.String(40)),
        sa.Column("withdrawn_at", sa.DateTime()),
    )
    op.create_index("ix_employer_verdict_employer_id", "employer_verdict", ["employer_id"])
    op.execute(sa.text("ALTER TABLE alert ADD COLUMN employer_id INTEGER REFERENCES employer(id) ON DELETE CASCADE"))
    op.create_index("ix_alert_employer_id", "alert", ["employer_id"])
    _only_known_platforms()


def downgrade() -> None:
    """Alerts about employers go; which platform stood in the clear column before nobody knows any more."""
    op.execute(sa.text("DELETE FROM alert WHERE kind = 'employer'"))
    op.drop_index("ix_alert_employer_id", "alert")
    op.drop_index("alert_open", "alert")  # of part of the rows, which making the table anew would forget
    with op.batch_alter_table("alert") as alert:  # SQLite drops no column that refers to another table
        alert.drop_column("employer_id")
    op.create_index("alert_open", "alert", ["id"], sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))
    keys = sa.text("DELETE FROM data_key WHERE id IN (SELECT key_id FROM employer)")
    op.execute(keys)
    for name in ("employer_verdict", "employer_tie", "case_place", "case_employer", "employer"):
        op.drop_table(name)


def _of(table: str, name: str | None = None, **more) -> sa.Column:
    return sa.Column(name or f"{table}_id", sa.Integer(), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), **more)


def _only_known_platforms() -> None:
    """What was typed as a platform stays in the sealed fact alone; the sums that were counted by it are made anew at the next look."""
    case = sa.table("case", sa.column("code"), sa.column("platform"))
    stale = sa.table("log_stale", sa.column("key"))
    bind = op.get_bind()
    for told in bind.execute(sa.select(case.c.platform).where(case.c.platform.isnot(None)).distinct()).scalars().all():
        if stored(told) != told:
            same = case.c.platform == told
            bind.execute(stale.insert().from_select(["key"], sa.select(case.c.code).where(same)))
            bind.execute(case.update().where(same).values(platform=stored(told)))
