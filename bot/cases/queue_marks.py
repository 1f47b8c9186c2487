"""What the queue is sorted by stands in the referral too, so that its indexes hold open referrals only and the top is found at once.

Statements that change many rows at once pass by these listeners; there are none that change a case's urgency or days.
"""
from sqlalchemy import event, inspect, select, update
from sqlalchemy.engine import Connection

from bot.cases.model import Case, Referral

COPIED = ("urgency", "act_by")


@event.listens_for(Referral, "before_insert")
def _made(_mapper, connection: Connection, referral: Referral) -> None:
    case = connection.execute(select(*[getattr(Case, name) for name in COPIED]).where(Case.id == referral.case_id)).one()
    referral.urgency, referral.act_by = case


@event.listens_for(Case, "after_update")
def _changed(_mapper, connection: Connection, case: Case) -> None:
    if any(inspect(case).attrs[name].history.has_changes() for name in COPIED):
        connection.execute(update(Referral.__table__).where(Referral.__table__.c.case_id == case.id)
                           .values({name: getattr(case, name) for name in COPIED}))
