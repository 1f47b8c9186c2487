"""What holds for the clocks of every case: nothing is shortened by a claim, nothing revived, and no day stands without its law."""
import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from bot import law
from bot.guidance import calendar
from bot.guidance.assess import assess
from bot.guidance.deadlines import OTHERS, clock
from bot.guidance.deadlines.describe import URGENT_DAYS
from bot.guidance.facts import FactsError, add_months, parse_facts
from tests.guidance import strategies as told

LAW = law.load()
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
quick = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=SLOW)
whole = settings(quick, max_examples=50)
LENGTHS = st.sampled_from([{"years": 1}, {"years": 3}, {"months": 6}, {"days": 15}, {"days": 60}])
PAUSE_RULES = st.sampled_from(["add", "last_six_months"])
pauses = st.lists(st.tuples(told.days, st.integers(0, 300)).map(lambda one: (one[0], one[0] + timedelta(days=one[1]))), max_size=3)
restarts = st.lists(told.days, max_size=4)


def assessed(facts, language="zh"):
    return assess(parse_facts({**facts, "language": language}), LAW, date(2026, 11, 22))


def counted(result):
    return [row for row in result["deadlines"] if row["last_day"] is not None]


# --- one clock

@quick
@given(told.days, LENGTHS, restarts, pauses, PAUSE_RULES)
def test_the_days_of_a_clock_stand_in_order_and_are_working_days(start, length, restarts, pauses, rule):
    run = clock.run(start, length, restarts=restarts, pauses=pauses, pause_rule=rule)
    assert start <= run.starts_on <= run.end <= run.last_day
    assert run.act_by <= run.end
    assert calendar.is_working_day(run.last_day) and calendar.is_working_day(run.act_by)
    between = [run.act_by + timedelta(days=n) for n in range(1, (run.last_day - run.act_by).days)]
    assert not any(calendar.is_working_day(day) for day in between)


@quick
@given(told.days, LENGTHS, restarts, told.days, pauses, PAUSE_RULES)
def test_one_more_claim_never_shortens(start, length, restarts, more, pauses, rule):
    before = clock.run(start, length, restarts=restarts, pauses=pauses, pause_rule=rule)
    after = clock.run(start, length, restarts=[*restarts, more], pauses=pauses, pause_rule=rule)
    assert after.last_day >= before.last_day and after.act_by >= before.act_by


@quick
@given(told.days, LENGTHS, restarts, st.integers(1, 2000), pauses, PAUSE_RULES)
def test_a_claim_after_the_end_never_revives(start, length, restarts, late, pauses, rule):
    before = clock.run(start, length, restarts=restarts, pauses=pauses, pause_rule=rule)
    claim = before.last_day + timedelta(days=late)
    after = clock.run(start, length, restarts=[*restarts, claim], pauses=pauses, pause_rule=rule)
    assert after.last_day == before.last_day and claim in after.too_late


@quick
@given(told.days, LENGTHS, st.integers(1, 2000))
def test_a_claim_before_the_beginning_changes_nothing(start, length, early):
    before = clock.run(start, length)
    assert clock.run(start, length, restarts=[start - timedelta(days=early)]) == before


@quick
@given(told.days, LENGTHS, restarts, pauses, told.days, st.integers(0, 200), st.integers(0, 100), st.integers(0, 100), PAUSE_RULES)
def test_a_longer_suspension_never_shortens(start, length, restarts, others, first, days, earlier, later, rule):
    one = (first, first + timedelta(days=days))
    longer = (first - timedelta(days=earlier), one[1] + timedelta(days=later))
    short = clock.run(start, length, restarts=restarts, pauses=[*others, one], pause_rule=rule)
    long = clock.run(start, length, restarts=restarts, pauses=[*others, longer], pause_rule=rule)
    assert long.last_day >= short.last_day >= clock.run(start, length, restarts=restarts, pauses=others, pause_rule=rule).last_day


@quick
@given(told.days, restarts, pauses)
def test_a_civil_clock_never_ends_later_than_six_months_after_its_last_obstacle_or_its_plain_end(start, restarts, pauses):
    run = clock.run(start, {"years": 3}, restarts=restarts, pauses=pauses, pause_rule="last_six_months")
    assert run.end in {clock.plain_end(run.starts_on, {"years": 3}), *(add_months(last, 6) for _, last in pauses)}


# --- one assessment

@whole
@given(told.cases)
def test_any_facts_give_an_assessment_that_json_can_carry(facts):
    result = assessed(facts)
    assert json.loads(json.dumps(result, ensure_ascii=False)) == result


