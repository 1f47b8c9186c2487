"""Looking through the rows of the log: what narrows the list, its order, and its pages by key, so that a late page costs no more
than the first.

Some filters look at the row itself, some at what all rows of its case add up to (LogCase); a figure links to the rows behind it with
the same filters that it was counted with.
"""
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, func, or_, select, text, true
from sqlalchemy.orm import Session

from bot.cases.log_case import ENDED, NEXT, RESULTS, THREE, WHEN
from bot.cases.log_figures import NONE, Choice
from bot.cases.model import Case, Deflection, LogCase

PAGE = 50
MOST = 20_000  # rows that are counted; beyond, "more than"
WAITS = {"0": (0, 0), "1": (1, 1), "2": (2, 3), "4": (4, 7), "8": (8, 14), "15": (15, 30), "31": (31, None)}  # days, first and last
STAGES = ("wrote", "agreed", "opened", "assessed", "asked", "heard", "passed", "solved")
STATES = ("none", "confirmed", "corrected", "disputed")
SORTS = ("newest", "oldest", "entered")  # by day of contact, or as they were written
OF_ROW = ("reason", "body", "level", "answer", "aware", "involved")
WITH_STORIES = text("log_case.stories > 0")  # written out, as in the index that it is to be found by
FLAGS = {"quick": LogCase.quick, "away": LogCase.away, "waited": LogCase.answered, "idle": LogCase.knew_idle}


@dataclass(frozen=True)
class Filters:
    """What narrows the list; None: all. `choice` and the fields from `knew` on speak of the case, the first six of the row."""

    choice: Choice = field(default_factory=Choice)
    reason: str | None = None
    body: str | None = None
    level: str | None = None
    answer: str | None = None
    aware: str | None = None
    involved: str | None = None
    review: str | None = None
    exemplary: bool = False
    told: bool = False  # with a released outcome
    case: str | None = None
    knew: str | None = None
    acted: str | None = None
    solved: str | None = None  # yes | no
    flag: str | None = None
    wait: str | None = None
    after: str | None = None
    early: str | None = None
    stage: str | None = None

    def conditions(self) -> list:
        """As conditions on Deflection and LogCase, which is joined to it."""
        found = self.choice.conditions()
        for name in OF_ROW:
            value = getattr(self, name)
            if value:
                column = getattr(Deflection, name)
                found.append(column.is_(None) if value == NONE else column == value)
        if self.review:
            found.append(Deflection.review.is_(None) if self.review == "none" else Deflection.review == self.review)
        if self.exemplary:
            found.append(Deflection.exemplary.is_(True))
        if self.told:
            found += [WITH_STORIES, Deflection.outcome_released.is_(True), Deflection.outcome.isnot(None)]
        if self.case:
            found.append(Deflection.case_id == self.case)
        found += [column == value for column, value in ((LogCase.aware, self.knew), (LogCase.involved, self.acted)) if value]
        found += [column == value if "|" in value else column.startswith(f"{value}|")
                  for column, value in ((LogCase.after, self.after), (LogCase.early, self.early)) if value]
        if self.solved:
            found.append(LogCase.resolved == (1 if self.solved == "yes" else 0))
        if self.flag:
            found.append(FLAGS[self.flag] == 1)
        if self.stage:
            found.append(getattr(LogCase, self.stage) == 1)
        if self.wait:
            first, last = WAITS[self.wait]
            found += [LogCase.days >= first] + ([LogCase.days <= last] if last is not None else [])
        return found


KNOWN = {"review": STATES, "knew": THREE, "acted": THREE, "solved": ("yes", "no"), "flag": tuple(FLAGS), "wait": tuple(WAITS),
         "after": (*NEXT, *(f"{step}|{result}" for step in NEXT for result in RESULTS)),
         "early": (*WHEN, *(f"{when}|{end}" for when in WHEN for end in ENDED)), "stage": STAGES}


@dataclass(frozen=True)
class Row:
    """A line of the list. `case` is the code of the matter, None where it is not ours; `came` what followed in its case."""

    entry: Deflection
    case: str | None
    came: str | None


def page(session: Session, filters: Filters, reach=true(), *, sort: str = "newest", key: str = "",
         size: int = PAGE) -> tuple[list[Row], str]:
    """A page of rows that begins after `key` ("" the first), and the key of the next one ("" there is none)."""
    lines = _lines(session, filters, reach, sort, _key(key), size + 1)
    rows = [Row(*line) for line in lines[:size]]
    return rows, _written(rows[-1].entry, sort) if len(lines) > size else ""


def count(session: Session, filters: Filters, reach=true()) -> tuple[int, int]:
    """How many rows, and of how many cases; rows beyond MOST are not counted."""
    some = _join(select(Deflection.case_id)).where(*filters.conditions(), reach).limit(MOST + 1).subquery()
    return tuple(session.execute(select(func.count(), func.count(func.distinct(some.c.case_id))).select_from(some)).one())


def stories(session: Session, filters: Filters, reach=true(), most: int = 3) -> list[Row]:
    """Rows with a released outcome, exemplary ones first, then the latest cases."""
    told = (WITH_STORIES, Deflection.outcome_released.is_(True), Deflection.outcome.isnot(None))
    order = (Deflection.exemplary.desc(), LogCase.began.desc(), Deflection.id.desc())
    return [Row(*line) for line in session.execute(_rows(filters, reach).where(*told).order_by(*order).limit(most))]


def _rows(filters: Filters, reach):
    """Rows with the code of their matter and what followed in it."""
    query = _join(select(Deflection, Case.code, LogCase.after)).outerjoin(Case, Case.id == Deflection.case_ref)
    return query.where(*filters.conditions(), reach)


def _join(query):
    return query.select_from(Deflection).join(LogCase, LogCase.case_id == Deflection.case_id)


def _lines(session: Session, filters: Filters, reach, sort: str, key: tuple[date | None, int] | None, size: int) -> list:
    query, day, number = _rows(filters, reach), Deflection.contacted_on, Deflection.id
    if sort == "entered":
        behind = [number < key[1]] if key else []
        return session.execute(query.where(*behind).order_by(number.desc()).limit(size)).all()
    down = sort == "newest"
    order = [number.desc() if down else number]
    further = (lambda column, value: column < value) if down else (lambda column, value: column > value)
    found = []
    if key is None or key[0] is not None:  # rows without a day come last, both ways round
        behind = [] if key is None else [or_(further(day, key[0]), and_(day == key[0], further(number, key[1])))]
        found = session.execute(query.where(day.isnot(None), *behind).order_by(day.desc() if down else day, *order).limit(size)).all()
        key = None
    if len(found) < size:
        behind = [] if key is None else [further(number, key[1])]
        found += session.execute(query.where(day.is_(None), *behind).order_by(*order).limit(size - len(found))).all()
    return found


def _written(entry: Deflection, sort: str) -> str:
    day = entry.contacted_on if sort != "entered" else None
    return f"{day.isoformat() if day else ''}.{entry.id}"


def _key(text: str) -> tuple[date | None, int] | None:
    """What `_written` wrote; None for anything else."""
    day, _, number = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    try:
        return (date.fromisoformat(day) if day else None), int(number)
    except ValueError:
        return None
