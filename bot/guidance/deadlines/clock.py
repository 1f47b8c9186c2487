"""How one period runs: its end, what restarts it, what stops it for a while, and the days to name.

The day of the event is not counted, and a period in years or months ends on the corresponding day (民法典 200–202).
A last day that is no working day rolls to the next one (民法典 203). `act_by` is the last working day on or before
the unrolled end.
"""
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.guidance import calendar
from bot.guidance.facts import add_months, add_years
from bot.law import Law

DAY = timedelta(days=1)
Interval = tuple[date, date]


@dataclass(frozen=True)
class Run:
    """A period that was counted. `restarts` are the days that restarted it, `paused` the days it stood still, `obstacle` the last day of
    an obstacle in its last six months, after which it ended six months later (民法典 194)."""

    starts_on: date
    end: date  # unrolled
    last_day: date
    act_by: date
    certain: bool
    first_start: date
    restarts: tuple[date, ...] = ()
    paused: int = 0
    too_late: tuple[date, ...] = field(default=())  # claims or promises made after the period had ended
    obstacle: date | None = None


def plain_end(start: date, length: dict, law: Law | None = None) -> date:
    """The unrolled end of a period: {"years": 1}, {"months": 6}, {"days": 30} or {"working_days": 5} after `start`."""
    (unit, count), = length.items()
    if unit == "years":
        return add_years(start, count)
    if unit == "months":
        return add_months(start, count)
    if unit == "days":
        return start + count * DAY
    return calendar.add_working_days(start, count, law).day


def run(start: date, length: dict, *, restarts: list[date] = (), pauses: list[Interval] = (), pause_rule: str = "add",
        law: Law | None = None) -> Run:
    """Counts a period from the day of the event.

    `restarts` inside the period begin it anew and never shorten it; later ones are returned as `too_late`.
    `pauses` are [first, last] days: by "add" they lengthen the period by their days (调解仲裁法 27(3)); by "last_six_months"
    only a pause in the last six months counts, and the period then ends six months after it (民法典 194). `law` holds the statutory
    holidays of years whose calendar is not published.
    """
    pauses = merge(pauses)
    begun, end = start, _end(start, length, pauses, pause_rule, law)
    used, late = [], []
    for day in sorted(set(restarts)):
        if day < start:
            continue
        if day > calendar.on_or_after(end, law).day:
            late.append(day)
            continue
        later = _end(day, length, pauses, pause_rule, law)
        if later > end:
            begun, end = day, later
            used.append(day)
    rolled, safe = calendar.on_or_after(end, law), calendar.on_or_before(end, law)
    paused = (end - plain_end(begun, length, law)).days
    ceased = [last for _, last in pauses if add_months(last, 6) == end] if pause_rule == "last_six_months" and paused else []
    return Run(begun, end, rolled.day, safe.day, rolled.certain and safe.certain, start, tuple(used), paused, tuple(late),
               max(ceased, default=None))


def merge(intervals: list[Interval]) -> list[Interval]:
    """The same days as separate intervals in order; what touches or overlaps becomes one."""
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + DAY:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _end(start: date, length: dict, pauses: list[Interval], rule: str, law: Law | None) -> date:
    end = plain_end(start, length, law)
    for first, last in pauses:
        if rule == "add":
            first = max(first, start + DAY)
            if first <= end and last >= first:
                end += last - first + DAY
        elif first <= end and last > add_months(end, -6):
            end = max(end, add_months(last, 6))
    return end
