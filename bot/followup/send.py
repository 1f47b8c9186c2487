"""One round of follow-up: what is due goes into the outbox, each message once, whoever else runs a round at the same time."""
import logging
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import messages, store
from bot.cases.model import Case, Contact, Outbox, Referral, Worker
from bot.dialogue import ask, state
from bot.followup.due import Due, Matter, due
from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.law import Law, best_language, load

log = logging.getLogger(__name__)
YOUNG = timedelta(days=14)  # so long after its card the question whether the union answered still makes sense
BATCH = 200


def round(moment: datetime | None = None) -> int:
    """Looks through the open cases; how many messages were put into the outbox."""
    moment, law, sent, last = moment or settings.now(), load(), 0, 0
    while True:
        with store.session() as session:
            ids = session.scalars(_candidates(law, moment).where(Case.id > last).order_by(Case.id).limit(BATCH)).all()
            sent += sum(_followed(session, id, law, moment) for id in ids)
        if len(ids) < BATCH:
            return sent
        last = ids[-1]


def _followed(session: Session, id: int, law: Law, moment: datetime) -> int:
    """What was put into the outbox for a case. One that cannot be looked at does not keep the others waiting."""
    try:
        with session.begin_nested():
            return _follow(session, session.get(Case, id), law, moment)
    except Exception as error:
        if store.away(error):
            raise
        log.error("case %d cannot be followed up: %s", id, type(error).__name__)
        return 0


def _candidates(law: Law, moment: datetime):
    """Cases that may have something due: a day to act by within the longest reminder, or a card not long ago."""
    longest = max(law.rule("followup")["reminders"])
    near = Case.act_by.between(moment.date(), moment.date() + timedelta(days=longest))
    return select(Case.id).join(Worker, Worker.id == Case.worker_id).where(
        Case.status == "open", Worker.blocked_at.is_(None), Worker.consented_at.is_not(None), or_(near, Case.opened_at >= moment - YOUNG))


def _follow(session: Session, case: Case, law: Law, moment: datetime) -> int:
    worker = case.worker
    told = [referral for referral in case.referrals if not referral.for_hotline]
    if not told or not state.read(worker).reminders or _solved(case):
        return 0
    doors = [referral for referral in told if referral.body == "union"]
    silent = _silent(case)
    language = best_language(law, worker.language)
    matter = Matter(code=case.code, told_on=min(referral.created_at for referral in told).date(), called=bool(case.contacts),
                    deadlines=ask.assessment(law, worker, case, {})["deadlines"],
                    door=_door(law, silent or doors[0], language) if silent or doors else None, silent_on=silent and silent.on)
    return sum(_put(session, worker, one, law, language, moment.date()) for one in due(matter, moment, law))


def _solved(case: Case) -> bool:
    return any(referral.status in ("resolved", "closed") for referral in case.referrals)


def _silent(case: Case) -> Contact | None:
    """The worker's latest contact with a union, if that is without an answer."""
    last = max((one for one in case.contacts if one.body == "union" and one.by == "worker"), key=lambda one: (one.on, one.id), default=None)
    return last if last is not None and last.answer == "none" else None


def _door(law: Law, union: Contact | Referral, language: str) -> str:
    return law.text(f"routes.label_union_{union.level}" if union.level else "routes.label_union", language)


def _put(session: Session, worker: Worker, one: Due, law: Law, language: str, today: date) -> bool:
    if session.scalar(select(Outbox.id).where(Outbox.key == one.key)) is not None:
        return False
    fields = dict(one.fields)
    for name in ("day", "since"):
        if name in fields:
            fields[name] = Context(Facts(), law, today, language).day(date.fromisoformat(fields[name]))
    if "id" in fields:
        fields["name"] = law.text(f"deadlines.name_{fields.pop('id')}", language)
    text = law.text(one.text, language, **fields)
    buttons = [{"title": law.text(title, language), "payload": payload} for title, payload in one.buttons]
    try:
        with session.begin_nested():
            if not messages.send(session, worker, one.key, text, buttons, messages.UNASKED):  # between the look above and this one
                return False
    except IntegrityError:  # another process was quicker
        return False
    messages.log(session, worker, "bot", text)
    return True
