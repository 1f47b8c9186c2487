"""The audit trail: who saw or changed what, as a chain that shows every later change to it.

Each entry carries a keyed hash (HMAC-SHA-256) over its number, its content and the hash of the entry before. Entries are numbered and
hashed at the end of the unit of work that wrote them, one unit after the other, whatever runs at once. The database itself refuses to
change or delete them; whoever gets around that cannot make the hashes fit without the installation's key.

Erasure does not break the chain: of a subject and a detail the hash covers keyed hashes only (`subject_mark`, `detail_mark`), and those
stay when a forgotten worker's code gives way to its mark.
"""
import hashlib
import hmac
import json
from dataclasses import dataclass

from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import workers
from bot.cases.crypto import Forged
from bot.cases.model import Audit, AuditHead
from bot.cases.sealed import KeyGone

ERASED = "erased-"
BATCH = 1000


# The first fault in words, by its code; the desk has its own words for the codes (`chain_fault.…`).
FAULTS = {"gap": "entry {entry}: number {n} is missing before it", "order": "entry {entry}: it does not follow the entry before it",
          "content": "entry {entry}: its content is not what was written", "subject": "entry {entry}: its subject is not what was written",
          "unreadable": "entry {entry}: its detail cannot be read", "detail": "entry {entry}: its detail is not what was written",
          "loose": "entry {entry}: it is not part of the chain", "missing": "after entry number {entry}: {n} entries are missing",
          "head": "no entry has the hash given: entries were cut off, or it is of another record"}


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many entries fit, the hash of the last of them, and the code of the first fault (None: the chain is
    whole) with the entry and the number it is about."""

    entries: int
    last: str
    code: str | None = None
    entry: int = 0
    n: int = 0

    @property
    def fault(self) -> str | None:
        """The fault in English."""
        return FAULTS[self.code].format(entry=self.entry, n=self.n) if self.code else None


def note(session: Session, staff: str, action: str, subject: str | None = None, detail: dict | None = None) -> None:
    """Writes down who saw or changed what: `action` such as case.read, `subject` a case code or account name."""
    row = Audit(at=settings.now(), staff=staff, action=action, subject=subject, detail=detail)
    session.add(row)
    session.info.setdefault("audited", []).append(row)


def verify(session: Session, head: str | None = None) -> Verdict:
    """Reads the whole chain. `head` is a hash noted down earlier: it must be among the entries, or entries were cut off since.

    What is added while it reads is no fault: the chain's end moves on then.
    """
    before = _end(session)
    marks, last, number, found, reached = None, "", 0, head is None, before == (0, "")
    rows = select(Audit).where(Audit.number.isnot(None)).order_by(Audit.number).execution_options(yield_per=BATCH)
    for row in session.scalars(rows):
        marks = marks or _Marks(session)  # not before: where there is no entry yet it would make its key, and this only reads
        fault = _fault(marks, row, number + 1, last)
        if fault:
            return Verdict(number, last, fault, row.id, number + 1)
        number, last = row.number, row.hash
        found, reached = found or last == head, reached or (number, last) == before
    loose = session.scalar(select(func.min(Audit.id)).where(Audit.number.is_(None)))
    end = _end(session)
    if loose is not None:
        return Verdict(number, last, "loose", loose)
    if end != (number, last) and not (reached and end != before):
        return Verdict(number, last, "missing", number, end[0] - number)
    return Verdict(number, last, None if found else "head")


def length(session: Session) -> int:
    """How many entries the chain has."""
    return _end(session)[0]


def _end(session: Session) -> tuple[int, str]:
    return tuple(session.execute(select(AuditHead.number, AuditHead.hash).where(AuditHead.id == 1)).one())


def _fault(marks: "_Marks", row: Audit, number: int, last: str) -> str | None:
    """What is wrong (a code of FAULTS) with an entry that should have this number and follow this hash."""
    if row.number != number:
        return "gap"
    if row.prev_hash != last:
        return "order"
    if not hmac.compare_digest(row.hash, marks.entry(row)):
        return "content"
    if row.subject_mark != marks.subject(row.subject):
        return "subject"
    try:
        detail = row.detail
    except (Forged, KeyGone):
        return "unreadable"
    erased = detail is None and (row.subject or "").startswith(ERASED)
    if row.detail_mark != marks.detail(detail) and not erased:
        return "detail"
    return None


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    """Numbers and hashes what this unit of work wrote. Last of all before the commit, so that nobody waits for another who waits here."""
    if session.in_nested_transaction() or not session.info.get("audited"):
        return
    session.flush()
    numbers = [row.id for row in session.info.pop("audited") if row.id is not None]
    marks = _Marks(session)
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1).with_for_update().execution_options(populate_existing=True)).one()
    fresh = select(Audit).where(Audit.id.in_(numbers) if head.number else Audit.number.is_(None))  # the first adopts older entries
    for row in session.scalars(fresh.order_by(Audit.id).execution_options(populate_existing=True)).all():
        row.number, row.prev_hash = head.number + 1, head.hash
        row.subject_mark, row.detail_mark = marks.subject(row.subject), marks.detail(row.detail)
        row.hash = marks.entry(row)
        head.number, head.hash = row.number, row.hash
    session.flush()


def hide(session: Session, subject: str) -> None:
    """Puts its mark in place of a subject that is erased, and takes the details away."""
    change = update(Audit).where(Audit.subject == subject).values(subject=workers.trace(session, subject), detail=None)
    session.execute(change.execution_options(synchronize_session=False))


class _Marks:
    """The keyed hashes of the chain; the installation's keys are read once."""

    def __init__(self, session: Session):
        self._key, self._trace = workers.own_secret(session, "audit_key").encode(), workers.tracer(session)

    def entry(self, row: Audit) -> str:
        at = row.at.astimezone(settings.CHINA).replace(tzinfo=None).isoformat()
        return self._keyed([row.number, row.prev_hash, at, row.staff, row.action, row.subject_mark, row.detail_mark])

    def subject(self, subject: str | None) -> str | None:
        return subject if subject is None or subject.startswith(ERASED) else self._trace(subject)

    def detail(self, detail: dict | None) -> str | None:
        return None if detail is None else self._keyed(detail)

    def _keyed(self, value) -> str:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
