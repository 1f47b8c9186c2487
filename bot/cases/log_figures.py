"""Reading the sums of the log: of all cases, or of some, chosen by time, place, trade, issue and platform.

What the sums (LogCount, LogTally) hold for a choice is read from them, in a time that does not grow with the number of cases: every
choice of one property and every table by a second one. The rest is added up from the cases' summaries (LogCase) that the choice
leaves; its numbers are the same.
"""
from collections import Counter
from dataclasses import dataclass, replace

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from bot.cases import small_counts
from bot.cases.log_case import MEASURES
from bot.cases.log_counts import DIMS
from bot.cases.model import EVER, Deflection, LogCase, LogCount, LogTally
from bot.law import places

NONE = "none"  # of a property: not stated


@dataclass(frozen=True)
class Choice:
    """Which cases; None: all. Months are 202611; `places` are beginnings of place codes (52, 5202, 520281), 520000 is the province and
    no more known; NONE is what is not stated."""

    since: int | None = None
    until: int | None = None
    places: tuple[str, ...] | None = None
    occupation: str | None = None
    issue: str | None = None
    platform: str | None = None

    def fixed(self) -> dict[str, tuple[str, ...]] | None:
        """The properties that the choice fixes, with the values it leaves; None where the sums do not know them (counties)."""
        found = {dim: ("" if value == NONE else value,) for dim in ("occupation", "issue", "platform") if (value := getattr(self, dim))}
        if self.places is not None:
            fixing = [_of_place(place) for place in self.places]
            if None in fixing or len({dim for dim, _ in fixing}) != 1:
                return None
            found[fixing[0][0]] = tuple(value for _, value in fixing)
        return found

    def conditions(self) -> list:
        """The choice as conditions on LogCase."""
        found = [getattr(LogCase, dim) == ("" if value == NONE else value) for dim in ("occupation", "issue", "platform")
                 if (value := getattr(self, dim))]
        if self.places is not None:
            found.append(or_(false(), *[_in_place(place) for place in self.places]))
        return found + _months(LogCase.month, self)


def totals(session: Session, choice: Choice) -> dict[str, int]:
    """Every measure, summed."""
    return _sum(session, choice, None, MEASURES).get(None) or dict.fromkeys(MEASURES, 0)


def by(session: Session, choice: Choice, dim: str, measures: tuple[str, ...] = ("cases",)) -> dict[str, dict[str, int]]:
    """Measures by the values of a property ("" is not stated): province, prefecture, occupation, issue, platform."""
    return _sum(session, choice, dim, measures)


def by_month(session: Session, choice: Choice, measures: tuple[str, ...] = ("cases",)) -> dict[int, dict[str, int]]:
    """Measures by month; 0 is not known."""
    return _sum(session, choice, "month", measures)


def tally(session: Session, choice: Choice, kind: str) -> Counter:
    """How often each course was taken: doors ("body|level|answer|reason"), waits (days), after ("next|result"), early ("when|result")."""
    fixed = choice.fixed()
    if fixed is not None and len(fixed) <= 1 and "prefecture" not in fixed:
        dim, values = next(iter(fixed.items()), ("", ("",)))
        months = _months(LogTally.month, choice) or [LogTally.month == EVER]
        query = (select(LogTally.what, func.sum(LogTally.n)).where(LogTally.dim == dim, LogTally.value.in_(values), LogTally.kind == kind,
                                                                   *months).group_by(LogTally.what))
        return Counter(dict(session.execute(query).all()))
    if kind == "door":
        columns = [func.coalesce(getattr(Deflection, name), "") for name in ("body", "level", "answer", "reason")]
        query = select(*columns, func.count()).join(LogCase, LogCase.case_id == Deflection.case_id).where(*choice.conditions())
        return Counter({"|".join(row[:4]): row[4] for row in session.execute(query.group_by(*columns))})
    column = LogCase.days if kind == "wait" else getattr(LogCase, kind)
    query = select(column, func.count()).where(column.isnot(None), *choice.conditions()).group_by(column)
    return Counter({str(what): n for what, n in session.execute(query)})


def shown(session: Session, choice: Choice, widest: Choice = Choice()) -> bool:
    """Whether the figures of a choice may be shown: it has enough cases, and neither time nor any of its properties singles out a group
    that would be hidden among its like. `widest` is all that the reader may see."""
    cases = totals(session, choice)["cases"]
    if 0 < cases < small_counts.K:
        return False
    if choice.since or choice.until:
        rest = totals(session, replace(choice, since=None, until=None))["cases"] - cases
        if 0 < rest < small_counts.K:
            return False
    for dim, value, wider in _wider(choice, widest):
        counts = {one: row["cases"] for one, row in by(session, wider, dim).items()}
        if value in small_counts.hidden(counts):
            return False
    return True


