"""What the rows of one case of the log add up to: whom it concerned, who knew, who acted, how long it took, what came of it.

Pure: rows in, one dict of LogCase's columns out. A case counts once, in the month it was opened (else of its first contact) and
under the first place, trade and issue that its rows state. A case is aware or involved if any body was, otherwise not if any body
was known not to be. It waits from its first contact (or, without one, the day it was opened) to its first answer; dates in the
wrong order are left out.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.cases.model import Counted
from bot.guidance import calendar
from bot.guidance.facts import LEVELS
from bot.law import places

THREE = ("yes", "no", "unknown")
EARLY = 7  # days from the first contact within which a body acted early
MEASURES = tuple(name for name, held in vars(Counted).items() if not name.startswith("_"))
# What came next after the first refusal, and what that led to; how soon a body acted, and whether the matter was resolved.
NEXT = ("higher", "other_level", "other_body", "hotline", "again", "nothing")
RESULTS = ("resolved", "acted", "answered", "deflected", "silence")
WHEN = ("early", "late", "undated", "not", "unknown")
ENDED = ("resolved", "open")


@dataclass(frozen=True)
class Matter:
    """A matter of our own, as far as it is counted. `counts`: it is not a second telling of another one."""

    opened_on: date
    adcode: str | None
    occupation: str | None
    issue: str | None
    platform: str | None
    assessed: bool
    counts: bool = True


@dataclass(frozen=True)
class Person:
    """A worker of our own who has told of no matter yet."""

    came_on: date
    agreed: bool


class Tally:
    """What the rows of one case say of who knew, who acted and how long it took."""

    def __init__(self):
        self.aware, self.involved = set(), set()
        self.began: date | None = None
        self.answered: date | None = None
        self.resolved = False

    def add(self, row) -> None:
        self.aware.add(row["aware"])
        self.involved.add(row["involved"])
        self.began = _earlier(self.began, row["contacted_on"] or row["opened_on"])
        self.answered = _earlier(self.answered, row["first_answer_on"])
        self.resolved = self.resolved or row["resolved_on"] is not None

    def wait(self) -> tuple[date, date] | None:
        """(first contact, first answer)"""
        known = self.began is not None and self.answered is not None and self.answered >= self.began
        return (self.began, self.answered) if known else None

    def quick(self) -> bool:
        """Whether the first answer came within one working day."""
        wait = self.wait()
        return wait is not None and wait[1] <= next_working_day(wait[0])


def verdict(answers: Iterable[str]) -> str:
    """yes if any body did, else no if any is known not to have, else unknown."""
    return next((name for name in THREE if name in answers), "unknown")


@lru_cache(maxsize=4096)
def next_working_day(day: date) -> date:
    return calendar.add_working_days(day, 1).day


@lru_cache(maxsize=4096)
def province_of(adcode: str | None, place: str | None) -> str | None:
    """The province's code, by the code of the place or, in logs without codes, by the name it begins with."""
    if adcode:
        return f"{adcode[:2]}0000"
    named = [province for province in places.table().values() if province.level == "province" and place
             and place.startswith((province.name_zh, province.short_zh))]
    return named[0].adcode if named else None


@lru_cache(maxsize=8192)
def prefecture_of(adcode: str | None) -> str:
    """The beginning of a place code that names its prefecture (5202), a county without one (419001), or a municipality (11); only
    the province's (52) where no more is known, "" where nothing is."""
    line = places.chain(adcode)
    if not line:
        return adcode[:2] if adcode else ""
    if len(line) == 1 or line[-1].adcode in places.MUNICIPALITIES:
        return adcode[:2]
    return line[-2].adcode[:4] if line[-2].level == "prefecture" else line[-2].adcode


