"""What a case may be worth: every sum as a person would compute it, in both languages, with its articles and without promises."""
import itertools
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot import law
from bot.guidance import amounts
from bot.guidance.context import CLASSES, Context
from bot.guidance.facts import EMPLOYMENT_FORMS, parse_facts

CASES = Path(__file__).parent.parent / "law" / "amounts"


def cases():
    return [case for path in sorted(CASES.glob("*.yml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def plain(value):
    """Facts as JSON gives them: days as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def context(facts, today, relationship, language="zh"):
    parsed = parse_facts(plain(facts))
    return Context(parsed, law.load(), today, language, tuple(parsed.issues or ()), relationship)


def numbers(text):
    return sorted(re.findall(r"\d+(?:\.\d+)?", text.replace(",", "")))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_a_sum_is_what_its_computation_in_words_says(case):
    found = {item["id"]: item for item in amounts.build(context(case["facts"], case["today"], case["relationship"]))}
    for wanted in case.get("expect", ()):
        item = found[wanted["id"]]
        assert (item["from"], item["to"]) == (wanted["from"], wanted["to"])
        cited = {f"{article['name']} {article['article']}" for article in item["law"]}
        assert set(wanted.get("law", ())) <= cited
        assert not set(wanted.get("no_law", ())) & cited
        for words in wanted.get("says", ()):
            assert words in item["how"]
    assert not set(case.get("absent", ())) & set(found)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_both_languages_name_the_same_sums_and_numbers(case):
    chinese = amounts.build(context(case["facts"], case["today"], case["relationship"], "zh"))
    english = amounts.build(context(case["facts"], case["today"], case["relationship"], "en"))
    assert [(item["id"], item["from"], item["to"], item["law"]) for item in chinese] == [
        (item["id"], item["from"], item["to"], item["law"]) for item in english
    ]
    for one, other in zip(chinese, english, strict=True):
        assert not re.search(r"[一-鿿]", other["how"])
        assert numbers(without_days(one["how"])) == numbers(without_days(other["how"]))


MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


def without_days(text):
    text = re.sub(r"\d{4}年\d{1,2}月\d{1,2}日", "", text)
    return re.sub(rf"\d{{1,2}} (?:{MONTHS}) \d{{4}}", "", text)


def test_every_sum_cites_law_and_runs_from_less_to_more_whatever_the_facts():
    endings = [{}, {"still_employed": True}, *({"ended_on": "2026-03-31", "ended_by": who} for who in ("employer", "worker"))]
    injuries = [{}, {"on": "2026-02-01"}, {"on": "2026-02-01", "fatal": True, "insured": False}, {"on": "2010-02-01"}]
    wages = [None, 900, 80000.5]
    starts = ["1999-05-31", "2026-01-31", "2027-01-01"]
    for form, kind, end, injury, wage, start in itertools.product((None, *EMPLOYMENT_FORMS), CLASSES, endings, injuries, wages, starts):
        facts = {"issues": ["wage_arrears", "no_contract", "dismissal", "work_injury", "overtime_rest"], "amount_owed": 1200.5,
                 "employment_form": form, "injury": injury, "monthly_wage": wage, "started_on": start, "adcode": "440106",
                 "written_contract": False, **end}
        for item in amounts.build(context(facts, date(2026, 11, 22), kind)):
            assert set(item) == {"id", "from", "to", "how", "law"}
            assert 0 <= item["from"] <= item["to"]
            assert item["law"] and item["how"]
            assert "{" not in item["how"]


@pytest.mark.parametrize("today", [date(1949, 10, 1), date(2007, 6, 1), date(2008, 1, 1), date(2010, 1, 1), date(2100, 12, 31)])
def test_a_day_outside_the_known_law_gives_fewer_sums_and_no_fault(today):
    facts = {"issues": ["wage_arrears", "no_contract", "dismissal", "work_injury", "overtime_rest"], "amount_owed": 100,
             "monthly_wage": 3000, "started_on": "2006-01-01", "written_contract": False, "adcode": "110105"}
    assert all(item["law"] for item in amounts.build(context(facts, today, "unclear")))


@pytest.mark.parametrize(("body", "restarts"), [("labour_inspection", True), ("mediation", True), ("arbitration_commission", True),
                                               ("court", True), ("union", False), ("hotline", False)])
def test_a_call_on_an_authority_keeps_months_of_the_extra_wage_alive(body, restarts):
    facts = {"issues": ["no_contract"], "started_on": "2025-01-01", "ended_on": "2025-12-31", "monthly_wage": 1000,
             "written_contract": False, "contacts": [{"body": body, "on": "2026-03-02"}]}
    found = {item["id"]: item for item in amounts.build(context(facts, date(2026, 11, 22), "labour_relationship"))}
    # One year back from 22 November reaches into November 2025; from the call of 2 March 2026, to 2 March 2025: ten months and a part.
    assert (found["double_wage"]["from"] >= 9000) is restarts
    assert found["double_wage"]["to"] == 11000


def test_the_extra_wage_never_runs_longer_than_eleven_months():
    for month, day in itertools.product(range(1, 13), (1, 15, 28)):
        start = date(2024, month, day)
        first, last = amounts.double_wage_window(start, None, None, date(2026, 11, 22))
        whole, rest = amounts._months(start, first, last, 21.75)
        assert (whole.least, whole.most, rest) == (11, 11, 0)


def test_longer_service_never_gives_less_severance():
    rule = law.load().value("figures/severance_months", date(2026, 1, 1))
    previous = 0
    for day in range(0, 1500):
        months = amounts.service_months(date(2020, 2, 29), date.fromordinal(date(2020, 2, 29).toordinal() + day), rule)
        assert months >= previous
        previous = months


def test_every_sum_has_a_name_in_both_languages():
    loaded = law.load()
    for id in ("unpaid_wages", "double_wage", "severance", "unlawful_dismissal", "injury_lump_sum", "injury_leave_pay", "death_lump_sum",
               "funeral_grant", "overtime_hourly"):
        assert loaded.has_text(f"amounts.name_{id}", "zh") and loaded.has_text(f"amounts.name_{id}", "en")
