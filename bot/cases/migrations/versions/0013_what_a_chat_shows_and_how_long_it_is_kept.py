"""Numbers of the messages a chat shows, and indexes for what is to be erased"""
import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("message_id", sa.Integer(), nullable=True))
    if op.get_bind().dialect.name != "sqlite":  # which keeps texts of any length anyway
        op.alter_column("outbox", "message_id", type_=sa.String(400))
    op.create_index("case_closed", "case", ["closed_at"])
    op.create_index("worker_seen", "worker", ["seen_at"])


def downgrade() -> None:
    op.drop_index("worker_seen", "worker")
    op.drop_index("case_closed", "case")
    if op.get_bind().dialect.name != "sqlite":
        op.execute(sa.text("UPDATE outbox SET message_id = substring(message_id from '[^ ]+$') WHERE length(message_id) > 32"))
        op.alter_column("outbox", "message_id", type_=sa.String(32))
    op.drop_column("inbox", "message_id")
