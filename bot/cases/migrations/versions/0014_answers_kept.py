"""Answers kept until they are safe elsewhere; why an update fails, and whether a message may have gone out"""
import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer", sa.Column("worker_id", sa.Integer(), sa.ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("message_id", sa.String(length=160), primary_key=True), sa.Column("replies", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False))
    op.add_column("inbox", sa.Column("fault", sa.String(length=60), nullable=True))
    op.add_column("outbox", sa.Column("begun", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("outbox", "begun")
    op.drop_column("inbox", "fault")
    op.drop_table("answer")
