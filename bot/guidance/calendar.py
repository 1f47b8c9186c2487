"""Working days of China: the official calendar where it is published, weekends and statutory holidays beyond it."""
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from lunardate import LunarDate

from bot.law import Law, load

DAY = timedelta(days=1)
PUBLISHED = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)


@dataclass(frozen=True)
class Found:
    """A working day, and whether the calendar of every year that was looked at is published."""

    day: date
    certain: bool


def is_working_day(day: date, law: Law | None = None) -> bool:
    """Whether offices work on a day; adjusted Saturdays and Sundays count as working days where published."""
    if day.year in PUBLISHED:
        return day in chinese_calendar.workdays or (day.weekday() < 5 and day not in chinese_calendar.holidays)
    return day.weekday() < 5 and day not in _holidays(day.year, law or load())


def is_published(day: date) -> bool:
    """Whether the State Council's working-day calendar covers a day."""
    return day.year in PUBLISHED


@lru_cache(maxsize=20_000)
def on_or_after(day: date, law: Law | None = None) -> Found:
    """The first working day from `day` on."""
    certain = is_published(day)
    while not is_working_day(day, law):
        day += DAY
        certain = certain and is_published(day)
    return Found(day, certain)


@lru_cache(maxsize=20_000)
def on_or_before(day: date, law: Law | None = None) -> Found:
    """The last working day up to `day`."""
    certain = is_published(day)
    while not is_working_day(day, law):
        day -= DAY
        certain = certain and is_published(day)
    return Found(day, certain)


def add_working_days(day: date, count: int, law: Law | None = None) -> Found:
    """The working day `count` working days after `day`, which is not counted itself."""
    certain = True
    for _ in range(count):
        found = on_or_after(day + DAY, law)
        day, certain = found.day, certain and found.certain
    return Found(day, certain)


@lru_cache(maxsize=200)
def _holidays(year: int, law: Law) -> frozenset[date]:
    if not 1950 <= year <= 2098:  # the lunar tables end here; weekends alone are left, and the day is provisional anyway
        return frozenset()
    rule = law.rule("holidays")
    days = {date(year, month, day) for month, day in rule["solar"]}
    days |= {LunarDate(year, month, day).to_solar_date() for month, day in rule["lunar"]}
    if rule["eve_of_lunar_new_year"]:
        days.add(LunarDate(year, 1, 1).to_solar_date() - DAY)
    if rule["qingming"]:  # the usual approximation of the solar term for 2000–2099
        short = year % 100
        days.add(date(year, 4, int(short * 0.2422 + 4.81) - short // 4))
    return frozenset(days)
