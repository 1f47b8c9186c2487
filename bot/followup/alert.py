"""What staff are alerted about: a day to act by comes near and nothing happens, a union that staff called does not answer, several
workers complain of one employer."""
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import alerts, employer_reach, store
from bot.cases.alerts import Wanted
from bot.cases.model import Case, Contact, Message, Referral
from bot.cases.referrals import OPEN
from bot.guidance import calendar
from bot.law import Law, load


def round(moment: datetime | None = None) -> int:
    """Looks through the matters passed on to the hotline; how many alerts were raised. Several processes may run it at once."""
    moment, law = moment or settings.now(), load()
    with store.session(only_reads=True) as session:  # nobody who writes waits until all matters are looked through
        found = [*_deadlines(session, moment, law.rule("followup")["staff_alert"]), *_silent_unions(session, moment, law),
                 *_employers(session, moment, law.rule("employers")["alert"])]
        fresh = alerts.not_raised(session, found)
    if not fresh:
        return 0
    with store.session() as session:
        return sum(alerts.raised(session, one) for one in fresh)


def _passed_on():
    """Open matters that lie at the hotline."""
    return select(Case).where(Case.status == "open", select(Referral.id).where(
        Referral.case_id == Case.id, Referral.for_hotline.is_(True), Referral.status.in_(OPEN)).exists())


def _deadlines(session: Session, moment: datetime, rule: dict) -> Iterator[Wanted]:
    today, quiet = moment.date(), moment - timedelta(days=rule["quiet_days"])
    tried = select(Contact.id).where(Contact.case_id == Case.id, Contact.created_at >= quiet).exists()
    written = select(Message.id).where(Message.case_id == Case.id, Message.speaker.startswith("staff:"), Message.at >= quiet).exists()
    near = _passed_on().where(Case.act_by.between(today, today + timedelta(days=rule["days_left"])), ~tried, ~written)
    return (Wanted("deadline", f"deadline:{case.code}:{case.act_by}", case.id) for case in session.scalars(near))


def _silent_unions(session: Session, moment: datetime, law: Law) -> Iterator[Wanted]:
    """Only the latest contact of a matter with a union counts."""
    latest = select(func.max(Contact.id)).where(Contact.body == "union").group_by(Contact.case_id)
    silent = (select(Contact, Case).join(Case, Case.id == Contact.case_id)
              .where(Contact.id.in_(latest), Contact.answer == "none", Contact.by.startswith("staff:"),
                     Case.id.in_(_passed_on().with_only_columns(Case.id))))
    wait = law.rule("followup")["staff_alert"]["union_silent_working_days"]
    return (Wanted("union_silent", f"union_silent:{case.code}:{contact.id}", case.id)
            for contact, case in session.execute(silent)
            if moment.date() >= calendar.add_working_days(contact.on, wait, law).day)


def _employers(session: Session, moment: datetime, rule: dict) -> Iterator[Wanted]:
    """Each desk concerned is alerted once a step, about the newest matter that lies at it."""
    return (Wanted("employer", f"employer:{employer.code}:{step}:{team or 0}", case.id, employer.id)
            for employer, step, _, case, team in employer_reach.crowded(session, moment - timedelta(days=rule["days"])))
