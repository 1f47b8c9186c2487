"""Erasure: everything about one worker or one case, at once, with the keys that sealed it: copies of it are erased as well.

Of the deflection log only province, issue, body, level, reason and month stay. Once committed, the database's own log of
changes is emptied too.
"""
from sqlalchemy import delete, event, or_, select
from sqlalchemy.orm import Session

from bot.cases import audit_chain, employers, groups, keys, log_counts, rasa_sessions, store
from bot.cases.log_marks import person
from bot.cases.model import (
    Answer,
    Button,
    Case,
    CaseEmployer,
    DataKey,
    Deflection,
    DeflectionReview,
    Employer,
    Inbox,
    Message,
    Outbox,
    Unanswered,
    Worker,
)
from bot.cases.workers import free_code

OF_THE_WORKER = ("pinned_language", "reminders", "voice_offered", "last_message", "spoke_on")  # of a dialogue: not of a case


def forget(session: Session, worker: Worker, wish: str | None = None) -> None:
    """Deletes the worker, the cases and all that hangs on them; log rows stay, coarse and under a new number.

    `wish`: the message (channel:update) that asks for it. It is kept until it is answered, and so is what came after it.
    The audit trail keeps a keyed hash in place of the codes.
    """
    session.execute(select(Worker.id).where(Worker.id == worker.id).with_for_update())  # whoever writes something for them now ends first
    counted = [person(worker.id)]
    for case in session.scalars(select(Case).where(Case.worker_id == worker.id)).all():
        counted += _erase(session, case)
    audit_chain.hide(session, worker.code)
    session.query(Message).filter(Message.worker_id == worker.id).delete()
    key, sender, kept = worker.key_id, worker.sender, _not_answered(session, worker, wish)
    session.execute(delete(Inbox).where(Inbox.sender == worker.sender, Inbox.id.not_in([row.id for row in kept]))
                    .execution_options(synchronize_session=False))
    session.delete(worker)  # outbox and buttons go with it (ON DELETE CASCADE)
    session.flush()
    for row in kept:  # there is nobody left with whose key they could be sealed
        row.write_again(key)
    session.flush()
    keys.drop(session, key)
    log_counts.settle(session, counted)
    event.listen(session, "after_commit", _sweep, once=True)
    event.listen(session, "after_commit", lambda _session: rasa_sessions.drop(sender), once=True)


def forget_case(session: Session, case: Case, keep_figures: bool = False) -> None:
    """Deletes one case and all that hangs on it, with its part of the conversation; its worker and their other cases stay.

    `keep_figures`: its time is simply over, so its rows of the log keep what is counted, without anything that points at somebody.
    The worker gets another key, as the old one sealed what was last said of the case.
    """
    worker, code = case.worker, case.code
    if worker is not None:
        session.execute(select(Worker.id).where(Worker.id == worker.id).with_for_update())
    counted = _erase(session, case, keep_figures)
    if worker is not None:
        worker.dialogue = _without(worker.dialogue or {}, code)
        session.flush()
        keys.renew(session, worker)
    log_counts.settle(session, counted)
    event.listen(session, "after_commit", _sweep, once=True)


def erase_keyless(session: Session) -> int:
    """After a restore: erases the cases and workers whose key was deleted since the backup. The number erased.

    A worker who has a case left had another key by then (`forget_case`): they stay, and what the old key sealed of them is emptied.
    """
    lost = [owner.key_id.isnot(None) & owner.key_id.not_in(select(DataKey.id)) for owner in (Case, Worker)]
    cases = session.scalars(select(Case).where(lost[0])).all()
    for case in cases:
        log_counts.settle(session, _erase(session, case))
    workers = 0
    for worker in session.scalars(select(Worker).where(lost[1])).all():
        if session.scalar(select(Case.id).where(Case.worker_id == worker.id).limit(1)) is not None:
            _empty(session, worker)
        else:
            forget(session, worker)
            workers += 1
    lost_names = select(Employer.id).where(Employer.key_id.not_in(select(DataKey.id)))
    session.execute(delete(Employer).where(Employer.id.in_(lost_names)).execution_options(synchronize_session=False))
    keys.drop_unowned(session)
    event.listen(session, "after_commit", _sweep, once=True)
    return len(cases) + workers


