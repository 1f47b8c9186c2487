"""A directory of offices with their own telephone numbers"""
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(24), nullable=False),
        sa.Column("level", sa.String(12)),
        sa.Column("adcode", sa.String(6)),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(120)),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(200)),
        sa.Column("hours", sa.String(120)),
        sa.Column("note", sa.String(400)),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("kept_by", sa.String(40), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("ended_by", sa.String(40)),
    )
    op.create_index("ix_office_number", "office", ["number"])
    op.create_index("office_place", "office", ["ended_at", "adcode", "id"])


def downgrade() -> None:
    op.drop_table("office")
