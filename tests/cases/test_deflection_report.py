"""The log as figures: the study's own counts, and every figure equal to a plain count."""
import json
import random
from collections import Counter
from datetime import date, timedelta

import chinese_calendar
import pytest

from bot.cases import deflection_import, deflection_report, store
from bot.guidance.facts import BODIES, LEVELS, OCCUPATIONS, REASONS

EMPTY = dict.fromkeys(deflection_report.READ) | {"aware": "unknown", "involved": "unknown"}


def rows(*given: dict) -> list[dict]:
    return [{**EMPTY, "case_id": str(number), **row} for number, row in enumerate(given)]


def figures(*given: dict) -> dict:
    return deflection_report.figures(rows(*given))


def study() -> list[dict]:
    """China Labour Bulletin's 127 cases: (did the union know, did it act) and how often."""
    counts = {("yes", "yes"): 24, ("yes", "no"): 19, ("yes", "unknown"): 4, ("no", "yes"): 7, ("no", "no"): 70, ("unknown", "unknown"): 3}
    return [{"case_id": f"clb-{aware}-{involved}-{number}", "aware": aware, "involved": involved}
            for (aware, involved), count in counts.items() for number in range(count)]


def test_the_studys_counts_imported_as_a_log_give_its_shares(record):
    with store.session() as session:
        deflection_import.add(session, deflection_import.read(json.dumps(study()).encode()))
        found = deflection_report.of_record(session)
    assert found["cases"] == 127
    assert found["aware"] == {"yes": 47, "no": 77, "unknown": 3}
    assert (found["involved"]["yes"], found["involved"]["no"], found["aware_and_involved"]) == (31, 89, 24)
    shares = {name: round(100 * share) for name, share in found["shares"].items()}
    assert shares == {"unaware": 61, "uninvolved": 70, "involved": 24, "involved_of_aware": 51, "resolved": 0}
    assert round(100 * found["aware"]["yes"] / found["cases"]) == 37, "47 of 127; the study's text says 32"


def test_the_json_has_the_contracts_shape():
    assert list(figures({})) == ["cases", "aware", "involved", "aware_and_involved", "shares", "by_reason", "by_body", "by_level",
                                 "by_occupation", "by_province", "days_to_first_answer", "within_one_working_day"]
    assert list(figures({})["shares"]) == ["unaware", "uninvolved", "involved", "involved_of_aware", "resolved"]


def test_an_empty_log_has_no_shares():
    found = figures()
    assert found["cases"] == 0 and set(found["shares"].values()) == {None}
    assert found["days_to_first_answer"] == {"median": None, "p90": None} and found["within_one_working_day"] is None
    assert "0" in deflection_report.as_text(found)


def test_a_case_knew_or_acted_if_any_body_did():
    found = figures({"case_id": "a", "aware": "no"}, {"case_id": "a", "aware": "yes", "involved": "no"}, {"case_id": "a"},
                    {"case_id": "b", "aware": "no"}, {"case_id": "b"})
    assert found["cases"] == 2 and found["aware"] == {"yes": 1, "no": 1, "unknown": 0}
    assert found["involved"] == {"yes": 0, "no": 1, "unknown": 1}


def test_tables_count_rows_and_reasons_only_where_there_is_one():
    found = figures({"case_id": "a", "body": "union", "level": "county", "reason": "not_member", "adcode": "520281"},
                    {"case_id": "a", "body": "union", "level": "prefecture", "adcode": "520200", "occupation": "courier"},
                    {"case_id": "b", "body": "court", "place": "贵州盘州"}, {"case_id": "c"})
    assert found["by_body"] == {"union": 2, "court": 1, "unknown": 1}
    assert found["by_level"] == {"unknown": 2, "county": 1, "prefecture": 1}
    assert found["by_reason"] == {"not_member": 1}
    assert found["by_occupation"] == {"unknown": 3, "courier": 1}
    assert found["by_province"] == {"520000": 3, "unknown": 1}


def test_the_wait_is_from_the_first_contact_to_the_first_answer():
    day = date(2026, 3, 2)
    found = figures({"case_id": "a", "contacted_on": day},
                    {"case_id": "a", "contacted_on": day + timedelta(8), "first_answer_on": day + timedelta(9)},
                    {"case_id": "b", "opened_on": day, "first_answer_on": day}, {"case_id": "c", "contacted_on": day},
                    {"case_id": "d", "contacted_on": day, "first_answer_on": day - timedelta(1)})
    assert found["days_to_first_answer"] == {"median": 4.5, "p90": 8.1}
    assert found["within_one_working_day"] == 0.25


