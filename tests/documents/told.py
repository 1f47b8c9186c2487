"""Fact sets for the papers: the lawyer's cases of tests/law, and some that call for the rarer papers."""
from datetime import date

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import Facts, parse_facts
from tests.law.test_deadlines import CASES, plain

CARPENTER = {
    "as_of": "2026-11-22", "issues": ["wage_arrears", "no_contract"], "place": "贵州盘州", "adcode": "520281", "occupation": "construction",
    "employer": "贵州黔西建筑劳务公司", "employment_form": "employee", "written_contract": False, "started_on": "2025-10-10",
    "ended_on": "2026-06-30", "ended_by": "employer", "monthly_wage": 6000, "amount_owed": 61800, "owed_since": "2026-02-01", "people": 12,
    "claimed_on": ["2026-07-02"],
    "contacts": [{"body": "union", "level": "county", "on": "2026-11-02", "answer": "deflected", "reason": "not_member",
                  "words": "不是会员，不管"}],
}
HURT = {
    "as_of": "2026-11-22", "issues": ["work_injury"], "adcode": "510703", "occupation": "manufacturing", "employer": "绵阳某厂",
    "employment_form": "employee", "started_on": "2024-03-05", "monthly_wage": 5200, "sex": "woman",
    "injury": {"on": "2026-05-12", "kind": "commuting", "insured": False},
}
NOTE = {
    "as_of": "2026-11-22", "issues": ["wage_arrears"], "adcode": "441300", "occupation": "construction", "amount_owed": 12500,
    "written_debt_note": True, "debt_due_on": "2026-08-15", "employer": "张某", "ended_on": "2026-04-30",
}
QUITS = {
    "as_of": "2026-11-22", "issues": ["wage_arrears", "social_insurance"], "adcode": "320506", "occupation": "manufacturing",
    "employer": "苏州某电子厂", "employment_form": "employee", "started_on": "2023-02-14", "monthly_wage": 7000, "amount_owed": 14000,
    "still_employed": True, "written_contract": True,
}


def told(facts: dict, **more) -> tuple[Facts, dict]:
    """The facts, and their assessment on their own day."""
    facts = parse_facts({**facts, **more})
    return facts, assess(facts, law.load(), facts.as_of)


def everyone() -> list[tuple[str, dict]]:
    """Every case of tests/law with its name, and ours."""
    found = [(case["name"], {**plain(case["facts"]), "as_of": case["as_of"].isoformat()}) for case in CASES]
    return found + [("carpenter", CARPENTER), ("hurt", HURT), ("debt note", NOTE), ("quits", QUITS)]


TODAY = date(2026, 11, 22)
