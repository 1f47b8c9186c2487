"""Review of a row of the log: what was logged is confirmed or put right, its text released or masked, good handling marked.

Everything done stays in DeflectionReview with the value it replaced. Text of our own workers is read only where its worker agreed to
pass the matter on; what came in with an imported log was released by whoever imported it.
"""
import re
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Deflection, DeflectionReview, Referral, Staff
from bot.guidance.facts import REASONS

THREE = ("yes", "no", "unknown")
KNEW_FIRST = ("union", "inspection", "media", "other", "unknown")
FIELDS = {"reason": REASONS, "aware": THREE, "involved": THREE, "knew_first": KNEW_FIRST}
TEXTS = ("words", "outcome")
BLACK = "██"
LONGEST = 2000
# What in a text could name or reach somebody; offered for blacking out, never the last word on it.
TELLING = re.compile(r"1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\d{17}[\dXx]|\b0\d{2,3}[- ]?\d{7,8}\b|[\w.+-]+@[\w-]+\.[\w.]+|\d{7,}"
                     r"|(?:微信|wechat|wx|QQ)[号:： ]*[\w-]{5,20}", re.IGNORECASE)


class ReviewError(ValueError):
    """What cannot be done with this row; `code` names the reason."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def history(session: Session, row: Deflection) -> list[DeflectionReview]:
    """What was done with a row, oldest first."""
    return list(session.scalars(select(DeflectionReview).where(DeflectionReview.deflection_id == row.id).order_by(DeflectionReview.id)))


def readable(session: Session, row: Deflection) -> bool:
    """Whether staff may read the text of a row: it came with an imported log, or its worker agreed to pass the matter on."""
    if row.case_ref is None:
        return True
    return session.scalar(select(Referral.id).where(Referral.case_id == row.case_ref, Referral.for_hotline.is_(True)).limit(1)) is not None


def judge(session: Session, row: Deflection, staff: Staff, values: dict[str, str | None], text: str | None) -> None:
    """Confirms the row, or puts right what differs. `values` gives all of FIELDS; a reason of None: there was none. Raises ReviewError."""
    for name, value in values.items():
        if value not in FIELDS[name] and not (value is None and name in ("reason", "knew_first")):
            raise ReviewError("value")
    if values["reason"] is None and row.answer in ("deflected", "no_answer"):
        raise ReviewError("need_reason")
    if values["reason"] is not None and row.answer == "answered":
        raise ReviewError("no_reason")
    changes = {name: value for name, value in values.items() if value != getattr(row, name)}
    if row.answer in ("deflected", "no_answer") and "reason" in changes:  # silence is its own reason
        answer = "no_answer" if values["reason"] == "no_answer" else "deflected"
        if answer != row.answer:
            changes |= {"answer": answer, "first_answer_on": row.contacted_on if answer == "deflected" else None}
    for name, value in changes.items():
        before = getattr(row, name)
        _write(session, row, staff.name, "correct", field=name, before=_plain(before), after=_plain(value), text=text)
        setattr(row, name, value)
        text = None
    if not changes:
        _write(session, row, staff.name, "confirm", text=text)
    row.review = "corrected" if changes or row.review == "corrected" else "confirmed"


def second(session: Session, row: Deflection, staff: Staff, agrees: bool, text: str | None) -> None:
    """Another admin's opinion on a row that was reviewed; who disagrees says why. Raises ReviewError."""
    judged = [one.staff for one in history(session, row) if one.act in ("confirm", "correct")]
    if row.review is None or not judged:
        raise ReviewError("not_reviewed")
    if judged[-1] == staff.name:
        raise ReviewError("own_review")
    if not agrees and not text:
        raise ReviewError("need_text")
    _write(session, row, staff.name, "agree" if agrees else "disagree", text=text)
    if not agrees:
        row.review = "disputed"
    elif row.review == "disputed":
        row.review = "corrected" if any(one.act == "correct" for one in history(session, row)) else "confirmed"


def comment(session: Session, row: Deflection, staff: Staff, text: str) -> None:
    _write(session, row, staff.name, "comment", text=text)


def release(session: Session, row: Deflection, staff: Staff, name: str, pieces: list[str]) -> None:
    """Lets the words or the outcome leave the house, with pieces of it blacked out. Raises ReviewError for a piece that is not in it,
    a text that is not there, and one that nobody may read."""
    text = getattr(row, name)
    if not text or not readable(session, row):
        raise ReviewError("no_text")
    masked = mask(text, pieces)
    _write(session, row, staff.name, "release", field=name, before=released(row, name), after=masked)
    setattr(row, f"{name}_masked", masked if masked != text else None)
    setattr(row, f"{name}_released", True)


def withdraw(session: Session, row: Deflection, staff: Staff, name: str) -> None:
    """Takes the words or the outcome back; what has left the house is out."""
    if not getattr(row, f"{name}_released"):
        raise ReviewError("not_released")
    _write(session, row, staff.name, "withdraw", field=name, before=released(row, name))
    setattr(row, f"{name}_released", False)


def exemplary(session: Session, row: Deflection, staff: Staff, is_so: bool) -> None:
    """Marks that this body handled it well, or takes the mark away."""
    if row.exemplary != is_so:
        _write(session, row, staff.name, "exemplary" if is_so else "ordinary")
        row.exemplary = is_so


def released(row: Deflection, name: str) -> str | None:
    """The words or the outcome as they leave the house; None where they do not."""
    return getattr(row, f"{name}_masked") or getattr(row, name) if getattr(row, f"{name}_released") else None


def mask(text: str, pieces: list[str]) -> str:
    """The text with the pieces blacked out, however long they are. Raises ReviewError for one that is not in it."""
    for piece in sorted(pieces, key=len, reverse=True):
        if piece not in text and not any(piece in longer for longer in pieces if longer != piece):
            raise ReviewError("piece")
        text = text.replace(piece, BLACK)
    return text


def telling(text: str) -> list[str]:
    """Pieces that look like telephone and identity numbers, addresses and chat names, each once."""
    return list(dict.fromkeys(TELLING.findall(text)))


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _write(session: Session, row: Deflection, staff: str, act: str, **more) -> None:
    session.add(DeflectionReview(deflection_id=row.id, at=settings.now(), staff=staff, act=act, **more))
    session.flush()
