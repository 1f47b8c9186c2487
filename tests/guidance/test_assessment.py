"""The assessment as a whole: its class, what it still asks, how urgent it is, and when it is out of scope."""
import itertools
from datetime import date

import pytest

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import EMPLOYMENT_FORMS, ISSUES, parse_facts

TODAY = date(2026, 11, 22)
LAW = law.load()
CONTROL = ("sets_time", "sets_volume", "sets_price", "rules", "penalties")
RIDER = {"issues": ["platform_status"], "occupation": "food_delivery", "adcode": "110114", "platform": "美团"}


def assessed(facts, language="zh"):
    return assess(parse_facts({**facts, "language": language}), LAW, TODAY)


def judged(control=None, **facts):
    return assessed({**facts, "control": control or {}})["relationship"]


def asked(result):
    return [question["fact"] for question in result["questions"]]


def all_of(value):
    return dict.fromkeys(CONTROL, value)


def test_the_old_code_of_a_merged_district_finds_the_union_of_today():
    """渝北区 (500112) became part of 两江新区 (500157) in November 2025."""
    before, today = (assessed({"issues": ["wage_arrears"], "adcode": code})["routes"] for code in ("500112", "500157"))
    assert before == today and today[0]["adcode"] == "500157"


# --- relationship

def test_a_rider_whose_station_decides_everything_is_likely_an_employee():
    found = judged(all_of(True), employment_form="platform_dedicated", **RIDER)
    assert found["class"] == "labour_relationship" and "237" in found["why"][0]


def test_a_rider_who_decides_everything_is_on_their_own_account():
    assert judged(all_of(False), employment_form="platform_crowdsourced", **RIDER)["class"] == "civil"


@pytest.mark.parametrize("form", ["platform_crowdsourced", None])
def test_free_time_and_free_refusal_under_rules_and_fines_is_the_class_between(form):
    control = {"sets_time": False, "sets_volume": False, "sets_price": True, "rules": True, "penalties": True}
    assert judged(control, employment_form=form, **RIDER)["class"] == "not_fully_conforming"


def test_a_station_rider_who_decides_a_good_deal_is_not_called_civil():
    assert judged({**all_of(False), "rules": True}, employment_form="platform_dedicated", **RIDER)["class"] == "not_fully_conforming"


@pytest.mark.parametrize("answer", ["both", "unclear"])
def test_who_controls_the_work_is_asked_once_even_where_nobody_can_say(answer):
    result = assessed({**RIDER, "employment_form": "platform_dedicated", "control": all_of(answer)})
    assert not [fact for fact in asked(result) if fact.startswith("control.")]
    assert result["relationship"]["class"] == ("not_fully_conforming" if answer == "both" else "unclear")
    half = assessed({**RIDER, "employment_form": "platform_dedicated", "control": {"sets_time": answer}})
    assert "control.sets_time" not in asked(half) and "control.sets_volume" in asked(half)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_nobody_can_say_who_controls_the_work_the_shorter_time_holds(language):
    result = assessed({**RIDER, "employment_form": "platform_dedicated", "control": all_of("unclear")}, language)
    why = " ".join(result["relationship"]["why"])
    assert LAW.text("relationship.fact_control_sets_time", language) in why
    assert ("一年内申请劳动仲裁" if language == "zh" else "labour arbitration within one year") in why


def test_a_name_or_a_registered_business_does_not_decide():
    hidden = judged(all_of(True), employment_form="self_employed", issues=["dismissal"])
    assert hidden["class"] == "labour_relationship"
    rider = judged({**all_of(True), "registered_business": True}, employment_form="platform_crowdsourced", **RIDER)
    assert rider["class"] == "labour_relationship" and any("238" in sentence for sentence in rider["why"])


@pytest.mark.parametrize(("facts", "kind"), [
    ({"employment_form": "employee"}, "labour_relationship"), ({"employment_form": "dispatched"}, "labour_relationship"),
    ({"employment_form": "student"}, "civil"), ({"employment_form": "self_employed"}, "civil"),
    ({"employment_form": "subcontracted"}, "unclear"), ({"employment_form": "past_retirement_age"}, "unclear"),
    ({"written_contract": True}, "labour_relationship"), ({"occupation": "domestic_work"}, "unclear"), ({}, "unclear")])
def test_the_form_gives_the_class_where_it_decides(facts, kind):
    assert judged(issues=["wage_arrears"], **facts)["class"] == kind


def test_control_gives_the_class_where_the_form_is_unknown():
    assert judged(all_of(True), issues=["wage_arrears"])["class"] == "labour_relationship"
    assert judged(all_of(False), issues=["wage_arrears"])["class"] == "civil"
    assert judged({"rules": True}, issues=["wage_arrears"])["class"] == "unclear"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", [None, "platform_dedicated", "platform_crowdsourced"])
