"""Review of the deflection log, and its sums kept up to date"""
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COUNTED = ("units", "cases", "contacts", "aware_yes", "aware_no", "involved_yes", "involved_no", "knew_acted", "knew_idle", "resolved",
           "answered", "quick", "away", "stories", "wrote", "agreed", "opened", "assessed", "asked", "heard", "passed", "solved")
ROWS = (("deflection_newest", ["contacted_on", "id"]), ("deflection_reason", ["reason", "id"]),
        ("deflection_body", ["body", "level", "id"]), ("deflection_review_state", ["review", "id"]))


def counted() -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED]


def text(name: str, length: int, **more) -> sa.Column:
    return sa.Column(name, sa.String(length=length), **more)


def upgrade() -> None:
    op.add_column("deflection", sa.Column("words_masked", sa.LargeBinary(), nullable=True))
    op.add_column("deflection", sa.Column("outcome_masked", sa.LargeBinary(), nullable=True))
    op.add_column("deflection", text("review", 10, nullable=True))
    op.add_column("deflection", sa.Column("exemplary", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, columns in ROWS:
        op.create_index(name, "deflection", columns)
    op.create_table(
        "deflection_review",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("deflection_id", sa.Integer(), sa.ForeignKey("deflection.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False), text("staff", 40, nullable=False), text("act", 12, nullable=False),
        text("field", 16, nullable=True), *[sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("before", "after", "text")])
    op.create_index("ix_deflection_review_deflection_id", "deflection_review", ["deflection_id"])
    op.create_table(
        "log_case",
        text("case_id", 40, primary_key=True), sa.Column("month", sa.Integer(), nullable=False), sa.Column("began", sa.Date(), nullable=True),
        text("adcode", 6, nullable=True), text("province", 2, nullable=False), text("prefecture", 6, nullable=False),
        text("occupation", 24, nullable=False), text("issue", 28, nullable=False), text("platform", 40, nullable=False),
        text("aware", 8, nullable=False), text("involved", 8, nullable=False), sa.Column("days", sa.Integer(), nullable=True),
        text("after", 24, nullable=True), text("early", 24, nullable=True), sa.Column("doors", sa.JSON(), nullable=False), *counted())
    op.create_index("log_case_place", "log_case", ["province", "prefecture", "month"])
    for name in ("occupation", "issue", "platform"):
        op.create_index(f"log_case_{name}", "log_case", [name, "month"])
    told = sa.text("stories > 0")
    op.create_index("log_case_stories", "log_case", ["began"], sqlite_where=told, postgresql_where=told)
    op.create_table(
        "log_count",
        *[text(name, length, primary_key=True) for name, length in (("dim1", 12), ("dim2", 12), ("value1", 40), ("value2", 40))],
        sa.Column("month", sa.Integer(), primary_key=True, autoincrement=False), *counted())
    op.create_index("log_count_second", "log_count", ["dim1", "dim2", "value2"])
    op.create_table(
        "log_tally",
        *[text(name, length, primary_key=True) for name, length in (("dim", 12), ("value", 40), ("kind", 8), ("what", 80))],
        sa.Column("month", sa.Integer(), primary_key=True, autoincrement=False), sa.Column("n", sa.Integer(), nullable=False))
    op.create_table("log_stale", sa.Column("id", sa.Integer(), primary_key=True), text("key", 40, nullable=False))
    # What the record holds already is counted as if it had just changed.
    op.execute(sa.text("""INSERT INTO log_stale (key) SELECT case_id FROM deflection UNION SELECT code FROM "case"
                          UNION SELECT '@' || id FROM worker"""))


def downgrade() -> None:
    for table in ("log_stale", "log_tally", "log_count", "log_case", "deflection_review"):
        op.drop_table(table)
    for name, _ in ROWS:
        op.drop_index(name, "deflection")
    for column in ("exemplary", "review", "outcome_masked", "words_masked"):
        op.drop_column("deflection", column)
