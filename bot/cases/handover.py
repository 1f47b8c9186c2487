"""Who speaks with a worker: the bot, or a person of the hotline.

`worker.handover` is "bot", "waiting" (a person was asked for; the bot goes on meanwhile) or "person" (the bot is silent).
Everything said goes through the outbox, so it is neither lost nor sent twice when a part starts again.
"""
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.cases import messages, referrals
from bot.cases.model import Outbox, Referral, Worker


def answer(session: Session, referral: Referral, *, by: str, text: str, key: str, opening: str, sign: str) -> bool:
    """A member of staff (`by`: staff:<name>) writes to the worker, and has the chat from then on.

    `key` stands for this one submission of the form: the second press of a button sends nothing and gives False.
    `opening` is the bot's sentence before a person's first words, `sign` the line above each message that says who writes.
    """
    worker = _locked(session, referral)
    if _known(session, f"staff:{key}"):
        return False
    try:
        with session.begin_nested():
            if worker.handover != "person":
                _say(session, worker, f"staff:{key}:opening", opening, referral.case_id)
                worker.handover = "person"
            messages.send(session, worker, f"staff:{key}", f"{sign}\n{text}")
            messages.log(session, worker, by, text, referral.case_id)
    except IntegrityError:  # PostgreSQL lets two presses in at once; the first one counts
        return False
    referral.waiting_since = None
    referrals.answered(session, referral)
    return True


def take_chat(session: Session, referral: Referral, *, key: str, opening: str) -> bool:
    """A person has the chat before a word was written: the bot is silent. False when a person has it already."""
    worker = _locked(session, referral)
    if worker.handover == "person":
        return False
    worker.handover = "person"
    _say(session, worker, f"staff:{key}:opening", opening, referral.case_id)
    return True


def hand_back(session: Session, referral: Referral, *, key: str, sentence: str) -> bool:
    """The bot has the chat again and says so. False when it has it already."""
    worker = _locked(session, referral)
    if worker.handover == "bot":
        return False
    was, worker.handover = worker.handover, "bot"
    referral.waiting_since = None
    if was == "person":
        _say(session, worker, f"staff:{key}:back", sentence, referral.case_id)
    return True


def tell_taken(session: Session, referral: Referral, sentence: str) -> None:
    """Tells the worker, once, that somebody has taken up the matter."""
    worker = referral.case.worker
    if worker is not None:
        _say(session, worker, f"taken:{referral.id}", sentence, referral.case_id)


def undelivered(session: Session, worker: Worker) -> tuple[int, int]:
    """How many messages of staff to this worker wait to be delivered, and how many could not be."""
    rows = session.scalars(select(Outbox.status).where(Outbox.worker_id == worker.id, Outbox.key.startswith("staff:"),
                                                       Outbox.status.in_(("waiting", "failed")))).all()
    return rows.count("waiting"), rows.count("failed")


def _say(session: Session, worker: Worker, key: str, text: str, case_id: int) -> None:
    """The bot says something once."""
    if messages.send(session, worker, key, text):
        messages.log(session, worker, "bot", text, case_id)


def _known(session: Session, key: str) -> bool:
    return session.scalar(select(Outbox.id).where(Outbox.key == key)) is not None


def _locked(session: Session, referral: Referral) -> Worker:
    """The worker of a referral; two staff at once wait for each other."""
    return session.scalars(select(Worker).where(Worker.id == referral.case.worker_id).with_for_update()
                           .execution_options(populate_existing=True)).one()
