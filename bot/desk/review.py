"""What an admin does with a row of the log: confirms or corrects it, releases its text, adds an opinion."""
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.cases import review, staff
from bot.cases.model import Deflection, Staff
from bot.desk.log import row_of, show_row
from bot.desk.triage import one_of
from bot.desk.web import Visit


def judge(visit: Visit, session: Session) -> Response:
    """Confirms the row or corrects what the form has otherwise."""
    values = {name: visit.text(name) or None for name in review.FIELDS}
    return _done(visit, session, "judge", lambda row, person: review.judge(session, row, person, values, visit.text("text") or None))


def opinion(visit: Visit, session: Session) -> Response:
    """A second admin agrees or not, or somebody adds a comment."""
    text, says = visit.text("text"), one_of(("agree", "disagree", "comment"), visit.text("says"))

    def write(row: Deflection, person: Staff) -> None:
        if says in ("agree", "disagree"):
            review.second(session, row, person, says == "agree", text or None)
        elif text:
            review.comment(session, row, person, text)
        else:
            raise review.ReviewError("need_text")
    return _done(visit, session, says or "comment", write)


def release(visit: Visit, session: Session) -> Response:
    """Releases the words or the outcome with the lines of `pieces` blacked out, or takes them back."""
    name = one_of(review.TEXTS, visit.text("which")) or "words"
    pieces = [piece.strip() for piece in visit.text("pieces").splitlines() if piece.strip()]
    if visit.text("withdraw"):
        return _done(visit, session, "withdraw", lambda row, person: review.withdraw(session, row, person, name))
    return _done(visit, session, "release", lambda row, person: review.release(session, row, person, name, pieces))


def exemplary(visit: Visit, session: Session) -> Response:
    """Marks good handling, or takes the mark away."""
    return _done(visit, session, "exemplary", lambda row, person: review.exemplary(session, row, person, visit.text("is") == "yes"))


def _done(visit: Visit, session: Session, deed: str, work) -> Response:
    """Does something with the row as the page showed it; what a colleague did meanwhile is shown first."""
    row = row_of(visit, session)
    history = review.history(session, row)
    if visit.text("seen") != str(history[-1].id if history else 0):
        return show_row(visit, session, row, 409, "review.changed")
    if len(visit.text("text")) > review.LONGEST:
        return show_row(visit, session, row, 422, "review.long")
    try:
        work(row, session.get(Staff, visit.staff.id))
    except review.ReviewError as fault:
        return show_row(visit, session, row, 422, f"review.{fault.code}")
    staff.audit(session, visit.staff.name, f"deflection.{deed}", row.case_id)
    return visit.go(f"/deflections/{row.id}#review")
