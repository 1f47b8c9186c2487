"""The engine asks few questions: played with people who answer each, who answer half, and who know nothing."""
import itertools
from datetime import date

import pytest

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import parse_facts

LAW = law.load()
TODAY = date(2026, 11, 22)
MOST, MOST_UNSURE = 6, 9
SITUATIONS = {"no contract": ["no_contract"], "injury": ["work_injury"], "wage arrears": ["wage_arrears"]}
COMMON = {"place": {"adcode": "520281"}, "household_place": "贵州威宁", "amount_owed": 61800, "monthly_wage": 6000,
          "claimed_on": ["2026-03-02"], "owed_since": "2026-02-01", "debt_due_on": "2026-03-31", "born": "1985-04",
          "infringed_on": "2026-03-01", "contract_signed_on": "2026-01-05", "contract_expired_on": "2026-05-31",
          "infringement_ended_on": "2026-06-30",
          "arbitration.performance_due_on": "2026-09-30", "injury.on": "2026-05-03", "injury.kind": "accident", "injury.insured": False,
          "injury.diagnosed_on": "2026-06-01", "injury.recognised": False, "injury.recognition_received_on": "2026-10-08",
          "started_on": "2025-03-01", "ended_on": "2026-06-30", "still_employed": False, "written_contract": False, "platform": "美团"}
CONTROL = {f"control.{name}": True for name in ("sets_time", "sets_volume", "sets_price", "rules", "penalties")}
FREE = {**dict.fromkeys(CONTROL, False), "control.sets_price": True}
PEOPLE = {
    "a foreman's hand on a site": {"employment_form": "subcontracted", "occupation": "construction"},
    "a factory worker who left": {"employment_form": "employee", "occupation": "manufacturing"},
    "a factory worker who stays": {"employment_form": "employee", "occupation": "manufacturing", "ended_on": {"still_employed": True},
                                   "still_employed": True},
    "an agency worker": {"employment_form": "dispatched", "occupation": "security_guard"},
    "a rider of a station": {"employment_form": "platform_dedicated", "occupation": "food_delivery", **CONTROL,
                             "injury.kind": "on_platform_order", "ended_on": {"still_employed": True}, "still_employed": True},
    "a rider who chooses orders": {"employment_form": "platform_crowdsourced", "occupation": "food_delivery", **FREE,
                                   "injury.kind": "on_platform_order", "ended_on": {"still_employed": True}, "still_employed": True},
    "a household's helper": {"employment_form": "self_employed", "occupation": "domestic_work"},
    "a student": {"employment_form": "student", "occupation": "catering"},
    "a worker past retirement age": {"employment_form": "past_retirement_age", "occupation": "cleaning", "born": "1958-03"},
    "a miner with dust in the lungs": {"employment_form": "employee", "occupation": "mining", "injury.kind": "occupational_disease",
                                       "injury.on": {"injury": {"kind": "occupational_disease"}}},
    "one who was hurt and dismissed long ago": {"employment_form": "employee", "occupation": "manufacturing", "injury.on": "2024-05-06",
                                                "ended_on": "2024-12-31", "started_on": "2022-02-01"},
}


def assessed(facts):
    return assess(parse_facts(facts), LAW, TODAY)


def told(facts, fact, answer):
    """The facts with one answer more; an answer that is a tree states other facts than the one asked for."""
    group, _, leaf = fact.partition(".")
    if isinstance(answer, dict):
        return {**facts, **{name: {**facts.get(name, {}), **value} if isinstance(value, dict) else value for name, value in answer.items()}}
    return {**facts, group: {**facts.get(group, {}), leaf: answer} if leaf else answer}


def play(facts, answers, knows=lambda number: True):
    """The questions asked until none is left, and the assessment then; what a person does not know goes into `dont_know`."""
    asked, result = [], assessed(facts)
    while result["questions"]:
        fact = result["questions"][0]["fact"]
        assert fact not in asked, f"{fact} is asked twice: {asked}"
        if fact in answers and knows(len(asked)):
            facts = told(facts, fact, answers[fact])
        else:
            facts = {**facts, "dont_know": [*facts.get("dont_know", []), fact]}
        asked.append(fact)
        result = assessed(facts)
    return asked, result


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_six_questions_are_enough_for_the_three_situations(situation, person):
    asked, result = play({"issues": SITUATIONS[situation]}, {**COMMON, **PEOPLE[person]})
    assert len(asked) <= MOST, asked
    assert result["status"] == "assessed" and result["routes"] and result["card"]


@pytest.mark.parametrize("person", [person for person in PEOPLE if "rider" not in person])
def test_six_are_enough_too_for_wages_without_a_contract(person):
    asked, _ = play({"issues": ["wage_arrears"], "written_contract": False}, {**COMMON, **PEOPLE[person]})
    assert len(asked) <= MOST, asked


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_half_the_answers_unknown_asks_a_little_more_at_most(situation, person):
    for knows in (lambda number: number % 2 == 0, lambda number: number % 2 == 1):
        asked, _ = play({"issues": SITUATIONS[situation]}, {**COMMON, **PEOPLE[person]}, knows)
        assert len(asked) <= MOST_UNSURE, asked


@pytest.mark.parametrize("situation", SITUATIONS)
def test_who_knows_nothing_is_asked_six_things_at_most_and_told_what_is_safe(situation):
    asked, result = play({"issues": SITUATIONS[situation]}, {})
    assert len(asked) <= MOST, asked
    own = [row for row in result["deadlines"] if row["status"] == "unknown" and "safe_by" in row]
    assert own and result["urgency"] == "soon"
    assert all(row["safe_by"] >= TODAY.isoformat() for row in own)
    assert all(row["needs"] == [] for row in result["deadlines"])


def test_every_question_has_its_reason_and_dont_know_changes_what_is_said():
    for situation, person in itertools.product(SITUATIONS, PEOPLE):
        facts = {"issues": SITUATIONS[situation], "adcode": "520281"}
        for question in assessed(facts)["questions"]:
            assert question["ask"] and question["why"]
            after = assessed({**facts, "dont_know": [question["fact"]]})
            assert question["fact"] not in [one["fact"] for one in after["questions"]]
        facts = told(facts, "employment_form", PEOPLE[person]["employment_form"])
        before = assessed(facts)
        for row in before["deadlines"]:
            if row["status"] == "unknown" and row["needs"] and row["id"] not in ("injury_recognition_employer", "debt_note_claim"):
                after = assessed({**facts, "dont_know": [row["needs"][0]]})
                same = next(one for one in after["deadlines"] if (one["id"], one["issue"]) == (row["id"], row["issue"]))
                assert same["why"] != row["why"] and same["safe_by"]


@pytest.mark.parametrize("form", ["student", "self_employed"])
def test_who_has_no_labour_relationship_is_not_asked_what_severance_is_counted_from(form):
    facts = {"issues": ["dismissal"], "adcode": "130104", "employment_form": form, "ended_on": "2026-05-20"}
    result = assess(parse_facts(facts), LAW, TODAY)
    assert result["relationship"]["class"] == "civil"
    assert not {"started_on", "monthly_wage"} & {question["fact"] for question in result["questions"]}
