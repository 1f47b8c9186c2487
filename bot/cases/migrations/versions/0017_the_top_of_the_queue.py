"""What the queue is sorted by, in the referral itself, and indexes over what is open or released, which is little of all there is"""
import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

EVER = -1  # all months together
SORTED_BY = ("urgency", "act_by", "waiting_since")


def upgrade() -> None:
    op.add_column("referral", sa.Column("urgency", sa.String(10), nullable=True))
    op.add_column("referral", sa.Column("act_by", sa.Date(), nullable=True))
    of_case = '(SELECT {0} FROM "case" WHERE "case".id = referral.case_id)'
    op.execute(sa.text(f"UPDATE referral SET urgency = {of_case.format('urgency')}, act_by = {of_case.format('act_by')}"))
    op.drop_index("ix_referral_for_hotline", "referral")  # of two values; SQLite took it before the others
    for name in SORTED_BY:
        op.create_index(f"referral_open_{name}", "referral", [name], sqlite_where=sa.text("for_hotline IS 1 AND resolved_at IS NULL"),
                        postgresql_where=sa.text("for_hotline IS TRUE AND resolved_at IS NULL"))
    op.create_index("case_platform", "case", ["status", "platform"])
    op.create_index("alert_open", "alert", ["id"], sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))
    op.create_index("deflection_told", "deflection", ["exemplary", "id"],
                    sqlite_where=sa.text("outcome_released IS 1 AND outcome IS NOT NULL"),
                    postgresql_where=sa.text("outcome_released IS TRUE AND outcome IS NOT NULL"))
    op.create_index("log_tally_month", "log_tally", ["dim", "kind", "month"])
    op.execute(sa.text("INSERT INTO log_tally (dim, value, kind, what, month, n) "
                       f"SELECT dim, value, kind, what, {EVER}, sum(n) FROM log_tally GROUP BY dim, value, kind, what"))


def downgrade() -> None:
    op.execute(sa.text(f"DELETE FROM log_tally WHERE month = {EVER}"))
    op.drop_index("log_tally_month", "log_tally")
    op.drop_index("deflection_told", "deflection")
    op.drop_index("alert_open", "alert")
    op.drop_index("case_platform", "case")
    for name in SORTED_BY:
        op.drop_index(f"referral_open_{name}", "referral")
    op.create_index("ix_referral_for_hotline", "referral", ["for_hotline"])
    op.drop_column("referral", "act_by")
    op.drop_column("referral", "urgency")
