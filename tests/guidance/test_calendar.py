"""The working days of China, written down by hand from the State Council's yearly notices, and what is said beyond them."""
from datetime import date, timedelta

import pytest

from bot.guidance import calendar

DAY = timedelta(days=1)
# Days off of each notice, first and last, and the weekend days worked in exchange.
OFF = {
    2024: [("01-01", "01-01"), ("02-10", "02-17"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-08", "06-10"), ("09-15", "09-17"),
           ("10-01", "10-07")],
    2025: [("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"), ("10-01", "10-08")],
    2026: [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"), ("09-25", "09-27"),
           ("10-01", "10-07")],
}
WORKED = {
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


@pytest.mark.parametrize("year", sorted(OFF))
def test_every_day_of_a_published_year_is_what_the_notice_says(year):
    day, wrong = date(year, 1, 1), []
    while day.year == year:
        short = f"{day:%m-%d}"
        off = any(first <= short <= last for first, last in OFF[year])
        works = short in WORKED[year] or (not off and day.weekday() < 5)
        if calendar.is_working_day(day) is not works:
            wrong.append(day.isoformat())
        day += DAY
    assert wrong == [] and calendar.is_published(date(year, 12, 31))


@pytest.mark.parametrize("year", [2027, 2028])
def test_beyond_the_published_calendar_thirteen_statutory_days_and_weekends_are_off_and_every_day_is_provisional(year):
    # New Year; Spring Festival's eve and days 1 to 3; Qingming; 1 and 2 May; Dragon Boat; Mid-Autumn; 1 to 3 October.
    by_hand = {2027: ["01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15", "10-01", "10-02", "10-03"],
               2028: ["01-01", "01-25", "01-26", "01-27", "01-28", "04-04", "05-01", "05-02", "05-28", "10-03", "10-01", "10-02", "10-03"]}
    day, off = date(year, 1, 1), {date.fromisoformat(f"{year}-{short}") for short in by_hand[year]}
    while day.year == year:
        assert calendar.is_working_day(day) is (day.weekday() < 5 and day not in off), day
        assert not calendar.on_or_after(day).certain and not calendar.on_or_before(day).certain
        day += DAY


def test_a_day_that_rolls_over_the_edge_of_the_calendar_is_provisional():
    assert calendar.on_or_after(date(2026, 12, 31)) == calendar.Found(date(2026, 12, 31), True)
    rolled = calendar.on_or_after(date(2027, 1, 1))
    assert (rolled.day, rolled.certain) == (date(2027, 1, 4), False)
    assert calendar.add_working_days(date(2026, 12, 30), 2) == calendar.Found(date(2027, 1, 4), False)