def summary(rows: list, matter: Matter | None, person: Person | None = None) -> dict | None:
    """LogCase's columns without case_id; None where there is nothing to count.

    `rows` are the case's rows of the log in their order, with the columns of ROW; `matter` is the case itself where it is ours.
    """
    if not rows and matter is None:
        return None if person is None else _base(person.came_on, None) | _flags(units=1, wrote=1, agreed=int(person.agreed))
    held = Tally()
    for row in rows:
        held.add(row)
    opened = min((row["opened_on"] for row in rows if row["opened_on"]), default=matter.opened_on if matter else held.began)
    adcode = _first(rows, "adcode") or (matter.adcode if matter else None)
    base = _base(opened, adcode or province_of(None, _first(rows, "place")), held.began or opened)
    base |= {name: _first(rows, name) or (getattr(matter, name) if matter else None) or "" for name in ("occupation", "issue")}
    base |= {"platform": matter.platform or "" if matter else ""}
    knew, acted, wait = verdict(held.aware), verdict(held.involved), held.wait()
    turned_away = any(row["answer"] == "deflected" for row in rows)
    base |= {"aware": knew, "involved": acted, "days": (wait[1] - wait[0]).days if wait else None,
             "after": _after(rows, held.resolved) if turned_away else None,
             "early": _early(rows, acted, held) if rows else None,
             "doors": ["|".join(row[name] or "" for name in ("body", "level", "answer", "reason")) for row in rows]}
    flags = _flags(units=1)
    if rows:
        flags |= {"cases": 1, "contacts": len(rows), "aware_yes": knew == "yes", "aware_no": knew == "no", "involved_yes": acted == "yes",
                  "involved_no": acted == "no", "knew_acted": knew == acted == "yes", "knew_idle": knew == "yes" and acted == "no",
                  "resolved": held.resolved, "answered": wait is not None, "quick": held.quick(), "away": turned_away,
                  "stories": sum(bool(row["told"]) for row in rows)}
    if matter is not None and matter.counts:
        asked = [row for row in rows if row["body"] != "hotline"]
        flags |= {"wrote": 1, "agreed": 1, "opened": 1, "assessed": matter.assessed, "asked": bool(asked),
                  "heard": any(row["answer"] == "answered" for row in asked), "passed": len(asked) < len(rows), "solved": held.resolved}
    return base | {name: int(value) for name, value in flags.items()}


# The columns of the log that a summary reads; `told` is whether a released outcome is there.
ROW = ("case_id", "opened_on", "place", "adcode", "occupation", "issue", "body", "level", "contacted_on", "aware", "involved", "answer",
       "reason", "first_answer_on", "resolved_on")


def _base(opened: date | None, adcode: str | None, began: date | None = None) -> dict:
    return {"month": opened.year * 100 + opened.month if opened else 0, "began": began or opened, "adcode": adcode,
            "province": adcode[:2] if adcode else "", "prefecture": prefecture_of(adcode), "occupation": "", "issue": "", "platform": "",
            "aware": "unknown", "involved": "unknown", "days": None, "after": None, "early": None, "doors": []}


def _flags(**given: int) -> dict:
    return dict.fromkeys(MEASURES, 0) | given


def _first(rows: list, name: str):
    return next((row[name] for row in rows if row[name]), None)


def _after(rows: list, resolved: bool) -> str:
    """What followed the first refusal: the next step, and the best that came of all later ones."""
    line = sorted(rows, key=lambda row: row["contacted_on"] or date.min)  # rows of one day, and without one, stay in their order
    at = next(number for number, row in enumerate(line) if row["answer"] == "deflected")
    first, later = line[at], line[at + 1:]
    elsewhere = next((row for row in later if (row["body"], row["level"]) != (first["body"], first["level"])), None)
    if not later:
        step = "nothing"
    elif elsewhere is None:
        step = "again"
    elif elsewhere["body"] == "hotline":
        step = "hotline"
    elif elsewhere["body"] != first["body"]:
        step = "other_body"
    else:
        step = "higher" if _rank(elsewhere["level"]) > _rank(first["level"]) >= 0 else "other_level"
    if resolved:
        return f"{step}|resolved"
    came = {"acted" if row["involved"] == "yes" else row["answer"] for row in later}
    return f"{step}|{next((result for result in ('acted', 'answered', 'deflected') if result in came), 'silence')}"


def _rank(level: str | None) -> int:
    return LEVELS.index(level) if level in LEVELS[:-1] else -1  # the industry's union stands beside, not above


def _early(rows: list, acted: str, held: Tally) -> str:
    ended = "resolved" if held.resolved else "open"
    if acted != "yes":
        return f"{'not' if acted == 'no' else 'unknown'}|{ended}"
    day = min((row["first_answer_on"] for row in rows if row["involved"] == "yes" and row["first_answer_on"]), default=None)
    if day is None or held.began is None or day < held.began:
        return f"undated|{ended}"
    return f"{'early' if (day - held.began).days <= EARLY else 'late'}|{ended}"


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
