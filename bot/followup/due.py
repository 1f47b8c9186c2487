"""What is due to be said to a worker at a moment, from plain values. No I/O."""
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.guidance import calendar
from bot.law import Law

RUNNING = ("open", "urgent")


@dataclass(frozen=True)
class Matter:
    """What is known of a case. `told_on`: when its card was first shown; `called`: whether any contact with a body was reported;
    `silent_on`: the day of the latest contact with a union, where it has not answered; `door`: that union, or the one to call first."""

    code: str
    told_on: date
    deadlines: list[dict]
    called: bool
    door: str | None = None
    silent_on: date | None = None


@dataclass(frozen=True)
class Due:
    """One message: `key` is said once in the life of a case; `text` names the sentence, `fields` fill it in."""

    key: str
    text: str
    fields: dict = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()  # (sentence of the title, payload)


ASKED = (("followup.helped", "/helped"), ("followup.refused", "/deflected"), ("followup.no_answer", '/deflected{"reason": "no_answer"}'),
         ("followup.not_yet", "/ask_deadlines"))
AGAIN = ASKED[:3]
STOP = ("followup.stop", '/reminders{"on": false}')


def is_quiet(moment: datetime, law: Law) -> bool:
    """Whether it is an hour in which nobody is woken."""
    quiet = law.rule("followup")["quiet"]
    return not quiet["until"] <= moment.hour < quiet["from"]


def due(matter: Matter, moment: datetime, law: Law) -> list[Due]:
    """What to say now; [] in the quiet hours. `moment` is China's time."""
    rule, today = law.rule("followup"), moment.date()
    if is_quiet(moment, law):
        return []
    if today <= matter.told_on:
        return [_first(matter)] if any(_day(row, rule, today) for row in matter.deadlines) else []
    return [*_asked(matter, today, rule, law), *(one for row in matter.deadlines for one in _reminder(matter, row, today, rule))]


def _asked(matter: Matter, today: date, rule: dict, law: Law) -> list[Due]:
    """Whether the union was called, a working day after the card; whether it has answered, a working day after each silent contact."""
    if matter.door is None or matter.called and matter.silent_on is None:
        return []
    since = matter.silent_on or matter.told_on
    if today < calendar.add_working_days(since, rule["ask_after_working_days"], law).day:
        return []
    if matter.silent_on is None:
        return [Due(f"followup:{matter.code}:asked", "followup.asked", {"door": matter.door}, (*ASKED, STOP))]
    return [Due(f"followup:{matter.code}:silent:{since}", "followup.silent", {"door": matter.door, "since": since.isoformat()},
                (*AGAIN, STOP))]


def _first(matter: Matter) -> Due:
    """A trial message on the day of the card: the worker sees how a reminder will look, and can refuse them."""
    return Due(f"followup:{matter.code}:first", "followup.first", buttons=(STOP,))


def _day(row: dict, rule: dict, today: date) -> date | None:
    """The day a worker is reminded of; None for a clock that does not run, is another's, or has run out."""
    if row["status"] not in RUNNING or not row.get("act_by") or row["id"] in rule["not_reminded"]:
        return None
    day = date.fromisoformat(row.get("safe_without_union") or row["act_by"])
    return day if day >= today else None


def _reminder(matter: Matter, row: dict, today: date, rule: dict) -> list[Due]:
    """The reminder whose time has come last; those that time has passed over are not made up for."""
    act_by = _day(row, rule, today)
    if act_by is None:
        return []
    left = (act_by - today).days
    reached = [days for days in (*rule["reminders"], 0) if left <= days]
    if not reached or (act_by - matter.told_on).days <= min(reached):  # the card said so already
        return []
    text = "followup.today" if left == 0 else "followup.reminder"
    return [Due(f"followup:{matter.code}:{row['id']}:{row['issue']}:{act_by}:{min(reached)}", text,
                {"id": row["id"], "day": act_by.isoformat(), "days": left}, (("followup.what", "/ask_deadlines"), STOP))]
