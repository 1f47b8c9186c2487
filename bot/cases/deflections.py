"""The deflection log: one row for each contact with a body and each referral to the hotline, in the contract's columns."""
import json
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import tables
from bot.cases.model import Case, Contact, Deflection, DeflectionReview, Referral
from bot.law import places

COLUMNS = ("case_id", "opened_on", "place", "adcode", "occupation", "issue", "people", "body", "level", "contacted_on", "aware",
           "involved", "answer", "reason", "words", "first_answer_on", "resolved_on", "outcome", "knew_first")
LOGGED = {"none": "no_answer", "answered": "answered", "acting": "answered", "deflected": "deflected"}
ANSWERS = ("answered", "deflected", "no_answer")


def log(session: Session, case: Case, referral: Referral, contact: Contact | None, *, aware: str = "unknown",
        involved: str = "unknown") -> Deflection:
    """Adds the row of a contact, or of a referral to the hotline that nobody has answered yet (`contact` None)."""
    today = settings.today()
    row = Deflection(case_id=case.code, case_ref=case.id, referral_id=referral.id, opened_on=case.opened_at.date(), body=referral.body,
                     level=referral.level, aware=aware, involved=involved, answer="no_answer", contacted_on=today,
                     created_at=settings.now())
    if contact is not None:
        row.contact_id, row.contacted_on, row.answer = contact.id, contact.on, LOGGED[contact.answer]
        row.reason, row.words = contact.reason, contact.words
        row.first_answer_on = contact.on if contact.answer != "none" else None
    _describe(row, case)
    session.add(row)
    session.flush()
    return row


def follow_case(session: Session, case: Case) -> None:
    """Facts learnt later (place, trade, number of people) reach the rows already written."""
    for row in session.scalars(select(Deflection).where(Deflection.case_ref == case.id)):
        _describe(row, case)


def follow_contact(session: Session, contact: Contact) -> None:
    """A correction of what a body answered reaches its row."""
    for row in session.scalars(select(Deflection).where(Deflection.contact_id == contact.id)):
        if row.review and row.reason != contact.reason:  # what was reviewed is another thing now
            session.add(DeflectionReview(deflection_id=row.id, at=settings.now(), staff="worker", act="correct", field="reason",
                                         before=row.reason, after=contact.reason))
            row.review = None
        row.answer, row.reason = LOGGED[contact.answer], contact.reason
        row.first_answer_on = contact.on if contact.answer != "none" else None


def answered(session: Session, referral: Referral) -> None:
    """The body, silent so far, answered today and took the matter up; a refusal stays on record."""
    for row in _rows_of(session, referral):
        _answer_today(row)


def resolved(session: Session, referral: Referral, outcome: str, *, acted: bool) -> None:
    """Closes the rows of a referral with what changed for the worker. `acted`: this body brought it about, as far as we know."""
    for row in _rows_of(session, referral):
        if acted:
            _answer_today(row)
        row.resolved_on, row.outcome, row.outcome_released, row.outcome_masked = settings.today(), outcome, False, None


def rows(session: Session, since: date | None = None, within=true()) -> list[dict]:
    """The log as dicts of COLUMNS, oldest first; words and outcomes only where a member of staff released them.

    `within` is a condition on Deflection (rights.deflections); without it, all of the log.
    """
    query = select(Deflection).where(within).order_by(Deflection.id)
    if since is not None:
        query = query.where(Deflection.contacted_on >= since)
    return [public(row) for row in session.scalars(query)]


def export(session: Session, format: str, since: date | None = None, within=true()) -> bytes:
    """The log as csv, xlsx or json; `since` and `within` as for `rows`.

    In csv and xlsx, a cell that a spreadsheet would run as a formula gets a leading apostrophe, and so does one that begins
    with an apostrophe: the import takes one off and has the text again.
    """
    table = rows(session, since, within)
    if format == "json":
        return json.dumps(table, ensure_ascii=False, indent=1).encode() + b"\n"
    return tables.write(format, "deflections", COLUMNS, [[row[column] for column in COLUMNS] for row in table])


def _describe(row: Deflection, case: Case) -> None:
    row.adcode, row.occupation, row.people = case.adcode, case.occupation, case.people
    row.issue = case.issues[0] if case.issues else None
    row.place = places.full_name(case.adcode, "zh") if case.adcode else None


def _rows_of(session: Session, referral: Referral):
    return session.scalars(select(Deflection).where(Deflection.referral_id == referral.id))


def public(row: Deflection) -> dict:
    """A row as it may leave the house: COLUMNS, dates in ISO, no text that a member of staff has not released."""
    shown = {column: getattr(row, column) for column in COLUMNS}
    shown["words"] = _clean(row.words_masked or row.words) if row.words_released else None
    shown["outcome"] = _clean(row.outcome_masked or row.outcome) if row.outcome_released else None
    shown["place"] = _clean(row.place)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in shown.items()}


def _answer_today(row: Deflection) -> None:
    row.involved = "yes"
    if row.answer == "no_answer":
        row.answer, row.reason, row.first_answer_on = "answered", None, settings.today()


def _clean(text: str | None) -> str | None:
    """A text that all three formats can hold alike: one kind of line end, no control characters; an empty one is None."""
    return tables.CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")) or None if text else None
