"""Notes, outcomes, desks by region and transfers between them, duplicates and groups"""
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Written out, as SQLite takes a reference only together with its column.
COLUMNS = (("staff", "team_id", "INTEGER REFERENCES team(id) ON DELETE SET NULL"),
           ("referral", "team_id", "INTEGER REFERENCES team(id) ON DELETE SET NULL"),
           ("referral", "how", "VARCHAR(16)"), ("referral", "recovered", "INTEGER"),
           ("case", "group_id", "INTEGER REFERENCES case_group(id) ON DELETE SET NULL"),
           ("case", "merged_into", 'INTEGER REFERENCES "case"(id) ON DELETE SET NULL'))


def upgrade() -> None:
    op.create_table("team", sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("name", sa.String(length=40), nullable=False, unique=True),
                    sa.Column("regions", sa.JSON(), nullable=False), sa.Column("created_at", sa.DateTime(), nullable=False))
    op.create_table("case_group", sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("code", sa.String(length=12), nullable=False, unique=True),
                    sa.Column("name", sa.LargeBinary(), nullable=False), sa.Column("created_at", sa.DateTime(), nullable=False))
    for table, name, kind in COLUMNS:
        op.execute(sa.text(f'ALTER TABLE "{table}" ADD COLUMN {name} {kind}'))
    op.create_index("ix_case_group_id", "case", ["group_id"])
    op.create_table(
        "note", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id", ondelete="CASCADE"), nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False), sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False))
    op.create_index("ix_note_case_id", "note", ["case_id"])
    op.create_table(
        "transfer", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("referral_id", sa.Integer(), sa.ForeignKey("referral.id", ondelete="CASCADE"), nullable=False),
        sa.Column("from_team", sa.Integer(), sa.ForeignKey("team.id", ondelete="SET NULL")),
        sa.Column("to_team", sa.Integer(), sa.ForeignKey("team.id", ondelete="CASCADE"), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False), sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False), sa.Column("answer", sa.String(length=10)),
        sa.Column("answered_by", sa.String(length=40)), sa.Column("answer_reason", sa.LargeBinary()),
        sa.Column("answered_at", sa.DateTime()))
    op.create_index("ix_transfer_referral_id", "transfer", ["referral_id"])


def downgrade() -> None:
    op.drop_table("transfer")
    op.drop_table("note")
    op.drop_index("ix_case_group_id", "case")
    with op.batch_alter_table("case") as table:  # SQLite drops no column that refers to another table
        table.drop_column("merged_into")
        table.drop_column("group_id")
    with op.batch_alter_table("referral") as table:
        for name in ("recovered", "how", "team_id"):
            table.drop_column(name)
    with op.batch_alter_table("staff") as table:
        table.drop_column("team_id")
    op.drop_table("case_group")
    op.drop_table("team")
