"""Everything that is held about one worker, as a file for that worker. Made when it is asked for and kept nowhere."""
import json
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cases import retention
from bot.cases.model import Audit, Button, Case, Deflection, Inbox, Message, Note, Outbox, Unanswered, Worker
from bot.documents.files import File

NAME = "my-data.json"


def file(session: Session, worker: Worker) -> File:
    """What every table holds about the worker, in plain words where it is encrypted; when each closed case is erased."""
    return File(NAME, "application/json", json.dumps(held(session, worker), ensure_ascii=False, indent=1, default=_plain).encode())


def held(session: Session, worker: Worker) -> dict:
    """The same as data."""
    def of(kind, *wanted, order=None):
        return list(session.scalars(select(kind).where(*wanted).order_by(order if order is not None else kind.id)))

    return {
        "worker": _row(worker, "code", "channel", "address", "language", "voice", "handover", "consented_at", "created_at", "seen_at"),
        "conversation_stands_at": worker.dialogue,
        "cases": [_case(session, case) for case in of(Case, Case.worker_id == worker.id)],
        "messages": [_row(row, "at", "speaker", "text") for row in of(Message, Message.worker_id == worker.id)],
        "not_understood": [_row(row, "at", "why", "text", "guess", "kind", "label", "also", "labelled_at")
                           for row in of(Unanswered, Unanswered.worker_id == worker.id)],
        "not_yet_handled": [_row(row, "received_at", "status", "payload")
                            for row in of(Inbox, Inbox.sender == worker.sender, Inbox.status != "handled")],
        "sent_or_waiting": [_row(row, "created_at", "status", "body", "sent_at", "message_id")
                            for row in of(Outbox, Outbox.worker_id == worker.id)],
        "buttons_shown": [_row(row, "created_at", "title", "payload", "used_at")
                          for row in of(Button, Button.worker_id == worker.id, order=Button.created_at)],
    }


def _case(session: Session, case: Case) -> dict:
    def of(kind, *wanted):
        return list(session.scalars(select(kind).where(*wanted).order_by(kind.id)))

    return {
        **_row(case, "code", "status", "opened_at", "closed_at", "issues", "adcode", "occupation", "platform", "people", "urgency",
               "act_by"),
        "erased_on": retention.erased_on(case),
        "facts": [_row(fact, "name", "value", "source", "stated_at") for fact in case.facts],
        "answers": [_row(one, "made_at", "as_of", "knowledge_version", "result") for one in case.assessments],
        "doors": [_row(one, "body", "level", "adcode", "status", "for_hotline", "consented_at", "created_at", "resolved_at", "outcome")
                  for one in case.referrals],
        "contacts": [_row(one, "body", "level", "on", "by", "answer", "reason", "words") for one in case.contacts],
        "notes_of_staff": [_row(one, "at", "text") for one in of(Note, Note.case_id == case.id)],
        "log_of_refusals": [_row(one, "contacted_on", "body", "level", "aware", "involved", "answer", "reason", "words", "outcome")
                            for one in of(Deflection, Deflection.case_ref == case.id)],
        "seen_or_changed_by_staff": [_row(one, "at", "action") for one in of(Audit, Audit.subject == case.code)],
    }


def _row(row, *names: str) -> dict:
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _plain(value) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
