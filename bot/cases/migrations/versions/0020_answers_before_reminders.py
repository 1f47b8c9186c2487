"""What somebody waits for goes out before what comes unasked; what waits, and what may be due, is found without looking at all of it"""
import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="0"))
    op.drop_index("outbox_waiting", "outbox")
    op.create_index("outbox_waiting", "outbox", ["status", "channel", "priority", "id"])
    op.create_index("outbox_sent", "outbox", ["sent_at"])
    op.drop_index("inbox_waiting", "inbox")
    op.create_index("inbox_waiting", "inbox", ["status", "channel", "id"])
    op.create_index("inbox_sender", "inbox", ["sender"])
    op.add_column("case", sa.Column("followed_at", sa.DateTime(), nullable=True))
    op.create_index("case_act_by", "case", ["act_by"])
    op.create_index("case_opened", "case", ["opened_at"])


def downgrade() -> None:
    op.drop_index("case_opened", "case")
    op.drop_index("case_act_by", "case")
    with op.batch_alter_table("case") as batch:
        batch.drop_column("followed_at")
    op.drop_index("inbox_sender", "inbox")
    op.drop_index("inbox_waiting", "inbox")
    op.create_index("inbox_waiting", "inbox", ["channel", "status", "id"])
    op.drop_index("outbox_sent", "outbox")
    op.drop_index("outbox_waiting", "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("priority")
    op.create_index("outbox_waiting", "outbox", ["channel", "status", "id"])
