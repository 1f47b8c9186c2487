"""Who waits for a person, what staff have seen, and their views of the queue"""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("waiting_since", sa.DateTime(), nullable=True))
    op.add_column("referral", sa.Column("heard_at", sa.DateTime(), nullable=True))
    # Whoever agreed to be passed on and has no answer yet has waited from then on.
    op.execute(sa.text("UPDATE referral SET waiting_since = created_at WHERE for_hotline AND resolved_at IS NULL"))
    op.create_index("ix_case_worker_id", "case", ["worker_id"])
    op.create_table(
        "case_seen",
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False))
    op.create_index("ix_case_seen_case_id", "case_seen", ["case_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.UniqueConstraint("staff_id", "name"))
    op.create_index("ix_saved_view_staff_id", "saved_view", ["staff_id"])


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_table("case_seen")
    op.drop_index("ix_case_worker_id", "case")
    op.drop_column("referral", "heard_at")
    op.drop_column("referral", "waiting_since")
