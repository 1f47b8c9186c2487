"""Which insurance is open, who pays and what it costs, by form of work, province, day and platform; local figures; evidence."""
import itertools
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot import law
from bot.guidance import evidence, insurance, region
from bot.guidance.context import CLASSES, Context
from bot.guidance.facts import EMPLOYMENT_FORMS, ISSUES, OCCUPATIONS, parse_facts

CASES = Path(__file__).parent.parent / "law" / "insurance"
IDS = {"work_injury", "occupational_injury_pilot", "employee_pension", "resident_pension", "employee_medical", "resident_medical",
       "unemployment", "work_injury_single", "commercial_accident"}
TODAY = date(2026, 11, 22)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


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
    text = re.sub(r"\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日", "", text)
    text = re.sub(rf"\d{{1,2}} (?:{MONTHS}) \d{{4}}", "", text)
    return sorted(re.findall(r"\d+(?:\.\d+)?", text.replace(",", "")))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_chooser_answers_as_a_labour_lawyer_would(case):
    found = {item["id"]: item for item in insurance.build(context(case["facts"], case["today"], case["relationship"]))}
    for wanted in case.get("expect", ()):
        item = found[wanted["id"]]
        assert item["available"] == wanted["available"]
        if "cost" in wanted:
            assert item["monthly_cost"] == wanted["cost"]
        cited = {f"{article['name']} {article['article']}" for article in item["law"]}
        assert set(wanted.get("law", ())) <= cited
        assert not set(wanted.get("no_law", ())) & cited
        assert set(wanted.get("needs", ())) <= set(item["needs"])
        for words in wanted.get("says", ()):
            assert words in item["why"]
    assert not set(case.get("absent", ())) & set(found)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_both_languages_say_the_same(case):
    chinese = insurance.build(context(case["facts"], case["today"], case["relationship"], "zh"))
    english = insurance.build(context(case["facts"], case["today"], case["relationship"], "en"))
    for one, other in zip(chinese, english, strict=True):
        for key in ("id", "available", "monthly_cost", "law", "needs"):
            assert one[key] == other[key]
        assert numbers(one["why"]) == numbers(other["why"])


def test_every_scheme_cites_law_and_says_who_pays_whatever_the_facts():
    places = (None, "110105", "520281", "659001")
    days = (date(1990, 1, 1), date(2005, 1, 1), date(2019, 6, 1), date(2023, 1, 1), TODAY, date(2027, 6, 1))
    people = itertools.product((None, *EMPLOYMENT_FORMS), CLASSES, (None, "food_delivery", "domestic_work"), places, days)
    for form, kind, occupation, place, today in people:
        facts = {"issues": ["work_injury", "social_insurance", "dismissal"], "employment_form": form, "occupation": occupation,
                 "adcode": place, "monthly_wage": 4000, "platform": "美团" if form and form.startswith("platform") else None}
        items = insurance.build(context(facts, today, kind))
        assert len({item["id"] for item in items}) == len(items)
        for item in items:
            assert item["id"] in IDS and item["available"] in ("yes", "no", "depends")
            assert item["law"] and item["why"] and item["who_pays"]
            assert all(article["name"] and article["article"] for article in item["law"])
            least, most = item["monthly_cost"] or (0, 0)
            assert 0 <= least <= most


def test_what_depends_names_a_fact_that_is_asked_for_or_the_office_to_ask():
    for form, kind, place in itertools.product((None, *EMPLOYMENT_FORMS), CLASSES, (None, "110105", "440106", "520281")):
        facts = {"issues": ["work_injury", "social_insurance"], "employment_form": form, "adcode": place}
        for item in insurance.build(context(facts, TODAY, kind)):
            if item["available"] == "depends":
                assert item["needs"] or "12333" in item["why"]


def test_a_minimum_wage_is_told_by_the_tier_of_the_place():
    loaded = law.load()
    fengdu = region.minimum_wage(loaded, "500230", TODAY)  # tier 2 of Chongqing: 2,200 a month, 22 an hour
    assert (fengdu["month"], fengdu["hour"], fengdu["tier"]) == ((2200, 2200), (22, 22), 2)
    assert region.minimum_wage(loaded, "500103", TODAY)["month"] == (2330, 2330)  # every other district is tier 1
    assert region.minimum_wage(loaded, "500000", TODAY)["month"] == (2200, 2330)  # the whole city spans both
    assert region.minimum_wage(loaded, "510104", TODAY)["month"] == (2330, 2330)  # inner Chengdu
    assert region.minimum_wage(loaded, "510185", TODAY)["month"] == (2200, 2200)  # Jianyang
    assert region.minimum_wage(loaded, "510300", TODAY)["month"] == (2200, 2330)  # Zigong chooses: not known here
    assert region.minimum_wage(loaded, "440306", TODAY)["month"] == (2700, 2700)  # Shenzhen since 2026-09-01
    assert region.minimum_wage(loaded, "440306", date(2026, 8, 31))["month"] == (2520, 2520)
    assert region.minimum_wage(loaded, "440106", TODAY)["month"] == (2680, 2680)


def test_a_minimum_wage_is_never_an_old_one_a_draft_or_a_lead():
    loaded = law.load()
    for province in ("130000", "210000", "220000", "340000", "460000", "360000"):  # only replaced, proposed or inferred figures are known
        assert region.minimum_wage(loaded, province, TODAY) is None
    assert region.minimum_wage(loaded, "130102", date(2024, 5, 1))["month"] == (1800, 2200)  # Hebei's of 2023 was in force then
    zhejiang = region.minimum_wage(loaded, "330106", TODAY)  # only tier 1 is known
    assert zhejiang["month"] == (2660, 2660) and zhejiang["hour"] is None and zhejiang["hedge"]


