"""Deadlines as a labour lawyer finds them: the YAML cases beside this file, each against the whole assessment.

A case has `name`, `as_of`, `facts`, `computation` (in words, from the law and the official calendar) and any of
`expect`   rows that must stand, those of one id in this order: `id` and every other key given; `says`, `not_says`: words in `why`;
           `law`: "name article"
`absent`   ids that must not stand                  `only`     rows of an id that must be all rows of that id
`asks`     facts that must be asked                 `does_not_ask`  facts that must not be
`urgency`, `not_urgency`                            `card`     words on the card
`relationship`  the class; `because`: words in its reasons    `insurance`  whether a scheme is available
"""
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import parse_facts
from bot.law.check import DEADLINES

FOLDERS = ("statute", "typical", "seeds", "calendar")
IN_WORDS = ("says", "not_says", "law")
KEYS = {"name", "as_of", "facts", "computation", "expect", "absent", "only", "asks", "does_not_ask", "urgency", "not_urgency", "card",
        "relationship", "because", "insurance"}


def cases():
    paths = [path for folder in FOLDERS for path in sorted((Path(__file__).parent / folder).glob("*.yml"))]
    return [{**case, "file": f"{path.parent.name}/{path.name}"} for path in paths
            for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


CASES = cases()


def plain(value):
    """As JSON gives it: days as text."""
    if isinstance(value, dict):
        return {"on" if key is True else key: plain(item) for key, item in value.items()}  # YAML reads a bare `on` as true
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def assessed(case, language="zh"):
    facts = parse_facts({**plain(case["facts"]), "as_of": case["as_of"].isoformat(), "language": language})
    return assess(facts, law.load(), case["as_of"])


def faults(case, result):
    """What differs from the case, each in a line that a lawyer can read."""
    rows, found, places = result["deadlines"], [], {}
    for wanted in map(plain, case.get("expect", ())):
        same = {key: wanted[key] for key in ("id", "issue") if key in wanted}
        numbers = [number for number, row in enumerate(rows) if all(row[key] == value for key, value in same.items())]
        if not numbers:
            found.append(f"{same}: no such deadline among {[(row['id'], row['issue'], row['status']) for row in rows]}")
            continue
        row = rows[numbers[0]]
        found += [f"{same}: {key} is {row.get(key)}, the law gives {value}" for key, value in wanted.items()
                  if key not in (*IN_WORDS, "id", "issue") and row.get(key) != value]
        cited = [f"{article['name']} {article['article']}" for article in row["law"]]
        found += [f"{same}: {article} is not cited, only {cited}" for article in wanted.get("law", ()) if article not in cited]
        found += [f"{same}: does not say {words!r}: {row['why']}" for words in wanted.get("says", ()) if words not in row["why"]]
        found += [f"{same}: says {words!r}: {row['why']}" for words in wanted.get("not_says", ()) if words in row["why"]]
        places.setdefault(row["id"], []).append(numbers[0])
    found += [f"{id}: the rows do not stand in the order of the case" for id, order in places.items() if order != sorted(order)]
    stand = {row["id"] for row in rows}
    found += [f"{id}: stands, but must not" for id in case.get("absent", ()) if id in stand]
    only = [(row["id"], row["issue"]) for row in case.get("only", ())]
    found += [f"{row['id']}: also for {row['issue']}" for row in rows if row["id"] in dict(only) and (row["id"], row["issue"]) not in only]
    asked = [question["fact"] for question in result["questions"]]
    found += [f"{fact}: is not asked, only {asked}" for fact in case.get("asks", ()) if fact not in asked]
    found += [f"{fact}: is asked" for fact in case.get("does_not_ask", ()) if fact in asked]
    if result["urgency"] != case.get("urgency", result["urgency"]) or result["urgency"] == case.get("not_urgency"):
        found.append(f"urgency is {result['urgency']}: {result['urgency_reasons']}")
    judged = result["relationship"]
    if judged["class"] != case.get("relationship", judged["class"]):
        found.append(f"relationship is {judged['class']}: {judged['why']}")
    reasons = " ".join(judged["why"])
    found += [f"the relationship does not say {words!r}: {reasons}" for words in case.get("because", ()) if words not in reasons]
    open_to = {row["id"]: row["available"] for row in result["insurance"]}
    found += [f"{id} is {open_to.get(id)}, not {wanted}" for id, wanted in case.get("insurance", {}).items() if open_to.get(id) != wanted]
    return found + [f"the card does not say {words!r}: {result['card']}" for words in case.get("card", ()) if words not in result["card"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['name']}")
def test_the_deadlines_are_what_the_law_and_the_calendar_give(case):
    found = faults(case, assessed(case))
    assert not found, f"\n{case['file']}: {case['name']}\n{case['computation']}\n  " + "\n  ".join(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['name']}")
def test_both_languages_give_the_same_days(case):
    silent = ("why", "how")
    chinese, english = ([{key: value for key, value in row.items() if key not in silent} for row in assessed(case, language)["deadlines"]]
                        for language in ("zh", "en"))
    assert chinese == english


def test_every_case_is_readable_and_named_once():
    assert all(set(case) - {"file"} <= KEYS and len(case["computation"]) > 5 for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES) >= 150


def test_every_deadline_of_the_contract_has_a_case_with_a_day_or_is_known_to_have_none():
    with_day = {row["id"] for case in CASES for row in case.get("expect", ()) if "last_day" in row}
    assert set(DEADLINES) - with_day == {"occupational_injury_application"}  # no verified day (LAW_MORE.md §4.4)