def _empty(session: Session, worker: Worker) -> None:
    """Takes away what cannot be read any more of a worker who stays; the address is known again once they write."""
    session.query(Inbox).filter(Inbox.sender == worker.sender).delete()
    for kind in (Message, Unanswered):
        session.query(kind).filter(kind.worker_id == worker.id, kind.case_id.is_(None)).delete()
    for kind in (Outbox, Button, Answer):
        session.query(kind).filter(kind.worker_id == worker.id).delete()
    worker.address = worker.dialogue = worker.key_id = None
    session.flush()


def _erase(session: Session, case: Case, keep_figures: bool = False) -> list[str]:
    """Deletes a case. The numbers under which it was and is counted in the log's sums."""
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    number = free_code(session, Deflection.case_id, "X-", 8)
    for row in session.scalars(select(Deflection).where(or_(Deflection.case_ref == case.id, Deflection.case_id == case.code))):
        figures = _figures(row) if keep_figures else {}
        _coarsen(row, number)
        for name, value in figures.items():
            setattr(row, name, value)
        session.query(DeflectionReview).filter(DeflectionReview.deflection_id == row.id).delete(synchronize_session=False)
    audit_chain.hide(session, case.code)
    session.flush()
    session.query(Message).filter(Message.case_id == case.id).delete()
    code, group, key = case.code, case.group_id, case.key_id
    named = session.scalars(select(CaseEmployer.employer_id).where(CaseEmployer.case_id == case.id)).all()
    session.delete(case)
    session.flush()
    keys.drop(session, key)
    if group is not None:
        groups.drop_if_empty(session, group)
    employers.drop_unnamed(session, named)
    return [code, number]


def _without(dialogue: dict, code: str) -> dict:
    """What is left of where a conversation stood once a case is gone: nothing of that case."""
    others = {other: stood for other, stood in (dialogue.get("others") or {}).items() if other != code}
    if dialogue.get("case") not in (None, code):
        return {**dialogue, "others": others}
    return {name: dialogue[name] for name in OF_THE_WORKER if name in dialogue} | {"others": others}
def _not_answered(session: Session, worker: Worker, wish: str | None) -> list[Inbox]:
    """The rows of the inbox from the wish on."""
    channel, _, update_id = (wish or "").partition(":")
    first = session.scalar(select(Inbox.id).where(Inbox.channel == channel, Inbox.update_id == update_id, Inbox.sender == worker.sender))
    if first is None:
        return []
    rows = select(Inbox).where(Inbox.sender == worker.sender, Inbox.status == "received", Inbox.id >= first)
    return list(session.scalars(rows))


def _coarsen(row: Deflection, number: str) -> None:
    month = (row.contacted_on or row.created_at.date()).replace(day=1)
    row.case_id, row.case_ref, row.referral_id, row.contact_id = number, None, None, None
    row.adcode = row.adcode[:2] + "0000" if row.adcode else None
    row.contacted_on = month
    row.created_at = row.created_at.replace(year=month.year, month=month.month, day=1, hour=0, minute=0, second=0, microsecond=0)
    for column in ("opened_on", "place", "occupation", "people", "answer", "words", "words_masked", "first_answer_on", "resolved_on",
                   "outcome", "outcome_masked", "knew_first", "review"):
        setattr(row, column, None)
    row.words_released = row.outcome_released = row.exemplary = False
    row.aware = row.involved = "unknown"


def _figures(row: Deflection) -> dict:
    """What is counted of a row whose case's time is over: who knew and acted, how long the first answer took; days give way to months."""
    month = (row.contacted_on or row.created_at.date()).replace(day=1)
    took = row.first_answer_on - row.contacted_on if row.first_answer_on and row.contacted_on else None
    return {"aware": row.aware, "involved": row.involved, "answer": row.answer, "occupation": row.occupation, "knew_first": row.knew_first,
            "first_answer_on": month + took if took is not None else None,
            "resolved_on": row.resolved_on.replace(day=1) if row.resolved_on else None}


def _sweep(session: Session) -> None:
    store.sweep(session.get_bind())