def test_a_figure_is_hedged_when_its_source_is_weak_or_old():
    loaded = law.load()
    assert region.minimum_wage(loaded, "110105", TODAY)["hedge"] is False  # a copy of the notice, in force since 2025-09-01
    assert region.minimum_wage(loaded, "620102", TODAY)["hedge"] is True  # Gansu's is of 2023-11-01, older than 18 months
    assert region.minimum_wage(loaded, "310101", TODAY)["hedge"] is True  # Shanghai's was read in the press
    assert region.pension_base(loaded, "110105", TODAY)["hedge"] is True


def test_a_contribution_base_says_whether_it_is_the_current_one():
    loaded = law.load()
    beijing = region.pension_base(loaded, "110105", TODAY)
    assert (beijing["low"], beijing["high"], beijing["year"], beijing["current"]) == (7270, 36348, 2026, True)
    wuhan = region.pension_base(loaded, "420106", TODAY)
    assert (wuhan["low"], wuhan["high"], wuhan["year"], wuhan["current"]) == (4498, 22488, 2025, False)
    assert region.pension_base(loaded, "110105", date(2020, 1, 1)) is None and region.pension_base(loaded, None, TODAY) is None


def test_the_pilot_starts_by_province():
    loaded = law.load()
    assert region.occ_injury_start(loaded, "510104", TODAY)["from"] == date(2022, 7, 1)
    assert region.occ_injury_start(loaded, "370102", TODAY)["from"] == date(2025, 7, 1)
    jilin = region.occ_injury_start(loaded, "220102", TODAY)  # a draft and a plan are no start
    assert (jilin["state"], jilin["from"], jilin["hedge"]) == ("planned", None, True)
    assert region.occ_injury_start(loaded, "110105", date(2022, 6, 30)) is None


def test_every_place_in_the_figures_is_a_place_of_the_table():
    loaded = law.load()
    table = Path(law.__file__).parent / "places" / "places.tsv"
    codes = {line.split("\t")[0] for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}
    named = set()
    for id, entries in loaded.dated.items():
        if id.startswith(("figures/minimum_wage/", "figures/pension_base/")):
            named.add(id.rpartition("/")[2])
            for entry in entries:
                named |= {*(entry.value or {}).get("areas", ()), *(entry.value or {}).get("places", ())}
    for id in ("figures/single_work_injury", "figures/high_temperature_allowance"):
        named |= {code for entry in loaded.dated[id] for code in entry.value}
    for entry in loaded.dated["figures/occupational_injury_pilot"]:
        named |= {*entry.value["provinces"], *entry.value["planned"]}
    assert named <= codes and sum(code.endswith("0000") for code in named) == 31


def test_dated_figures_follow_each_other_without_gap_or_overlap():
    for id, entries in law.load().dated.items():
        if id.startswith("figures/"):
            ordered = sorted(entries, key=lambda entry: entry.start)
            for earlier, later in zip(ordered, ordered[1:], strict=False):
                assert (later.start - earlier.end).days == 1, id
            assert ordered[-1].end is None, id


@pytest.mark.parametrize("language", ["zh", "en"])
def test_evidence_is_short_and_always_says_how_to_keep_it(language):
    for issue, occupation, form, kind in itertools.product(ISSUES, (None, *OCCUPATIONS), (None, "platform_dedicated", "employee"), CLASSES):
        if issue == "not_labour":
            continue
        facts = {"issues": [issue], "occupation": occupation, "employment_form": form, "people": 19}
        items = evidence.build(context(facts, TODAY, kind, language))
        ids = [item["id"] for item in items]
        assert 2 <= len(items) <= 10 and len(set(ids)) == len(ids)
        assert ids[-1] == "keep_safe"
        assert all(item["text"] and item["short"] for item in items)


def first_of(facts, relationship="unclear"):
    return [item["id"] for item in evidence.build(context(facts, TODAY, relationship))]


def test_evidence_begins_with_what_proves_this_case():
    fallen, rider = {"on": "2026-05-03", "kind": "accident"}, {"kind": "on_platform_order"}
    assert first_of({"issues": ["work_injury"], "injury": fallen})[:2] == ["hospital_papers", "accident_scene"]
    assert first_of({"issues": ["work_injury"], "platform": "美团", "injury": rider})[:2] == ["hospital_papers", "order_at_accident"]
    assert first_of({"issues": ["work_injury"], "injury": {"fatal": True}})[0] == "death_papers"
    assert "hospital_papers" not in first_of({"issues": ["work_injury"], "injury": {"fatal": True}})
    assert first_of({"issues": ["wage_arrears"], "written_debt_note": True})[0] == "debt_note"
    assert "site_papers" in first_of({"issues": ["wage_arrears"], "occupation": "construction"})
    assert first_of({"issues": ["platform_rules"], "platform": "美团"})[0] == "app_records"


def test_the_employer_must_produce_what_it_holds_and_nobody_is_sent_to_steal_it():
    items = {item["id"]: item["text"] for item in evidence.build(context({"issues": ["wage_arrears"]}, TODAY, "labour_relationship"))}
    assert all(article in items["employer_must_produce"] for article in ("第 6 条", "第 39 条", "第 50 条"))
    assert "不要撬柜子" in items["keep_safe"] and "不要删" in items["keep_safe"] and "家人" in items["keep_safe"]
    civil = {item["id"] for item in evidence.build(context({"issues": ["wage_arrears"]}, TODAY, "civil"))}
    assert "employer_must_produce" not in civil  # the duty is one of labour law