def test_an_unclear_platform_case_names_each_open_fact_and_asks_it(form, language):
    for known in itertools.product((None, True, False), repeat=5):
        control = {name: value for name, value in zip(CONTROL, known) if value is not None}
        result = assessed({**RIDER, "employment_form": form, "control": control}, language)
        if result["relationship"]["class"] != "unclear":
            continue
        missing = [f"control.{name}" for name, value in zip(CONTROL, known) if value is None]
        assert missing
        why = " ".join(result["relationship"]["why"])
        for fact in missing + ([] if form else ["employment_form"]):
            assert LAW.text(f"relationship.fact_{fact.replace('.', '_')}", language) in why
            assert fact in asked(result)


def test_other_unclear_cases_ask_who_hired_or_when_born_or_name_the_rule():
    assert "employment_form" in asked(assessed({"issues": ["wage_arrears"]}))
    over_age = assessed({"issues": ["wage_arrears"], "employment_form": "past_retirement_age"})
    assert "born" in asked(over_age) and "出生年月" in over_age["relationship"]["why"][1]
    born = assessed({"issues": ["wage_arrears"], "employment_form": "past_retirement_age", "born": "1960-01"})
    assert "born" not in asked(born) and "超龄劳动者规定" in born["relationship"]["why"][0]
    assert "最高法解释二" in judged(issues=["wage_arrears"], employment_form="subcontracted")["why"][0]


def test_more_control_by_the_platform_never_makes_an_employee_less_of_one():
    order = ("civil", "not_fully_conforming", "labour_relationship")
    for known in itertools.product((True, False), repeat=5):
        for number in range(5):
            less, more = [list(known), list(known)]
            less[number], more[number] = False, True
            classes = [judged(dict(zip(CONTROL, values)), employment_form="platform_crowdsourced", **RIDER)["class"]
                       for values in (less, more)]
            assert order.index(classes[0]) <= order.index(classes[1])


# --- questions

def value_of(facts, name):
    group, _, leaf = name.partition(".")
    value = facts.get(group)
    return (value or {}).get(leaf) if leaf else value


def test_nothing_is_asked_that_the_facts_answer():
    answers = [{}, {"ended_on": "2026-01-15"}, {"still_employed": True}, {"still_employed": False}, {"started_on": "2024-01-08"},
               {"employment_form": "employee"}, {"amount_owed": 300}, {"adcode": "520281"}, {"monthly_wage": 4000},
               {"written_contract": True, "contract_signed_on": "2025-05-06"}, {"injury": {"on": "2026-03-02", "kind": "accident"}},
               {"infringed_on": "2026-02-03"}, {"written_debt_note": True, "debt_due_on": "2026-01-01"}, {"claimed_on": ["2026-02-02"]}]
    for issue, one, two in itertools.product(ISSUES[:-1], answers, answers):
        facts = {"issues": [issue], **one, **two}
        open_facts = asked(assessed(facts))
        assert len(open_facts) == len(set(open_facts))
        for name in open_facts:
            assert value_of(facts, name) in (None, []) or (name == "place" and "adcode" not in facts)
        assert not ("ended_on" in facts and {"ended_on", "still_employed"} & set(open_facts))
        assert not (facts.get("still_employed") is True and "ended_on" in open_facts)
        assert not ("adcode" in facts and "place" in open_facts)


def test_no_problem_told_yet_asks_for_it_first():
    result = assessed({})
    assert asked(result)[:2] == ["issues", "place"] and result["status"] == "needs_facts" and result["routes"]


def test_the_place_comes_before_the_rest_and_the_day_before_the_sum():
    assert asked(assessed({"issues": ["wage_arrears"]}))[:2] == ["place", "ended_on"]
    open_facts = asked(assessed({"issues": ["wage_arrears"], "adcode": "520281"}))
    assert open_facts[0] == "ended_on" and open_facts.index("ended_on") < open_facts.index("amount_owed")


def test_a_case_told_in_full_asks_nothing_more():
    facts = {"issues": ["wage_arrears", "no_contract"], "adcode": "520281", "occupation": "construction",
             "employment_form": "subcontracted", "written_contract": False, "started_on": "2025-03-01",
             "ended_on": "2026-06-30", "amount_owed": 61800}
    assert asked(assessed(facts)) == [] and assessed(facts)["status"] == "assessed"


def test_the_first_day_is_not_asked_of_those_who_have_no_second_wage():
    assert "started_on" in asked(assessed({"issues": ["no_contract"], "employment_form": "employee"}))
    assert "started_on" not in asked(assessed({"issues": ["no_contract"], "employment_form": "student"}))


def test_whether_the_worker_claimed_is_asked_only_where_it_may_save_what_has_passed():
    facts = {"issues": ["wage_arrears"], "adcode": "520281", "employment_form": "employee", "amount_owed": 9}
    assert "claimed_on" in asked(assessed({**facts, "ended_on": "2025-06-30"}))
    assert "claimed_on" not in asked(assessed({**facts, "ended_on": "2026-06-30"}))
    assert "claimed_on" not in asked(assessed({**facts, "ended_on": "2024-06-30", "claimed_on": ["2025-01-06"]}))


