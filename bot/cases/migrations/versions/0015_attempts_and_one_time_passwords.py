"""Tries at signing in are counted in the database; one-time passwords end"""
import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("attempt", sa.Column("key", sa.String(length=32), primary_key=True), sa.Column("count", sa.Integer(), nullable=False),
                    sa.Column("at", sa.DateTime(), nullable=False))
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.add_column("staff", sa.Column("password_until", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "password_until")
    op.drop_table("attempt")
