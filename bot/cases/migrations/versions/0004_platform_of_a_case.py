"""The platform of a case, for the queue's filter"""
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case", sa.Column("platform", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("case", "platform")
