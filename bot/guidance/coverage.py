"""The ten-city survey model: how likely a worker of 2010 was to have each insurance, with and without a contract and a union.

Binary logit of seed 000, Tables 1-3; the coefficients are data in bot/law/rules/coverage.yml. What went together in 2010, no promise.
"""
import math

from bot.law import Law, best_language, load

SCENARIOS = {"neither": (0, 0), "contract": (1, 0), "union": (0, 1), "both": (1, 1)}
FIELDS = ("household", "gender", "age", "marital", "education", "industry", "ownership")


class CoverageError(ValueError):
    """A profile that cannot be used; the message names the field."""


def predict(profile: dict, *, law: Law | None = None, language: str = "zh") -> dict:
    """Probabilities (0 to 1) of the four insurances in the four scenarios, and the odds ratios as printed.

    `profile`: household, gender, age (years), marital, education, industry (1-12), ownership (1-9), all required (CONTRACT.md, "Coverage").
    Raises CoverageError naming the first field that is missing, unknown or of the wrong kind.
    """
    law = law or load()
    model = law.rule("coverage")
    _check(profile, model)
    answer = {"insurance": {}, "odds_ratio": {}, "ratio_of_odds_ratios": {}}
    for name, table in model["insurance"].items():
        base = _score(profile, table, model)
        contract, union = table["contract"], table["union"]
        answer["insurance"][name] = {
            scenario: _probability(base + signed * contract["b"] + member * union["b"]) for scenario, (signed, member) in SCENARIOS.items()
        }
        answer["odds_ratio"][name] = {"contract": contract["odds_ratio"], "union": union["odds_ratio"]}
        answer["ratio_of_odds_ratios"][name] = round(contract["odds_ratio"] / union["odds_ratio"], 2)
    return {**answer, "source": model["source"], "note": model["note"][best_language(law, language)]}


def _score(profile: dict, table: dict, model: dict) -> float:
    """The constant and every term except contract and union; a category without a coefficient is a reference group and adds nothing."""
    score = table["constant"]
    for field in ("household", "gender", "education"):
        score += table[field].get(profile[field], {"b": 0})["b"]
    score += table["age"]["b"] * profile["age"]
    score += table["marital"]["b"] * (model["categories"]["marital"].index(profile["marital"]) + 1)
    return score + table["industry"]["b"] * profile["industry"] + table["ownership"]["b"] * profile["ownership"]


def _probability(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def _check(profile: object, model: dict) -> None:
    if not isinstance(profile, dict):
        raise CoverageError("profile: not a JSON object")
    for field in profile:
        if field not in FIELDS:
            raise CoverageError(f"{field}: not a known field")
    for field in FIELDS:
        if field not in profile:
            raise CoverageError(f"{field}: missing")
        if field in model["categories"]:
            _check_category(field, profile[field], model["categories"][field])
        else:
            _check_number(field, profile[field], *(model["ages"] if field == "age" else model["ranges"][field]))


def _check_category(field: str, value: object, allowed: list[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise CoverageError(f"{field}: not one of {', '.join(allowed)}")


def _check_number(field: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise CoverageError(f"{field}: not a whole number from {least} to {most}")
