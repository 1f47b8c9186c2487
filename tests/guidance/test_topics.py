"""Topics beside the main claim: each of the two papers' is reached by some case, cites law and says the same in both languages."""
import re
from datetime import date

import pytest

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import ISSUES, OCCUPATIONS, parse_facts

LAW = law.load()
TODAY = date(2026, 11, 22)
RIDER = {"occupation": "food_delivery", "platform": "美团", "employment_form": "platform_crowdsourced"}
# What the Chengdu–Chongqing paper (seeds/001), the flexible-employment paper (seeds/002) and seeds/000 name, and whom it concerns.
TOPICS = {
    "fair_hiring": {"issues": ["discrimination_harassment"]},
    "harassment": {"issues": ["discrimination_harassment"]},
    "minimum_wage": {"issues": ["wage_arrears"], "adcode": "520281"},
    "rest": {"issues": ["overtime_rest"], "employment_form": "employee"},
    "platform_rest": {"issues": ["overtime_rest"], **RIDER},
    "safety": {"issues": ["health_safety"], "employment_form": "employee"},
    "heat": {"issues": ["health_safety"], "occupation": "construction", "adcode": "500112"},
    "moving_insurance": {"issues": ["social_insurance"], "adcode": "510100", "household_place": "重庆开州"},
    "insurance_subsidy": {"issues": ["social_insurance"], "employment_form": "self_employed"},
    "medical_2027": {"issues": ["social_insurance"]},
    "housing_fund": {"issues": ["social_insurance"], **RIDER},
    "occupational_injury": {"issues": ["work_injury"], **RIDER},
    "third_party": {"issues": ["work_injury"], **RIDER, "injury": {"kind": "on_platform_order"}},
    "algorithm": {"issues": ["platform_rules"], **RIDER},
    "written_agreement": {"issues": ["platform_status"], **RIDER},
    "sichuan_chongqing": {"issues": ["platform_rules"], **RIDER, "adcode": "500112"},
    "skills": {"issues": ["other_labour"], "adcode": "510100", "household_place": "重庆"},
    "training": {"issues": ["other_labour"]},
    "union_fund": {"issues": ["wage_arrears"]},
    "temporary_relief": {"issues": ["work_injury"], "dangers": ["hospital_unpaid"]},
    "streamers": {"issues": ["health_safety"], "occupation": "streamer"},
    "night_riders": {"issues": ["overtime_rest"], **RIDER},
    "joining_union": {"issues": ["platform_rules"], **RIDER},
    "maternity": {"issues": ["leave_maternity"], "pregnant": True, "employment_form": "employee"},
    "annual_leave": {"issues": ["leave_maternity"], "employment_form": "employee"},
    "sick_leave": {"issues": ["leave_maternity"], "employment_form": "employee"},
    "deposits": {"issues": ["contract_terms"], "employment_form": "employee"},
    "quit_penalty": {"issues": ["contract_terms"], "employment_form": "employee"},
    "probation": {"issues": ["contract_terms"], "employment_form": "employee"},
    "dispatched": {"issues": ["dismissal"], "employment_form": "dispatched"},
    "over_age": {"issues": ["wage_arrears"], "employment_form": "past_retirement_age"},
    "unemployment": {"issues": ["dismissal"], "employment_form": "employee"},
    "leaving_papers": {"issues": ["dismissal"], "employment_form": "employee", "ended_on": "2026-11-02"},
    "not_covered_pay": {"issues": ["wage_arrears"], "employment_form": "student"},
    "unwritten_contract": {"issues": ["no_contract"], "employment_form": "employee", "contract_expired_on": "2026-05-31"},
    "contract_changes": {"issues": ["no_contract"], "employment_form": "employee", "still_employed": True},
    "deductions": {"issues": ["wage_arrears"], "employment_form": "employee"},
    "site_wages": {"issues": ["wage_arrears"], "occupation": "construction", "employment_form": "subcontracted"},
    "payment_order": {"issues": ["wage_arrears"], "written_debt_note": True},
    "arbitration_how": {"issues": ["wage_arrears"], "employment_form": "employee", "arbitration": {"filed_on": "2026-11-02"}},
    "injury_scope": {"issues": ["work_injury"], "employment_form": "employee"},
    "injury_benefits": {"issues": ["work_injury"], "employment_form": "employee", "injury": {"recognised": True}},
    "civil_injury": {"issues": ["work_injury"], "employment_form": "self_employed"},
    "dismissal_rules": {"issues": ["dismissal"], "employment_form": "employee"},
    "unpaid_insurance": {"issues": ["social_insurance"], "employment_form": "employee"},
    "couriers": {"issues": ["health_safety"], "occupation": "courier"},
    "platform_tax": {"issues": ["platform_status"], **RIDER},
    "young_workers": {"issues": ["wage_arrears"], "minor": True},
}


