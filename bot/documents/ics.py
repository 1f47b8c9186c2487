"""The deadlines as a calendar file: whole days, the safe one of each, with alarms before it."""
from datetime import date, datetime, timedelta, timezone

from icalendar import Alarm, Calendar, Event

from bot.documents.days import days
from bot.guidance.context import MONTHS
from bot.law import Law


def write(result: dict, law: Law, language: str, code: str, made_at: datetime) -> bytes:
    """An iCalendar file. `code` tells the case: a newer file of it brings the entries up to date instead of doubling them."""
    calendar = Calendar()
    calendar.add("prodid", "-//Gongyou//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", law.text("documents.calendar_name", language))
    seen: dict[str, int] = {}
    today = date.fromisoformat(result["as_of"])
    for day, row in days(result):
        seen[row["id"]] = seen.get(row["id"], 0) + 1
        calendar.add_component(_event(day, row, law, language, f"{code}-{row['id']}-{seen[row['id']]}@gongyou", made_at, today))
    return calendar.to_ical()


def _event(day: date, row: dict, law: Law, language: str, uid: str, made_at: datetime, today: date) -> Event:
    def say(key: str, **fields) -> str:
        return law.text(f"documents.{key}", language, **fields)
    name, rules = law.text(f"deadlines.name_{row['id']}", language), law.rule("documents")
    articles = "; ".join(f"{article['name']} {article['article']}" for article in row["law"])
    words = say("calendar_text", last_day=_shown(row["last_day"], language), why=row["why"], law=articles)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made_at.astimezone(timezone.utc))
    event.add("last-modified", made_at.astimezone(timezone.utc))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _summary(day.isoformat(), row, law, language, name))
    event.add("description", "\n".join([words, *([say("calendar_provisional")] if row.get("provisional") else [])]))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # the day stays free for other things
    for before in rules["alarms"]:
        if day - timedelta(days=before) >= today:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", say("calendar_alarm_one", name=name) if before == 1 else say("calendar_alarm", name=name, days=before))
            alarm.add("trigger", timedelta(days=-before, hours=rules["alarm_hour"]))
            event.add_component(alarm)
    return event


def _summary(day: str, row: dict, law: Law, language: str, name: str) -> str:
    if day == row.get("part_lost_from"):
        return "⏰ " + law.text("urgency.part_lost", language, name=name, day=_shown(day, language))
    return law.text("documents.calendar_event_last" if day > row["act_by"] else "documents.calendar_event", language, name=name)


def _shown(iso: str, language: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"
