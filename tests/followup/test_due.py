"""What the bot says of its own accord: days before a deadline, one question after the card, nobody woken, nothing twice."""
from datetime import date, datetime, timedelta

import pytest

from bot import law
from bot.followup.due import Matter, due
from bot.settings import CHINA

LAW = law.load()
TOLD = date(2026, 9, 1)


def noon(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


def row(act_by: str = "2026-12-31", **changes) -> dict:
    return {"id": "arbitration", "issue": "wage_arrears", "status": "open", "last_day": act_by, "act_by": act_by} | changes


def matter(*rows: dict, told: date = TOLD, called: bool = True, silent: date | None = None) -> Matter:
    return Matter("G-26-AAAAA", told, list(rows), called, "盘州市总工会", silent)


def texts(*arguments) -> list[str]:
    return [one.text for one in due(*arguments, LAW)]


@pytest.mark.parametrize(("left", "wanted"), [(31, []), (30, ["followup.reminder"]), (8, ["followup.reminder"]), (1, ["followup.reminder"]),
                                              (0, ["followup.today"]), (-1, [])])
def test_a_reminder_comes_from_thirty_days_before_until_the_day_itself(left, wanted):
    act_by = date(2026, 12, 31)
    assert texts(matter(row(act_by.isoformat())), noon(act_by - timedelta(days=left))) == wanted


def test_from_day_to_day_there_are_four_reminders_and_each_has_its_own_key():
    act_by = date(2026, 12, 31)
    keys = {one.key for left in range(40, 0, -1) for one in due(matter(row(act_by.isoformat())), noon(act_by - timedelta(days=left)), LAW)}
    assert sorted(key.rsplit(":", 1)[1] for key in keys) == ["1", "3", "30", "7"]


def test_a_reminder_whose_time_was_slept_through_is_not_made_up_for():
    act_by = date(2026, 12, 31)
    [one] = due(matter(row(act_by.isoformat())), noon(act_by - timedelta(days=2)), LAW)
    assert one.key.endswith(":3") and one.fields["days"] == 2


def test_what_the_card_said_days_ago_is_not_said_again_by_the_same_mark():
    told = date(2026, 12, 26)  # five days before: the card has just said so
    rows = row("2026-12-31")
    assert texts(matter(rows, told=told), noon(date(2026, 12, 27))) == []
    assert texts(matter(rows, told=told), noon(date(2026, 12, 28))) == ["followup.reminder"]


@pytest.mark.parametrize("hour", [0, 5, 7, 21, 23])
def test_nobody_is_woken(hour):
    assert texts(matter(row("2026-12-31")), noon(date(2026, 12, 24), hour)) == []


@pytest.mark.parametrize("changes", [{"status": "passed"}, {"status": "not_running"}, {"status": "unknown", "act_by": None},
                                     {"id": "injury_recognition_employer"}, {"id": "union_reply"}])
def test_clocks_that_do_not_run_or_are_anothers_are_not_reminded_of(changes):
    assert texts(matter(row() | changes), noon(date(2026, 12, 24))) == []


def test_where_only_the_union_was_called_the_safe_day_counts():
    [one] = due(matter(row("2027-06-30", safe_without_union="2026-12-31")), noon(date(2026, 12, 24)), LAW)
    assert one.fields["day"] == "2026-12-31"


def test_on_the_day_of_the_card_a_trial_message_shows_what_a_reminder_is_and_how_to_refuse_them():
    [one] = due(matter(row("2026-12-31"), called=False), noon(TOLD), LAW)
    assert one.text == "followup.first" and ("followup.stop", '/reminders{"on": false}') in one.buttons
    assert texts(matter(row("2026-12-31", status="not_running")), noon(TOLD)) == []


@pytest.mark.parametrize(("told", "asked_on"), [("2026-09-01", "2026-09-02"), ("2026-09-04", "2026-09-07"), ("2026-09-30", "2026-10-08")])
def test_one_working_day_after_the_card_it_asks_whether_the_union_answered(told, asked_on):
    told, asked_on = date.fromisoformat(told), date.fromisoformat(asked_on)
    for day in range(1, (asked_on - told).days):
        assert texts(matter(told=told, called=False), noon(told + timedelta(days=day))) == []
    [one] = due(matter(told=told, called=False), noon(asked_on), LAW)
    assert one.text == "followup.asked" and one.fields["door"] == "盘州市总工会"
    assert texts(matter(told=told, called=True), noon(asked_on)) == []


@pytest.mark.parametrize(("contact", "asked_on"), [("2026-09-07", "2026-09-08"), ("2026-09-11", "2026-09-14")])
def test_one_working_day_after_a_contact_without_an_answer_it_asks_again(contact, asked_on):
    contact, asked_on = date.fromisoformat(contact), date.fromisoformat(asked_on)
    assert texts(matter(silent=contact), noon(contact)) == []
    [one] = due(matter(silent=contact), noon(asked_on), LAW)
    assert one.text == "followup.silent" and one.fields == {"door": "盘州市总工会", "since": contact.isoformat()}
    later = due(matter(silent=asked_on), noon(asked_on + timedelta(days=7)), LAW)
    assert later[0].key != one.key, "every silent contact is asked about once"


def test_every_sentence_is_there_in_every_language():
    for language in LAW.languages:
        found = due(matter(row(), called=False), noon(TOLD), LAW) + due(matter(row(), called=False), noon(date(2026, 12, 24)), LAW)
        found += due(matter(silent=TOLD), noon(date(2026, 12, 24)), LAW)
        for one in found:
            LAW.text(one.text, language, **{"name": "", **one.fields})
            assert all(len(LAW.text(title, language)) <= 40 for title, _ in one.buttons)
