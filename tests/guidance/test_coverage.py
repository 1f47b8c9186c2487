"""The ten-city survey model: coefficients as printed, probabilities as computed by hand, and clear errors."""
import math

import pytest

from bot import law
from bot.guidance import coverage
from bot.guidance.coverage import CoverageError, predict

CARPENTER = {"household": "foreign_rural", "gender": "man", "age": 27, "marital": "unmarried", "education": "junior_high",
             "industry": 2, "ownership": 2}
ENGINEER = {"household": "foreign_urban", "gender": "woman", "age": 40, "marital": "married", "education": "master",
            "industry": 11, "ownership": 1}


def test_a_carpenter_by_hand():
    """Constant, household, gender, age, marital, education, industry and ownership added up with the printed B, then 1 / (1 + e^-sum).

    Pension, Table 2: -3.194 - 0.474 - 0.012 + 27 x 0.069 (1.863) + 1 x 0.201 + 0.004 + 2 x -0.019 (-0.038) + 2 x 0.029 (0.058)
      = -1.592. e^1.592 is 4.9136, so without both 1 / 5.9136 = 0.1691. With a contract -1.592 + 1.047 = -0.545: 1 / 2.7246 = 0.3670.
      With a union -0.965: 1 / 3.6248 = 0.2759. With both 0.082: 0.5205.
    Work injury, Table 3: -2.594 + 0.087 + 0.606 + 27 x 0.019 (0.513) - 0.091 + 0.799 - 0.072 - 0.054 = -0.806.
      e^0.806 is 2.2389, so 1 / 3.2389 = 0.3087; with a contract 0.146: 0.5364.
    """
    answer = predict(CARPENTER)["insurance"]
    assert answer["pension"] == pytest.approx({"neither": 0.1691, "contract": 0.3670, "union": 0.2759, "both": 0.5205}, abs=5e-5)
    assert answer["work_injury"]["neither"] == pytest.approx(0.3087, abs=5e-5)
    assert answer["work_injury"]["contract"] == pytest.approx(0.5364, abs=5e-5)


def test_the_reference_groups_add_nothing():
    """Foreign urban household, woman and master are zero.

    Medical, Table 2: -0.318 + 40 x 0.012 (0.48) + 2 x -0.015 (-0.03) + 11 x -0.029 (-0.319) - 0.061 = -0.248:
      1 / (1 + 1.2815) = 0.4383.
    Unemployment, Table 3: -5.115 + 40 x 0.053 (2.12) + 2 x 0.078 (0.156) + 11 x -0.007 (-0.077) - 0.054 = -2.970:
      1 / (1 + 19.492) = 0.0488;
      with a contract and a union -2.970 + 1.391 + 0.427 = -1.152: 1 / (1 + 3.1645) = 0.2401.
    """
    answer = predict(ENGINEER)["insurance"]
    assert answer["medical"]["neither"] == pytest.approx(0.4383, abs=5e-5)
    assert answer["unemployment"]["neither"] == pytest.approx(0.0488, abs=5e-5)
    assert answer["unemployment"]["both"] == pytest.approx(0.2401, abs=5e-5)


def test_the_odds_ratios_and_their_ratios_are_those_of_the_paper():
    answer = predict(CARPENTER)
    assert answer["odds_ratio"] == {
        "pension": {"contract": 2.848, "union": 1.872}, "medical": {"contract": 3.808, "union": 1.425},
        "unemployment": {"contract": 4.018, "union": 1.533}, "work_injury": {"contract": 2.592, "union": 1.475},
    }
    assert answer["ratio_of_odds_ratios"] == {"pension": 1.52, "medical": 2.67, "unemployment": 2.62, "work_injury": 1.76}


def rows(table):
    for value in table.values():
        if isinstance(value, dict):
            yield from [value] if "b" in value else rows(value)


def test_every_coefficient_agrees_with_its_printed_odds_ratio():
    tables = law.load().rule("coverage")["insurance"]
    printed = [row for table in tables.values() for row in rows(table)]
    assert len(printed) == 60  # four tables of fifteen rows
    for row in printed:
        least, most = math.exp(row["b"] - 0.0005), math.exp(row["b"] + 0.0005)
        assert least - 0.0006 <= row["odds_ratio"] <= most + 0.0006, row
    for name, exp_b in (("pension", 0.041), ("medical", 0.727), ("unemployment", 0.006), ("work_injury", 0.075)):
        assert math.exp(tables[name]["constant"]) == pytest.approx(exp_b, abs=1e-3)


def test_a_contract_and_a_union_multiply_the_odds_by_the_printed_ratios():
    answer = predict(ENGINEER)
    for name, p in answer["insurance"].items():
        odds = {scenario: value / (1 - value) for scenario, value in p.items()}
        assert odds["contract"] / odds["neither"] == pytest.approx(answer["odds_ratio"][name]["contract"], rel=1e-3)
        assert odds["union"] / odds["neither"] == pytest.approx(answer["odds_ratio"][name]["union"], rel=1e-3)
        assert all(0 < value < 1 for value in p.values())


def test_its_date_and_limits_are_said_in_both_languages():
    assert "2010" in predict(CARPENTER)["note"] and "2010" in predict(CARPENTER, language="en")["note"]
    assert "2010" in predict(CARPENTER)["source"]


@pytest.mark.parametrize("field", coverage.FIELDS)
def test_a_missing_field_is_named(field):
    with pytest.raises(CoverageError, match=field):
        predict({key: value for key, value in CARPENTER.items() if key != field})


@pytest.mark.parametrize("field, value", [
    ("household", "rural"), ("household", 1), ("household", None), ("gender", "male"), ("gender", True), ("age", "27"), ("age", 27.0),
    ("age", True), ("age", 15), ("age", 101), ("age", -1), ("age", None), ("marital", "single"), ("marital", 1), ("education", "phd"),
    ("education", ["master"]),
    ("industry", 0), ("industry", 13), ("industry", "2"), ("industry", 2.5), ("ownership", 10), ("ownership", False), ("city", "Chengdu"),
])
def test_a_value_that_cannot_be_used_names_its_field(field, value):
    with pytest.raises(CoverageError, match=field):
        predict({**CARPENTER, field: value})


@pytest.mark.parametrize("profile", [None, [], "profile", 3])
def test_a_profile_that_is_no_object_is_refused(profile):
    with pytest.raises(CoverageError, match="profile"):
        predict(profile)
