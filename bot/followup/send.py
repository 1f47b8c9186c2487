"""One round of follow-up: what is due goes into the outbox, each message once, whoever else runs a round at the same time."""
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import messages, store
from bot.cases.model import Case, Contact, Fact, Outbox, Referral, Worker
from bot.dialogue import ask, state
from bot.followup.due import Due, Matter, due, is_quiet
from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.law import Law, best_language, load
from bot.settings import CHINA

log = logging.getLogger(__name__)
YOUNG = timedelta(days=14)  # so long after its card the question whether the union answered still makes sense
MOST = 1000  # cases until it is looked again which are to be looked at
SKEW = timedelta(minutes=5)  # by which the clocks of several machines may differ
BATCH = 20  # cases to a unit of work: on SQLite everybody else who writes waits for the end of one


def round(moment: datetime | None = None) -> int:
    """Looks through the open cases in which something may be due; how many messages were put into the outbox.

    A case is looked at once a day, and again when its worker was here, a fact was stated or a door answered. That holds up nobody who
    writes; only what is due is written, after a second look.
    """
    moment, law, sent, seen = moment or settings.now(), load(), 0, set()
    while ids := _next(law, moment, seen):
        sent += _followed_up(ids, law, moment)
        seen.update(ids)
    return sent


def _next(law: Law, moment: datetime, seen: set[int]) -> list[int]:
    """Cases to look at, the newest first: a card of this minute does not wait for all that the morning brings. None in the quiet hours."""
    if is_quiet(moment, law):
        return []
    with store.session(only_reads=True) as session:
        return [id for id in session.scalars(_candidates(law, moment)) if id not in seen][:MOST]


def _followed_up(ids: list[int], law: Law, moment: datetime) -> int:
    """How many messages were put into the outbox for these cases."""
    sent = 0
    for first in range(0, len(ids), BATCH):
        with store.session(only_reads=True) as session:
            found = {id: _due(session, id, law, moment) for id in ids[first:first + BATCH]}
        with store.session() as session:
            done = {id: _followed(session, id, law, moment) if keys else 0 for id, keys in found.items() if keys is not None}
            _looked_at(session, [id for id, count in done.items() if count is not None], moment)
        sent += sum(filter(None, done.values()))
    return sent


def _due(session: Session, id: int, law: Law, moment: datetime) -> list[str] | None:
    """The keys of what is due in a case and not in the outbox yet; None for a case that cannot be looked at."""
    with _alone(session, id):
        keys = [one.key for one in _matter_due(session.get(Case, id), law, moment)]
        there = session.scalars(select(Outbox.key).where(Outbox.key.in_(keys))).all() if keys else ()
        return [key for key in keys if key not in there]
    return None


def _followed(session: Session, id: int, law: Law, moment: datetime) -> int | None:
    """How many messages were put into the outbox for a case, as it is by now; None for a case that cannot be looked at."""
    with _alone(session, id):
        case = session.get(Case, id)
        return sum(_put(session, case.worker, one, law, moment.date()) for one in _matter_due(case, law, moment))
    return None


@contextmanager
def _alone(session: Session, id: int) -> Iterator[None]:
    """A case that cannot be looked at does not keep the others waiting."""
    try:
        with session.begin_nested():
            yield
    except Exception as error:
        if store.away(error):
            raise
        log.error("case %d cannot be followed up: %s", id, type(error).__name__)


def _looked_at(session: Session, ids: list[int], moment: datetime) -> None:
    """Notes that these cases were looked at; one that somebody else writes just now is looked at again in the next round.

    What others note while we look, by clocks of their own, must come later than what we note.
    """
    free = select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update(key_share=True, skip_locked=True)
    noted = update(Case).where(Case.id.in_(session.scalars(free).all())).values(followed_at=moment - SKEW)
    session.execute(noted.execution_options(synchronize_session=False))


def _candidates(law: Law, moment: datetime):
    """Cases that may have something due: a day to act by within the longest reminder, or a card not long ago; not those that were looked
    at today, unless the worker was here, a fact was stated or a door answered since."""
    longest = max(law.rule("followup")["reminders"])
    near = Case.act_by.between(moment.date(), moment.date() + timedelta(days=longest))
    stated = select(Fact.id).where(Fact.case_id == Case.id, Fact.stated_at >= Case.followed_at).exists()
    answered = select(Referral.id).where(Referral.case_id == Case.id, Referral.changed_at >= Case.followed_at).exists()
    fresh = or_(Case.followed_at.is_(None), Case.followed_at < datetime.combine(moment.date(), time.min, CHINA),
                Worker.seen_at >= Case.followed_at, stated, answered)
    return select(Case.id).join(Worker, Worker.id == Case.worker_id).where(
        Case.status == "open", Worker.blocked_at.is_(None), Worker.consented_at.is_not(None),
        or_(near, Case.opened_at >= moment - YOUNG), fresh).order_by(Case.id.desc())


def _matter_due(case: Case | None, law: Law, moment: datetime) -> list[Due]:
    """What is due in a case; nothing where it is closed or its worker gone by now."""
    if case is None or case.status != "open" or case.worker is None or case.worker.blocked_at is not None:
        return []
    worker = case.worker
    told = [referral for referral in case.referrals if not referral.for_hotline]
    if not told or not state.read(worker).reminders or _solved(case):
        return []
    doors = [referral for referral in told if referral.body == "union"]
    silent = _silent(case)
    language = best_language(law, worker.language)
    matter = Matter(code=case.code, told_on=min(referral.created_at for referral in told).date(), called=bool(case.contacts),
                    deadlines=ask.assessment(law, worker, case, {})["deadlines"],
                    door=_door(law, silent or doors[0], language) if silent or doors else None, silent_on=silent and silent.on)
    return due(matter, moment, law)


def _solved(case: Case) -> bool:
    return any(referral.status in ("resolved", "closed") for referral in case.referrals)


def _silent(case: Case) -> Contact | None:
    """The worker's latest contact with a union, if that is without an answer."""
    last = max((one for one in case.contacts if one.body == "union" and one.by == "worker"), key=lambda one: (one.on, one.id), default=None)
    return last if last is not None and last.answer == "none" else None


def _door(law: Law, union: Contact | Referral, language: str) -> str:
    return law.text(f"routes.label_union_{union.level}" if union.level else "routes.label_union", language)


def _put(session: Session, worker: Worker, one: Due, law: Law, today: date) -> bool:
    if session.scalar(select(Outbox.id).where(Outbox.key == one.key)) is not None:
        return False
    fields, language = dict(one.fields), best_language(law, worker.language)
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