@pytest.mark.parametrize("contact,answer,quick", [
    ("2026-11-20", "2026-11-23", True), ("2026-11-20", "2026-11-24", False), ("2026-09-30", "2026-10-08", True),
    ("2026-09-30", "2026-10-09", False), ("2026-11-22", "2026-11-22", True), ("2029-11-23", "2029-11-26", True)])
def test_a_working_day_skips_weekends_and_holidays(contact, answer, quick):
    found = figures({"contacted_on": date.fromisoformat(contact), "first_answer_on": date.fromisoformat(answer)})
    assert found["within_one_working_day"] == (1.0 if quick else 0.0)


def test_ten_thousand_random_rows_give_what_a_plain_count_gives(record):
    dice = random.Random(6)
    day = date(2025, 1, 1)

    def one() -> dict:
        contacted = dice.choice([None, day + timedelta(dice.randrange(500))])
        return {"case_id": f"c{dice.randrange(4000)}", "contacted_on": contacted, "aware": dice.choice(deflection_report.THREE),
                "involved": dice.choice(deflection_report.THREE), "body": dice.choice([None, *BODIES]),
                "level": dice.choice([None, *LEVELS]), "reason": dice.choice([None, *REASONS]),
                "occupation": dice.choice([None, *OCCUPATIONS]),
                "adcode": dice.choice([None, "520281", "110101", "440306"]),
                "first_answer_on": contacted + timedelta(dice.randrange(20)) if contacted and dice.random() < 0.5 else None,
                "resolved_on": dice.choice([None, None, day])}

    table = json.loads(json.dumps([one() for _ in range(10_000)], default=date.isoformat))
    with store.session() as session:
        deflection_import.add(session, deflection_import.read(json.dumps(table).encode()))
        found = deflection_report.of_record(session)
    by_case: dict[str, list[dict]] = {}
    for row in table:
        by_case.setdefault(row["case_id"], []).append(row)
    aware = {code for code, held in by_case.items() if any(row["aware"] == "yes" for row in held)}
    acted = {code for code, held in by_case.items() if any(row["involved"] == "yes" for row in held)}
    unaware = {code for code, held in by_case.items() if code not in aware and any(row["aware"] == "no" for row in held)}
    solved = {code for code, held in by_case.items() if any(row["resolved_on"] for row in held)}
    assert found["cases"] == len(by_case) and found["aware_and_involved"] == len(aware & acted)
    assert found["aware"] == {"yes": len(aware), "no": len(unaware), "unknown": len(by_case) - len(aware) - len(unaware)}
    assert found["shares"]["unaware"] == len(unaware) / len(by_case) and found["shares"]["involved"] == len(acted) / len(by_case)
    assert found["shares"]["involved_of_aware"] == len(aware & acted) / len(aware)
    assert found["shares"]["resolved"] == len(solved) / len(by_case)
    for column in ("body", "level", "occupation"):
        assert found[f"by_{column}"] == Counter(row[column] or "unknown" for row in table)
    assert found["by_reason"] == Counter(row["reason"] for row in table if row["reason"])
    quick = 0
    for held in by_case.values():
        began = min((row["contacted_on"] for row in held if row["contacted_on"]), default=None)
        answered = min((row["first_answer_on"] for row in held if row["first_answer_on"]), default=None)
        if began and answered:
            working = date.fromisoformat(began) + timedelta(1)
            while not chinese_calendar.is_workday(working):
                working += timedelta(1)
            quick += answered <= working.isoformat()
    assert found["within_one_working_day"] == quick / len(by_case)


def test_the_text_reads_in_chinese_and_english():
    text = deflection_report.as_text(figures({"body": "union", "level": "county", "reason": "not_member", "adcode": "520281",
                                              "occupation": "courier", "aware": "yes"}))
    for word in ("案件 / cases: 1", "工会", "union", "说我不是会员", "I am not a member", "贵州", "Guizhou", "快递员", "courier", "0%"):
        assert word in text, word
    assert "{" not in text and "None" not in text
