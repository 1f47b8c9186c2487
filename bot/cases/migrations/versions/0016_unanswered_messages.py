"""Messages that were not understood, and how many were"""
import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("uid", sa.LargeBinary(8)),
        sa.Column("worker_id", sa.Integer(), sa.ForeignKey("worker.id", ondelete="CASCADE"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id", ondelete="CASCADE")),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("guess", sa.String(28)),
        sa.Column("confidence", sa.Float()),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(10)),
        sa.Column("label", sa.String(28)),
        sa.Column("also", sa.JSON()),
        sa.Column("labelled_by", sa.String(40)),
        sa.Column("labelled_at", sa.DateTime()),
    )
    op.create_index("ix_unanswered_worker_id", "unanswered", ["worker_id"])
    op.create_index("ix_unanswered_case_id", "unanswered", ["case_id"])
    op.create_index("unanswered_open", "unanswered", ["kind", "id"])
    op.create_table(
        "heard_message",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
    )
    op.create_index("ix_heard_message_on", "heard_message", ["on"])
    op.create_table(
        "heard_day",
        sa.Column("on", sa.Date(), primary_key=True),
        sa.Column("language", sa.String(12), primary_key=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("heard_day")
    op.drop_table("heard_message")
    op.drop_table("unanswered")
