"""The audit trail can be looked up by who, what and about whom"""
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
INDEXES = {"audit_staff": ["staff", "id"], "audit_action": ["action", "id"], "audit_subject": ["subject", "id"], "audit_at": ["at"]}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "audit", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "audit")
