"""How long things are kept (docs/privacy.md): what is closed is erased 90 days later, what is abandoned is closed or erased.

The follow-up processes run `round`; several may at once: each case and worker is locked, and done by one of them.
"""
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import buttons, cases, forget, inbox, messages, store, unanswered
from bot.cases.model import Case, Outbox, Referral, Worker
from bot.cases.referrals import OPEN
from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.law import best_language, load

AFTER_CLOSING = timedelta(days=90)  # a closed case
SILENT = timedelta(days=180)  # an open case whose worker is silent, with no day to act by ahead and not with the hotline: it is closed
SETTLED = timedelta(days=14)  # an open case that staff solved, whose worker says nothing more: it is closed
WITHOUT_CONSENT = timedelta(days=30)  # a worker who never agreed that anything is written down
WITHOUT_CASE = timedelta(days=90)  # a worker who has no case (any more) and is silent
SHORT_LIVED = timedelta(days=90)  # buttons, and messages that could not be handled
UNLABELLED = timedelta(days=180)  # a message that was not understood and that nobody labelled
BATCH = 50


def erased_on(case: Case) -> date | None:
    """The day a closed case is erased; None while it is open."""
    return (case.closed_at + AFTER_CLOSING).date() if case.closed_at is not None else None


def round(url: str | None = None) -> int:
    """Erases and closes what is due; how many cases and workers that were."""
    done = 0
    for due, act in ((_closed, _erase_case), (_gone, forget.forget), (_silent, _close), (_settled, _close_settled)):
        while True:
            with store.session(url) as session:
                rows = session.scalars(due().limit(BATCH).with_for_update(skip_locked=True)).all()
                for row in rows:
                    act(session, row)
            done += len(rows)
            if len(rows) < BATCH:
                break
    with store.session(url) as session:
        buttons.purge(session, settings.now() - SHORT_LIVED)
        inbox.purge_set_aside(session, settings.now() - SHORT_LIVED)
        unanswered.purge(session, settings.now() - UNLABELLED)
        unanswered.fold(session)
    return done


def _erase_case(session: Session, case: Case) -> None:
    forget.forget_case(session, case, keep_figures=True)


def _close_settled(session: Session, case: Case) -> None:
    _close(session, case, "closed_settled")


def _close(session: Session, case: Case, sentence: str = "closed_silent") -> None:
    """Closes an abandoned case and tells its worker until when it is kept."""
    cases.close(session, case)
    law, worker = load(), case.worker
    words = Context(facts=Facts(), law=law, today=date.min, language=best_language(law, worker.language))
    text = law.text(f"dialogue.{sentence}", words.language, code=case.code, day=words.day(erased_on(case)))
    messages.send(session, worker, f"closed:{case.code}", text, priority=messages.UNASKED)


def _settled():
    solved = select(Referral.id).where(Referral.case_id == Case.id, Referral.for_hotline.is_(True), Referral.status == "resolved",
                                       Referral.resolved_at < settings.now() - SETTLED, Referral.resolved_at > Worker.seen_at).exists()
    return (select(Case).join(Worker, Worker.id == Case.worker_id)
            .where(Case.status == "open", solved, ~_with_hotline()).order_by(Case.id))


def _closed():
    return select(Case).where(Case.status == "closed", Case.closed_at < settings.now() - AFTER_CLOSING).order_by(Case.id)


def _gone():
    now, has_case = settings.now(), select(Case.id).where(Case.worker_id == Worker.id).exists()
    unsure = Worker.consented_at.is_(None) & (Worker.seen_at < now - WITHOUT_CONSENT)
    return select(Worker).where(~has_case, unsure | (Worker.seen_at < now - WITHOUT_CASE)).order_by(Worker.id)


def _silent():
    told = select(Outbox.id).where(Outbox.key == "closed:" + Case.code).exists()
    return (select(Case).join(Worker, Worker.id == Case.worker_id)
            .where(Case.status == "open", Worker.seen_at < settings.now() - SILENT, Case.opened_at < settings.now() - SILENT,
                   Case.act_by.is_(None) | (Case.act_by < settings.today()), ~_with_hotline(), ~told).order_by(Case.id))


def _with_hotline():
    return select(Referral.id).where(Referral.case_id == Case.id, Referral.for_hotline.is_(True), Referral.status.in_(OPEN)).exists()
