"""The record as first built"""
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("audit",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("at", sa.DateTime(), nullable=False),
    sa.Column("staff", sa.String(length=40), nullable=False),
    sa.Column("action", sa.String(length=40), nullable=False),
    sa.Column("subject", sa.String(length=80), nullable=True),
    sa.Column("detail", sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint("id")
    )
    op.create_table("inbox",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("update_id", sa.String(length=64), nullable=False),
    sa.Column("sender", sa.String(length=64), nullable=False),
    sa.Column("payload", sa.LargeBinary(), nullable=True),
    sa.Column("status", sa.String(length=10), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("next_try_at", sa.DateTime(), nullable=True),
    sa.Column("received_at", sa.DateTime(), nullable=False),
    sa.Column("handled_at", sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("channel", "update_id")
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("inbox_waiting", ["channel", "status", "id"], unique=False)

    op.create_table("secret",
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("value", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("name")
    )
    op.create_table("staff",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("role", sa.String(length=8), nullable=False),
    sa.Column("password_hash", sa.String(length=160), nullable=False),
    sa.Column("must_change", sa.Boolean(), nullable=False),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.Column("disabled_at", sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("name")
    )
    op.create_table("worker",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("code", sa.String(length=12), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("sender", sa.String(length=64), nullable=False),
    sa.Column("address", sa.LargeBinary(), nullable=True),
    sa.Column("language", sa.String(length=12), nullable=True),
    sa.Column("consented_at", sa.DateTime(), nullable=True),
    sa.Column("handover", sa.String(length=8), nullable=False),
    sa.Column("blocked_at", sa.DateTime(), nullable=True),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.Column("seen_at", sa.DateTime(), nullable=False),
    sa.Column("dialogue", sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("code"),
    sa.UniqueConstraint("sender")
    )
    op.create_table("button",
    sa.Column("key", sa.String(length=16), nullable=False),
    sa.Column("worker_id", sa.Integer(), nullable=False),
    sa.Column("title", sa.LargeBinary(), nullable=False),
    sa.Column("payload", sa.LargeBinary(), nullable=False),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.Column("used_at", sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("key")
    )
    with op.batch_alter_table("button", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_button_worker_id"), ["worker_id"], unique=False)

    op.create_table("case",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("code", sa.String(length=12), nullable=False),
    sa.Column("worker_id", sa.Integer(), nullable=True),
    sa.Column("status", sa.String(length=10), nullable=False),
    sa.Column("opened_at", sa.DateTime(), nullable=False),
    sa.Column("closed_at", sa.DateTime(), nullable=True),
    sa.Column("issues", sa.JSON(), nullable=False),
    sa.Column("adcode", sa.String(length=6), nullable=True),
    sa.Column("occupation", sa.String(length=24), nullable=True),
    sa.Column("people", sa.Integer(), nullable=True),
    sa.Column("urgency", sa.String(length=10), nullable=True),
    sa.Column("act_by", sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], ondelete="SET NULL"),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("code")
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index("case_queue", ["status", "urgency", "act_by"], unique=False)

    op.create_table("outbox",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("worker_id", sa.Integer(), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("key", sa.String(length=80), nullable=False),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("status", sa.String(length=10), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("next_try_at", sa.DateTime(), nullable=True),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.Column("sent_at", sa.DateTime(), nullable=True),
    sa.Column("message_id", sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("key")
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_worker_id"), ["worker_id"], unique=False)
        batch_op.create_index("outbox_waiting", ["channel", "status", "id"], unique=False)

    op.create_table("staff_session",
    sa.Column("token_hash", sa.String(length=64), nullable=False),
    sa.Column("staff_id", sa.Integer(), nullable=False),
    sa.Column("csrf", sa.String(length=64), nullable=False),
    sa.Column("language", sa.String(length=12), nullable=True),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.Column("seen_at", sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("token_hash")
    )
    op.create_table("assessment",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.Integer(), nullable=False),
    sa.Column("made_at", sa.DateTime(), nullable=False),
    sa.Column("as_of", sa.Date(), nullable=False),
    sa.Column("knowledge_version", sa.String(length=32), nullable=False),
    sa.Column("result", sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(["case_id"], ["case.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_case_id"), ["case_id"], unique=False)

    op.create_table("fact",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=48), nullable=False),
    sa.Column("value", sa.LargeBinary(), nullable=True),
    sa.Column("source", sa.String(length=40), nullable=False),
    sa.Column("stated_at", sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(["case_id"], ["case.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_case_id"), ["case_id"], unique=False)

    op.create_table("message",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("worker_id", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.Integer(), nullable=True),
    sa.Column("speaker", sa.String(length=40), nullable=False),
    sa.Column("text", sa.LargeBinary(), nullable=False),
    sa.Column("at", sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(["case_id"], ["case.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_worker_id"), ["worker_id"], unique=False)

    op.create_table("referral",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.Integer(), nullable=False),
    sa.Column("body", sa.String(length=24), nullable=False),
    sa.Column("level", sa.String(length=12), nullable=True),
    sa.Column("adcode", sa.String(length=6), nullable=True),
    sa.Column("status", sa.String(length=12), nullable=False),
    sa.Column("for_hotline", sa.Boolean(), nullable=False),
    sa.Column("consented_at", sa.DateTime(), nullable=True),
    sa.Column("assigned_to", sa.Integer(), nullable=True),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.Column("changed_at", sa.DateTime(), nullable=False),
    sa.Column("resolved_at", sa.DateTime(), nullable=True),
    sa.Column("outcome", sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(["assigned_to"], ["staff.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["case_id"], ["case.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_for_hotline"), ["for_hotline"], unique=False)

    op.create_table("contact",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.Integer(), nullable=False),
    sa.Column("referral_id", sa.Integer(), nullable=True),
    sa.Column("body", sa.String(length=24), nullable=False),
    sa.Column("level", sa.String(length=12), nullable=True),
    sa.Column("adcode", sa.String(length=6), nullable=True),
    sa.Column("on", sa.Date(), nullable=False),
    sa.Column("by", sa.String(length=40), nullable=False),
    sa.Column("answer", sa.String(length=10), nullable=False),
    sa.Column("reason", sa.String(length=28), nullable=True),
    sa.Column("words", sa.LargeBinary(), nullable=True),
    sa.Column("source_message", sa.String(length=64), nullable=True),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(["case_id"], ["case.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("source_message")
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_referral_id"), ["referral_id"], unique=False)

    op.create_table("deflection",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("case_id", sa.String(length=40), nullable=False),
    sa.Column("case_ref", sa.Integer(), nullable=True),
    sa.Column("referral_id", sa.Integer(), nullable=True),
    sa.Column("contact_id", sa.Integer(), nullable=True),
    sa.Column("opened_on", sa.Date(), nullable=True),
    sa.Column("place", sa.String(length=80), nullable=True),
    sa.Column("adcode", sa.String(length=6), nullable=True),
    sa.Column("occupation", sa.String(length=24), nullable=True),
    sa.Column("issue", sa.String(length=28), nullable=True),
    sa.Column("people", sa.Integer(), nullable=True),
    sa.Column("body", sa.String(length=24), nullable=True),
    sa.Column("level", sa.String(length=12), nullable=True),
    sa.Column("contacted_on", sa.Date(), nullable=True),
    sa.Column("aware", sa.String(length=8), nullable=False),
    sa.Column("involved", sa.String(length=8), nullable=False),
    sa.Column("answer", sa.String(length=10), nullable=True),
    sa.Column("reason", sa.String(length=28), nullable=True),
    sa.Column("words", sa.LargeBinary(), nullable=True),
    sa.Column("words_released", sa.Boolean(), nullable=False),
    sa.Column("first_answer_on", sa.Date(), nullable=True),
    sa.Column("resolved_on", sa.Date(), nullable=True),
    sa.Column("outcome", sa.LargeBinary(), nullable=True),
    sa.Column("outcome_released", sa.Boolean(), nullable=False),
    sa.Column("knew_first", sa.String(length=12), nullable=True),
    sa.Column("created_at", sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(["case_ref"], ["case.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="SET NULL"),
    sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], ondelete="SET NULL"),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("deflection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deflection_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deflection_case_ref"), ["case_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_deflection_contacted_on"), ["contacted_on"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("deflection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deflection_contacted_on"))
        batch_op.drop_index(batch_op.f("ix_deflection_case_ref"))
        batch_op.drop_index(batch_op.f("ix_deflection_case_id"))

    op.drop_table("deflection")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_referral_id"))
        batch_op.drop_index(batch_op.f("ix_contact_case_id"))

    op.drop_table("contact")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_for_hotline"))
        batch_op.drop_index(batch_op.f("ix_referral_case_id"))

    op.drop_table("referral")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_worker_id"))
        batch_op.drop_index(batch_op.f("ix_message_case_id"))

    op.drop_table("message")
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_case_id"))

    op.drop_table("fact")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_case_id"))

    op.drop_table("assessment")
    op.drop_table("staff_session")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("outbox_waiting")
        batch_op.drop_index(batch_op.f("ix_outbox_worker_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index("case_queue")

    op.drop_table("case")
    with op.batch_alter_table("button", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_button_worker_id"))

    op.drop_table("button")
    op.drop_table("worker")
    op.drop_table("staff")
    op.drop_table("secret")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("inbox_waiting")

    op.drop_table("inbox")
    op.drop_table("audit")
