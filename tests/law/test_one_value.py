"""A change of one value of the knowledge base changes the answer that rests on it, the version, and nothing else."""
from datetime import date

import pytest

from bot import law
from bot.cases.impact import changes
from bot.guidance.assess import assess
from bot.guidance.facts import parse_facts

TODAY = date(2026, 11, 22)
CASES = {
    "left": {"issues": ["dismissal"], "employment_form": "employee", "adcode": "510100", "started_on": "2024-01-01",
             "ended_on": "2026-06-30", "ended_by": "employer", "monthly_wage": 6000},
    "hurt": {"issues": ["work_injury"], "employment_form": "employee", "adcode": "520281", "injury": {"on": "2026-05-03"}},
    "note": {"issues": ["wage_arrears"], "employment_form": "subcontracted", "adcode": "520281", "written_debt_note": True,
             "debt_due_on": "2026-01-05"},
    "beyond": {"issues": ["dismissal"], "employment_form": "employee", "adcode": "520281", "ended_on": "2026-01-04"},
}
ONE_VALUE = [
    ("periods/arbitration.yml", "value: {years: 1}", "value: {years: 2}",
     {"left": "deadline arbitration dismissal", "beyond": "deadline arbitration dismissal"}),
    ("periods/injury_recognition_worker.yml", "value: {years: 1}", "value: {years: 2}", {"hurt": "deadline injury_recognition_worker"}),
    ("figures/unlawful_dismissal.yml", "value: 2", "value: 3", {"left": "amount unlawful_dismissal"}),
    ("rules/holidays.yml", "solar: [[1, 1],", "solar: [[1, 1], [1, 4],", {"beyond": "deadline arbitration"}),
    ("text/zh/deadlines.yml", "injury_recognition_worker: 你自己申请", "injury_recognition_worker: 自己去申请", {"hurt": "wording"}),
]


def changed(name, old, new):
    text = (law.HERE / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    return law.read(law.HERE, {name: text.replace(old, new).encode()})


def assessments(base):
    return {name: assess(parse_facts(facts), base, TODAY) for name, facts in CASES.items()}


@pytest.mark.parametrize(("name", "old", "new", "touched"), ONE_VALUE, ids=lambda value: value if str(value).endswith(".yml") else "")
def test_one_value_changes_its_own_answers_and_the_version_and_nothing_else(name, old, new, touched):
    present, candidate = law.load(), changed(name, old, new)
    assert candidate.version != present.version and law.read(law.HERE).version == present.version
    before, after = assessments(present), assessments(candidate)
    for case in CASES:
        found = changes(before[case], after[case])
        assert before[case]["knowledge_version"] != after[case]["knowledge_version"]
        if case in touched:
            told = [line for line in found if not line.startswith("urgency")]  # which follows the days
            assert len(told) == 1 and told[0].startswith(touched[case]), found
        else:
            assert found == []
            assert {**before[case], "knowledge_version": ""} == {**after[case], "knowledge_version": ""}


def test_the_base_read_with_its_own_bytes_instead_is_the_same():
    name = "periods/arbitration.yml"
    same = law.read(law.HERE, {name: (law.HERE / name).read_bytes()})
    assert same.version == law.load().version and same.dated == law.load().dated


def test_a_file_is_known_by_the_end_of_its_path(tmp_path):
    assert law.name_of(law.HERE / "rules" / "amounts.yml") == "rules/amounts.yml"
    assert law.name_of(tmp_path / "arbitration.yml") == "periods/arbitration.yml"
    assert law.name_of(tmp_path / "text" / "en" / "amounts.yml") == "text/en/amounts.yml"
    assert law.name_of(tmp_path / "pension_base" / "510000.yml") == "figures/pension_base/510000.yml"
    with pytest.raises(law.LawError, match="rules/amounts.yml or text/en/amounts.yml or text/zh/amounts.yml"):
        law.name_of(tmp_path / "amounts.yml")
    with pytest.raises(law.LawError, match="no file of the knowledge base"):
        law.name_of(tmp_path / "weather.yml")


@pytest.mark.parametrize("content", [b"a: [1,", b"- 1\n", b"", b"unit: x\n", b"values: 3\nlast_checked: 2026-11-22\n", b"\xff\xfe"])
def test_a_file_that_is_no_such_file_is_named(content):
    with pytest.raises(law.LawError, match="periods/arbitration.yml"):
        law.read(law.HERE, {"periods/arbitration.yml": content})