def spans(session: Session, choice: Choice) -> list[tuple[int, int]]:
    """The spans of months of which figures are made for a choice, whatever time it names; without the unknown month."""
    counts = {month: row["cases"] for month, row in by_month(session, replace(choice, since=None, until=None)).items() if month}
    return small_counts.spans({month: counts.get(month, 0) for month in _in_a_row(counts)})


def within(found: list[tuple[int, int]], choice: Choice) -> Choice:
    """The choice with its first and last month moved out to the ends of spans."""
    since = next((first for first, last in found if choice.since and last >= choice.since), choice.since)
    until = next((last for first, last in reversed(found) if choice.until and first <= choice.until), choice.until)
    return replace(choice, since=since, until=until)


def _wider(choice: Choice, widest: Choice):
    """Each property that a choice fixes more than `widest` does, its value, and the choice without it."""
    for dim in ("occupation", "issue", "platform"):
        if value := getattr(choice, dim):
            yield dim, "" if value == NONE else value, replace(choice, **{dim: None})
    if choice.places and choice.places != widest.places and len(choice.places) == 1:
        fixing = _of_place(choice.places[0])
        if fixing is not None and fixing[0] == "prefecture":
            yield "prefecture", fixing[1], replace(choice, places=(fixing[1][:2],))
        if fixing is not None and widest.places is None:
            yield "province", fixing[1][:2], replace(choice, places=None)


def _sum(session: Session, choice: Choice, dim: str | None, measures: tuple[str, ...]) -> dict:
    """{value of dim: {measure: sum}}; dim "month" is the time, None one sum under None."""
    fixed = choice.fixed()
    wanted = None if fixed is None else set(fixed) | ({dim} - {None, "month"})
    inside = wanted == {"province", "prefecture"} and dim == "prefecture"  # a prefecture's code begins with its province's
    if wanted is None or not inside and (len(wanted) > 2 or "prefecture" in wanted and len(wanted) > 1):
        table, place, where = LogCase, getattr(LogCase, dim) if dim else None, choice.conditions()
    else:
        table, (place, where) = LogCount, _in_sums(fixed, dim, {"prefecture"} if inside else wanted)
        where += _months(LogCount.month, choice)
    sums = [func.coalesce(func.sum(getattr(table, name)), 0) for name in measures]
    query = select(*([place] if place is not None else []), *sums).where(*where)
    if place is None:
        return {None: dict(zip(measures, session.execute(query).one()))}
    return {row[0]: dict(zip(measures, row[1:])) for row in session.execute(query.group_by(place))}


def _in_sums(fixed: dict, dim: str | None, wanted: set) -> tuple:
    """Where in LogCount the values of `dim` stand, and the conditions that leave the sums for `fixed`."""
    names = [name for name in (*DIMS, "prefecture") if name in wanted] + ["", ""]
    columns = {names[0]: LogCount.value1, names[1]: LogCount.value2} if names[0] else {}
    where = [LogCount.dim1 == names[0], LogCount.dim2 == names[1]]
    for name, values in fixed.items():
        if name in columns:
            where.append(columns[name].in_(values))
        else:  # the province of a table by prefecture
            where.append(func.substr(columns["prefecture"], 1, 2).in_(values))
    return (LogCount.month if dim == "month" else columns[dim] if dim else None), where


def _months(column, choice: Choice) -> list:
    if choice.since or choice.until:  # the unknown month, 0, belongs to no span
        return [column >= (choice.since or 1), column <= (choice.until or 999_912)]
    return []


def _of_place(place: str) -> tuple[str, str] | None:
    """The property and value of the sums that a beginning of a place code stands for; None for a county."""
    if place == NONE:
        return "province", ""
    if len(place) == 2:
        return "province", place
    if place.endswith("0000"):
        return "prefecture", place[:2]
    if len(place) == 4 or place.endswith("00"):
        return "prefecture", place[:4]
    found = places.chain(place)
    alone = len(found) == 2 and found[-1].adcode not in places.MUNICIPALITIES  # a county right under its province
    return ("prefecture", place) if alone else None


def _in_place(place: str):
    fixing = _of_place(place)
    if fixing is None:
        return LogCase.adcode == place
    dim, value = fixing
    return getattr(LogCase, dim) == value


def _in_a_row(months) -> list[int]:
    """Every month from the first to the last."""
    if not months:
        return []
    found, month = [], min(months)
    while month <= max(months):
        found.append(month)
        month = month + 1 if month % 100 < 12 else month + 89
    return found
