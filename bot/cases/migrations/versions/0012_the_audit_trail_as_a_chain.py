"""The audit trail as a chain of hashes; its entries are neither changed nor deleted, but for the erasure of their subject"""
import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STAYS = ("id", "uid", "at", "staff", "action", "number", "prev_hash", "hash", "subject_mark", "detail_mark")
WORDS = "entries of the audit trail are neither changed nor deleted"


def upgrade() -> None:
    op.add_column("audit", sa.Column("number", sa.Integer(), nullable=True))
    for name, length in (("subject_mark", 80), ("detail_mark", 64), ("prev_hash", 64), ("hash", 64)):
        op.add_column("audit", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index("audit_number", "audit", ["number"], unique=True)
    op.create_table("audit_head", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("number", sa.Integer(), nullable=False),
                    sa.Column("hash", sa.String(length=64), nullable=False))
    op.execute(sa.text("INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '')"))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_stays", "audit_not_deleted"):
            op.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        for name in ("audit_stays", "audit_not_deleted", "audit_not_emptied"):
            op.execute(sa.text(f"DROP TRIGGER {name} ON audit"))
        op.execute(sa.text("DROP FUNCTION audit_refuse"))
    op.drop_table("audit_head")
    op.drop_index("audit_number", "audit")
    for name in ("hash", "prev_hash", "detail_mark", "subject_mark", "number"):
        op.drop_column("audit", name)


def _changed(differs: str) -> str:
    """Whether a chained entry is changed in any other way than by erasing its subject or encrypting its detail anew."""
    same = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in STAYS)
    subject = f"(NEW.subject {differs} OLD.subject AND NEW.subject {differs} OLD.subject_mark)"
    detail = f"(NEW.detail IS NULL AND OLD.detail IS NOT NULL AND NEW.subject {differs} OLD.subject_mark)"
    return f"OLD.hash IS NOT NULL AND ({same} OR {subject} OR {detail})"


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    return [f"CREATE TRIGGER audit_stays BEFORE UPDATE ON audit WHEN {_changed('IS NOT')} {refuse}",
            f"CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit {refuse}"]


def _postgresql() -> list[str]:
    refuse = "EXECUTE FUNCTION audit_refuse()"
    return [f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
            f"CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW WHEN ({_changed('IS DISTINCT FROM')}) {refuse}",
            f"CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit FOR EACH ROW {refuse}",
            f"CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT {refuse}"]
