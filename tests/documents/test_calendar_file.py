"""The calendar file: the safe days of the assessment, with alarms, in the worker's language."""
from datetime import date, datetime, timedelta, timezone

import pytest
from icalendar import Calendar

from bot import law
from bot.documents import files
from bot.documents.days import NOT_THE_WORKERS, days
from tests.documents.told import CARPENTER, HURT, everyone, told

NOW = datetime(2026, 11, 22, 4, tzinfo=timezone.utc)


def events(facts: dict, language: str = "zh", code: str = "G-26-4F7K2", made_at=NOW):
    found, result = told(facts, language=language)
    made = files.make(files.CALENDAR, found, result, law.load(), found.as_of, code=code, made_at=made_at)
    return list(Calendar.from_ical(made.content).walk("VEVENT")), result


@pytest.mark.parametrize("name, facts", everyone(), ids=lambda value: value if isinstance(value, str) else "")
def test_each_deadline_that_runs_is_a_day_of_the_calendar_and_nothing_else_is(name, facts):
    found, result = events(facts)
    days_of = {event["dtstart"].dt for event in found}
    wanted, extra = set(), set()
    for row in result["deadlines"]:
        if row["status"] in ("open", "urgent") and row["id"] not in NOT_THE_WORKERS:
            safe = [row.get("safe_without_union"), row["act_by"], row["last_day"]]
            wanted |= {date.fromisoformat(min(day for day in safe if day and day >= result["as_of"]))}
            extra |= {date.fromisoformat(row["part_lost_from"])} if row.get("part_lost_from") else set()
    assert wanted <= days_of <= wanted | extra


def test_no_day_of_the_calendar_is_past():
    for _, facts in everyone():
        _, result = told(facts)
        assert all(day.isoformat() >= result["as_of"] for day, _ in days(result))


def test_an_event_is_a_free_private_whole_day_with_alarms_in_the_morning():
    found, _ = events(HURT)
    event = next(one for one in found if "injury_recognition_worker" in one["uid"])
    assert event["dtstart"].dt == date(2027, 5, 12) and event["transp"] == "TRANSPARENT" and event["class"] == "PRIVATE"
    alarms = [alarm["trigger"].dt for alarm in event.walk("VALARM")]
    assert alarms == [timedelta(days=-before, hours=9) for before in (30, 7, 3, 1)]
    assert "工伤保险条例 17" in event["description"] and "12348" in event["description"]


def test_alarms_that_would_have_rung_already_are_left_out():
    found, _ = events({**HURT, "as_of": "2027-05-07"})
    event = next(one for one in found if "injury_recognition_worker" in one["uid"])
    assert len(event.walk("VALARM")) == 2


def test_it_is_in_the_workers_language():
    found, _ = events(CARPENTER, "en")
    assert all("best done by this day" in event["summary"] or "lost" in event["summary"] or "last day" in event["summary"]
               for event in found)


def test_a_newer_file_brings_the_same_entries_up_to_date():
    before, _ = events(CARPENTER)
    after, _ = events({**CARPENTER, "ended_on": "2026-07-31"}, made_at=NOW + timedelta(days=1))
    assert {event["uid"] for event in before} == {event["uid"] for event in after}
    assert len({event["uid"] for event in before}) == len(before)
    assert all(event["dtstamp"].dt > NOW for event in after)


def test_a_case_without_running_deadlines_has_no_calendar():
    _, result = told({"issues": ["other_labour"], "as_of": "2026-11-22"})
    assert files.CALENDAR not in files.names(result, "zh")