def topics_of(facts, language="zh", today=TODAY):
    return {topic["id"]: topic for topic in assess(parse_facts({**facts, "language": language}), LAW, today)["topics"]}


@pytest.mark.parametrize("id", TOPICS)
def test_the_topic_is_reached_and_cites_law_and_source(id):
    topic = topics_of(TOPICS[id])[id]
    assert topic["title"] and topic["text"] and topic["brief"] and topic["law"] and topic["source"]
    assert all(article["name"] and article["article"] for article in topic["law"])


def test_every_topic_of_the_knowledge_base_is_tried_here():
    assert {row["id"] for row in LAW.rule("topics")["topics"]} == set(TOPICS)


@pytest.mark.parametrize("id", TOPICS)
def test_both_languages_give_the_same_figures_and_law(id):
    zh, en = topics_of(TOPICS[id])[id], topics_of(TOPICS[id], "en")[id]
    assert zh["law"] == en["law"]
    for part in ("text", "brief"):
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", bare(topic[part]))) for topic in (zh, en)]
        assert numbers[0] == numbers[1], (zh[part], en[part])


def bare(text):
    """Without days and articles, which the two languages write differently."""
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    text = re.sub(rf"(\d{{1,2}} )?({months}) (\d{{4}})", "", re.sub(r"\d{4} ?年 ?\d{1,2} ?月( ?\d{1,2} ?日)?( ?起)?", "", text))
    return re.sub(r"(?i)(articles?|points?) [\d, and]+?(?= of the|\))", "", text.replace(",", ""))


def test_every_topic_quotes_the_same_articles_under_the_same_conditions_in_both_languages():
    for key, zh in LAW.texts["zh"].items():
        if key.startswith("topics."):
            pair = [[(line.partition(":")[0] if line.startswith("?") else "", re.findall(r"\[[^\]]+\]", line))
                     for line in text.splitlines()] for text in (zh, LAW.texts["en"][key])]
            assert pair[0] == pair[1], key


def test_no_case_is_given_more_than_eight_topics_and_a_question_beside_work_none():
    for issue in ISSUES:
        for occupation in OCCUPATIONS:
            found = topics_of({"issues": [issue], "occupation": occupation, "adcode": "510107", "household_place": "重庆"})
            assert len(found) <= 8
            assert not (issue == "not_labour" and found)


def test_a_figure_that_may_have_changed_sends_the_worker_to_12333():
    heat = topics_of(TOPICS["heat"])["heat"]["text"]
    assert "5 到 15 元" in heat and "2023 年 6 月" in heat and "12333" in heat
    lhasa = topics_of({"issues": ["health_safety"], "occupation": "construction", "adcode": "540102"})["heat"]["text"]
    assert "各地不同" in lhasa and "12333" in lhasa   # no figure of Tibet is known


def test_the_opinion_of_sichuan_is_hedged_after_the_day_it_names_as_its_end():
    rider = TOPICS["sichuan_chongqing"]
    before, after = topics_of(rider)["sichuan_chongqing"], topics_of(rider, today=date(2027, 2, 2))["sichuan_chongqing"]
    assert "到期，之后" in before["text"] and "有没有新文件" in after["text"]
    assert "川人社发〔2021〕29号" in {article["name"] for article in before["law"]} - {article["name"] for article in after["law"]}


def test_the_medical_security_law_is_announced_before_it_is_in_force():
    assert "2027 年 1 月 1 日起" in topics_of(TOPICS["medical_2027"])["medical_2027"]["text"]
    assert "medical_2027" not in topics_of(TOPICS["medical_2027"], today=date(2026, 8, 27))


def test_what_the_union_funds_give_is_told_to_someone_in_need():
    text = topics_of(TOPICS["union_fund"])["union_fund"]["text"]
    assert all(word in text for word in ("生活", "看病", "上学", "借款", "12351"))


def test_insurance_that_moves_and_insurance_that_does_not():
    text = topics_of(TOPICS["moving_insurance"])["moving_insurance"]["text"]
    assert all(word in text for word in ("社会保险法第十九条", "社会保险法第三十二条", "社会保险法第五十二条", "工伤和生育保险不转"))