def test_every_fact_that_a_deadline_needs_is_asked_and_every_question_stands_in_the_order():
    order = LAW.rule("questions")["order"]
    for issue, form in itertools.product(ISSUES[:-1], (None, *EMPLOYMENT_FORMS)):
        result = assessed({"issues": [issue], "employment_form": form, "written_debt_note": True,
                           "arbitration": {"award_received_on": "2026-11-12"}})
        needed = {fact for row in result["deadlines"] for fact in row["needs"]}
        assert needed <= set(asked(result)) <= set(order)
        assert asked(result) == sorted(asked(result), key=order.index)


def test_whether_the_injury_was_recognised_is_asked_where_it_decides():
    hurt = {"issues": ["work_injury"], "adcode": "520281", "employment_form": "employee"}
    received = {"on": "2026-03-02", "kind": "accident", "recognition_received_on": "2026-11-02"}
    assert "injury.recognised" in asked(assessed({**hurt, "injury": received}))
    assert "injury.recognised" in asked(assessed({**hurt, "injury": {"on": "2025-03-03", "kind": "accident"}}))
    assert "injury.recognised" not in asked(assessed({**hurt, "injury": {"on": "2026-03-02", "kind": "accident"}}))
    assert "injury.recognised" not in asked(assessed({**hurt, "injury": {**received, "recognised": False}}))


def test_an_injury_after_the_day_asked_about_or_before_the_known_law_is_no_fault():
    for as_of, day in (("2012-05-01", "2026-01-01"), ("2017-03-01", "2019-01-01"), ("2026-11-22", "2003-01-01")):
        for form in EMPLOYMENT_FORMS:
            facts = {"issues": ["work_injury", "social_insurance"], "adcode": "330100", "employment_form": form, "as_of": as_of,
                     "injury": {"on": day, "kind": "accident"}}
            assert assessed(facts)["insurance"] is not None


# --- urgency and status

def test_danger_is_an_emergency_whatever_the_days():
    for danger in ("violence", "self_harm", "child_labour"):
        result = assessed({"issues": ["wage_arrears"], "dangers": [danger]})
        assert result["urgency"] == "emergency" and result["urgency_reasons"][0] == LAW.text(f"urgency.{danger}", "zh")
    assert assessed({"issues": ["wage_arrears"], "violence": True})["urgency"] == "emergency"


@pytest.mark.parametrize(("ended_on", "urgency"), [("2025-11-24", "urgent"), ("2025-12-22", "urgent"), ("2025-12-23", "soon"),
                                                   ("2026-02-19", "soon"), ("2026-02-25", "normal"), ("2024-11-01", "normal")])
def test_urgency_follows_the_workers_own_days(ended_on, urgency):
    result = assessed({"issues": ["dismissal"], "employment_form": "employee", "ended_on": ended_on})
    assert result["urgency"] == urgency


def test_the_monthly_loss_of_the_second_wage_is_named_as_the_reason():
    result = assessed({"issues": ["no_contract"], "employment_form": "employee", "started_on": "2025-11-22", "still_employed": True})
    assert result["urgency"] == "urgent" and "2026年12月22日" in result["urgency_reasons"][0] and "还剩" not in result["urgency_reasons"][0]


def test_the_safe_day_without_the_union_is_named_as_the_reason():
    result = assessed({"issues": ["dismissal"], "employment_form": "employee", "ended_on": "2025-12-10",
                       "contacts": [{"body": "union", "on": "2026-11-02", "answer": "none"}]})
    assert result["urgency"] == "urgent" and "2026年12月10日" in result["urgency_reasons"][0]


def test_a_legal_question_that_is_not_about_work_is_out_of_scope():
    result = assessed({"issues": ["not_labour"], "adcode": "520281"})
    assert (result["status"], result["deadlines"], result["questions"], result["insurance"]) == ("out_of_scope", [], [], [])


def test_a_labour_issue_beside_another_stays_in_scope():
    assert assessed({"issues": ["not_labour", "wage_arrears"], "adcode": "520281"})["status"] != "out_of_scope"


def test_missing_facts_never_empty_the_rest():
    result = assessed({"issues": ["wage_arrears", "work_injury"]})
    assert result["status"] == "needs_facts"
    assert result["deadlines"] and result["routes"] and result["evidence"] and result["insurance"] and result["card"]
    assert all(route["adcode"] is None and route["name"] is None or route["body"] == "union" and route["level"] == "national"
               for route in result["routes"])


def test_what_the_facts_show_besides_the_stated_issue_is_seen():
    result = assessed({"issues": ["dismissal"], "amount_owed": 500, "injury": {"on": "2026-10-12"}, "written_contract": False})
    assert {row["issue"] for row in result["deadlines"]} >= {"dismissal", "wage_arrears", "work_injury", "no_contract"}
    assert assessed({"written_debt_note": True})["issues"] == ["wage_arrears"] == assessed({"owed_since": "2026-01-01"})["issues"]


def test_a_step_of_a_procedure_that_lies_ahead_is_pointed_out():
    warned = LAW.text("warnings.future_date", "zh")
    assert warned in assessed({"issues": ["wage_arrears"], "arbitration": {"filed_on": "2026-12-20"}})["warnings"]
    assert warned not in assessed({"issues": ["wage_arrears"], "arbitration": {"performance_due_on": "2026-12-20"}})["warnings"]
