"""The answer to a message, kept until it is safe elsewhere"""
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer", sa.Column("worker_id", sa.Integer(), sa.ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("message_id", sa.String(length=160), primary_key=True), sa.Column("replies", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False))


def downgrade() -> None:
    op.drop_table("answer")