@whole
@given(told.cases)
def test_every_deadline_keeps_its_promises(facts):
    result = assessed(facts)
    today = date.fromisoformat(result["as_of"])
    for row in result["deadlines"]:
        assert row["law"] or row["status"] == "unknown"
        assert row["why"]
        if row["last_day"] is None:
            assert row["status"] in ("not_running", "unlimited_while_employed", "unknown")
            assert row["starts_on"] is row["act_by"] is row["days_left"] is None
            continue
        starts, act_by, last = (date.fromisoformat(row[key]) for key in ("starts_on", "act_by", "last_day"))
        assert starts <= last and act_by <= last
        assert calendar.is_working_day(last) and calendar.is_working_day(act_by)
        assert row["days_left"] == (last - today).days
        if row["days_left"] < 0:
            assert row["status"] == "passed"
        elif row["days_left"] <= URGENT_DAYS:
            assert row["status"] == "urgent"
        elif row["id"] == "double_wage":
            near = date.fromisoformat(row["part_lost_from"]) - timedelta(days=30) <= today
            assert row["status"] == ("urgent" if near else "open")
        else:
            assert row["status"] == "open"
        assert calendar.is_published(last) or last.year < calendar.PUBLISHED[0] or "暂定" in row["why"]


@whole
@given(told.cases)
def test_the_rows_of_one_id_stand_together_the_earliest_first(facts):
    rows = assessed(facts)["deadlines"]
    ids = [row["id"] for row in rows]
    assert [id for number, id in enumerate(ids) if number == 0 or ids[number - 1] != id] == list(dict.fromkeys(ids))
    for id in set(ids):
        days = [row["last_day"] or "9999" for row in rows if row["id"] == id]
        assert days == sorted(days)


@whole
@given(told.cases, st.randoms())
def test_the_order_in_which_days_are_told_does_not_matter(facts, random):
    mixed = dict(facts)
    for name in ("claimed_on", "employer_promised_on", "suspensions", "contacts", "dangers"):
        if name in mixed:
            mixed[name] = random.sample(mixed[name], len(mixed[name]))
    assert assessed(mixed)["deadlines"] == assessed(facts)["deadlines"]


@whole
@given(told.cases)
def test_clocks_that_bind_somebody_else_raise_no_urgency(facts):
    result = assessed(facts)
    own = [row for row in result["deadlines"] if row["id"] not in OTHERS]
    if result["urgency"] == "urgent" and not (facts.get("injury") or {}).get("fatal"):
        assert any(row["status"] == "urgent" or row.get("safe_without_union") for row in own)


@whole
@given(st.sampled_from(sorted(set(told.FIELDS) - {"issues", "ended_on"})), st.data())
def test_one_more_fact_never_makes_an_urgent_case_silent(name, data):
    facts = {"as_of": "2026-11-22", "issues": ["wage_arrears"], "ended_on": "2025-12-01"}
    assert [row["id"] for row in assessed(facts)["deadlines"] if row["status"] == "urgent"] == ["arbitration"]
    try:
        more = assessed({**facts, name: data.draw(told.FIELDS[name])})
    except FactsError:  # a fact that contradicts these
        assume(False)
    assert more["deadlines"]


@whole
@given(told.cases)
def test_both_languages_give_the_same_days_doors_and_law(facts):
    chinese, english = assessed(facts, "zh"), assessed(facts, "en")

    def bare(result):
        return {
            "head": [result[key] for key in ("issues", "status", "urgency", "documents")],
            "class": [result["relationship"]["class"], result["relationship"]["law"], len(result["relationship"]["why"])],
            "deadlines": [{key: value for key, value in row.items() if key not in ("why", "how")} for row in result["deadlines"]],
            "routes": [[row[key] for key in ("order", "body", "level", "adcode", "phones")]
                       + [[(reply["reason"], reply["law"]) for reply in row["if_refused"]]] for row in result["routes"]],
            "insurance": [[row[key] for key in ("id", "available", "monthly_cost", "law")] for row in result["insurance"]],
            "amounts": [[row[key] for key in ("id", "from", "to", "law")] for row in result["amounts"]],
            "questions": [row["fact"] for row in result["questions"]],
            "counts": [len(result[key]) for key in ("urgency_reasons", "evidence", "warnings")],
        }

    assert bare(chinese) == bare(english)


@pytest.mark.parametrize("year", [1950, 2003, 2004, 2026, 2027, 2098, 2100])
def test_every_day_of_a_year_has_a_working_day_within_a_fortnight(year):
    day = date(year, 1, 1)
    while day.year == year:
        after, before = calendar.on_or_after(day), calendar.on_or_before(day)
        assert (after.day - day).days < 14 and (day - before.day).days < 14
        assert after.certain or not calendar.is_published(after.day) or not calendar.is_published(day)
        day += timedelta(days=1)
