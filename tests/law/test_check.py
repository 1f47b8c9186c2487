"""The knowledge base has no fault, and each kind of fault put into a copy of it is told in exactly one line."""
import inspect
import re
import shutil
import subprocess
import sys
from datetime import date

import pytest
import yaml

from bot import law
from bot.documents import values
from bot.guidance import amounts, facts, routes, topics
from bot.guidance.context import CLASSES
from bot.guidance.deadlines import BUILDERS, IDS
from bot.law import HERE, check, check_names


@pytest.fixture
def base(tmp_path):
    """A copy of the base, and a function that changes one of its files."""
    folder = tmp_path / "law"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py", "places"))

    def edit(name, change):
        path = folder / f"{name}.yml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return check.faults(folder)

    edit.folder = folder
    return edit


def put(where, value):
    """Sets a value deep inside: put(["values", 0, "until"], …)."""
    def change(content):
        for step in where[:-1]:
            content = content[step]
        content[where[-1]] = value
    return change


def drop(where):
    def change(content):
        for step in where[:-1]:
            content = content[step]
        del content[where[-1]]
    return change


def test_the_real_base_has_no_fault():
    assert check.faults() == []


def test_a_faithful_copy_has_no_fault(base):
    assert check.faults(base.folder) == []


YEAR = "periods/arbitration"        # one value, still in force
WAGES = "figures/minimum_wage/510000"
PAIR = "periods/enforcement"        # until 2023-12-31, then from 2024-01-01
FAULTS = [
    # --- dated quantities
    (YEAR, drop(["unit"]), "periods/arbitration: no unit"),
    (YEAR, drop(["last_checked"]), "periods/arbitration: no last_checked"),
    (YEAR, put(["last_checked"], "soon"), "periods/arbitration: last_checked is not a day: soon"),
    (YEAR, drop(["values"]), "periods/arbitration: no values"),
    (YEAR, drop(["values", 0, "from"]), "periods/arbitration: value 1: no from"),
    (YEAR, drop(["values", 0, "value"]), "periods/arbitration: value 1: no value"),
    (YEAR, drop(["values", 0, "law"]), "periods/arbitration: value 1: no law"),
    (YEAR, drop(["values", 0, "source"]), "periods/arbitration: value 1: no source"),
    (YEAR, put(["values", 0, "from"], "2008"), "periods/arbitration: value 1: from is not a day: 2008"),
    (YEAR, put(["values", 0, "value"], {"years": "one"}),
     "periods/arbitration: value 1: not one whole number of years, months, days or working_days: {'years': 'one'}"),
    (YEAR, put(["values", 0, "value"], {"years": 1, "days": 3}),
     "periods/arbitration: value 1: not one whole number of years, months, days or working_days: {'years': 1, 'days': 3}"),
    (YEAR, drop(["values", 0, "law", 0, "article"]),
     "periods/arbitration: value 1: a law entry needs name and article: {'name': '劳动争议调解仲裁法'}"),
    (YEAR, put(["values", 0, "law", 0, "name"], " "),
     "periods/arbitration: value 1: a law entry needs name and article: {'name': ' ', 'article': '27'}"),
    (YEAR, put(["values", 0, "until"], date(2026, 12, 31)),
     "periods/arbitration: no value in force after 2026-12-31, and no note says why"),
    (YEAR, put(["values", 0, "until"], date(2007, 1, 1)), "periods/arbitration: the value from 2008-05-01 ends before it begins"),
    (PAIR, put(["values", 0, "until"], date(2024, 1, 1)), "periods/enforcement: two values in force on 2024-01-01"),
    (PAIR, drop(["values", 0, "until"]), "periods/enforcement: two values in force on 2024-01-01"),
    (PAIR, put(["values", 0, "until"], date(2023, 12, 30)), "periods/enforcement: no value in force from 2023-12-31 to 2023-12-31"),
    # --- sentences
    ("text/en/deadlines", drop(["ends"]), "text: deadlines.ends: no sentence in en"),
    ("text/zh/deadlines", put(["only_here"], "只有这里有"), "text: deadlines.only_here: no sentence in en"),
    ("text/en/deadlines", put(["ends"], "  "), "text: deadlines.ends: empty in en"),
    ("text/en/deadlines", put(["ends"], "It ends."), "text: deadlines.ends: {day} stands in zh only"),
    ("text/en/card", put(["free"], "{sum} free."), "text: card.free: {sum} stands in en only"),
    ("text/zh/routes", put(["here"], "在这里（[没有的法 3]）"),
     "text: routes.here: quotes 没有的法, which rules/bodies.yml does not know (zh)"),
    # --- what the rules name
    ("rules/questions", put(["by_issue", "wage_arrears"], ["shoe_size"]),
     "rules/questions: unknown fact without a place in the order: shoe_size"),
    ("rules/questions", put(["by_issue", "homework"], ["place"]), "rules/questions: unknown issue: homework"),
    ("rules/questions", put(["restarted_by_claims"], ["homework"]), "rules/questions: unknown deadline: homework"),
    ("rules/questions", put(["choices", "injury.kind", 0], "bite"),
     "text: questions.choice_injury_kind_bite: used by questions.yml, but there is no such sentence"),
    ("rules/warnings", put(["order", 0], "storm"), "text: warnings.storm: used by warnings.yml, but there is no such sentence"),
    ("rules/warnings", drop(["law", "group", 0, "article"]),
     "rules/warnings: law: group: a law entry needs name and article: {'name': '劳动争议调解仲裁法'}"),
    ("rules/rolling", put(["by_law", "homework"], {"name": "民法典", "article": "203"}), "rules/rolling: unknown deadline: homework"),
    ("rules/rolling", drop(["analogy", "name"]), "rules/rolling: analogy: a law entry needs name and article: {'article': '203'}"),
    ("rules/relationship", put(["form", "employee"], "friendship"), "rules/relationship: unknown class: friendship"),
    ("rules/relationship", put(["control_reason", "civil"], "nothing"),
     "text: relationship.nothing: used by relationship.yml, but there is no such sentence"),
    ("rules/evidence", put(["last", 0], "photo_album"), "rules/evidence: unknown item: photo_album"),
    ("rules/insurance", put(["profiles", "employee", 0, "why"], "because"),
     "text: insurance.because: used by insurance.yml, but there is no such sentence"),
    ("rules/insurance", put(["profiles", "unclear", 0, "needs"], ["shoe_size"]),
     "rules/insurance: unknown fact without a question: shoe_size"),
    ("rules/insurance", drop(["law", "resident_pension"]), "rules/insurance: unknown scheme without law: resident_pension"),
    ("rules/bodies", put(["bodies", "court", "next"], "temple"), "rules/bodies: unknown body: temple"),
    ("rules/bodies", put(["bodies", "court", "ways", 0, "replies"], ["no_time"]), "rules/bodies: unknown excuse: no_time"),
    ("rules/excuses", lambda content: content["union"]["reasons"].remove("not_member"), "rules/excuses: no reply of a union to not_member"),
    ("rules/excuses", drop(["union", "tiers", "industry"]), "rules/excuses: no tier for the industry union"),
    # --- laws and their articles, signs, figures by place
    (YEAR, put(["values", 0, "law", 0, "name"], "没有的法"), "periods/arbitration: unknown law: 没有的法"),
    ("rules/rolling", put(["analogy", "name"], "没有的法"), "rules/rolling: unknown law: 没有的法"),
    ("text/zh/routes", put(["here"], "在这里（[工会法 x]）"), "text: routes.here: 工会法 has no article x (zh)"),
    ("text/zh/routes", put(["here"], "在这里（[工会法 59]）"), "text: routes.here: 工会法 has no article 59 (zh)"),
    ("text/zh/routes", put(["here"], "在这里（[工会法 10]）"), "text: routes.here: quotes other articles in zh than in en"),
    ("text/zh/routes", put(["here"], "?sunny: 在这里"), "text: routes.here: unknown sign: sunny (zh)"),
    ("rules/bodies", put(["bodies", "police", "ways", 0, "any"], ["sunny"]), "rules/bodies: police_violence: unknown sign: sunny"),
    ("rules/topics", put(["topics", 0, "any"], ["sunny"]), "rules/topics: temporary_relief: unknown sign: sunny"),
    ("rules/amounts", put(["unpaid_wages", 0, "only"], "sunny"), "rules/amounts: unknown situation: sunny"),
    (WAGES, put(["values", 0, "value", "hour"], [23]), f"{WAGES}: value 1: month and hour have not the same number of tiers"),
    (WAGES, put(["values", 0, "value", "areas", "510185"], 3), f"{WAGES}: value 1: 510185 is in tier 3 of 2"),
    (WAGES, put(["values", 0, "value", "areas"], {"519985": 1}), f"{WAGES}: value 1: unknown place: 519985"),
    (WAGES, put(["values", 0, "value", "quality"], "perhaps"), f"{WAGES}: value 1: unknown quality: perhaps"),
    ("figures/pension_base/510000", put(["values", 1, "value", "low"], 46990),
     "figures/pension_base/510000: value 2: the lowest base is above the highest"),
]


@pytest.mark.parametrize(("name", "change", "line"), FAULTS, ids=lambda value: value if type(value) is str else "")
def test_a_fault_is_told_in_exactly_one_line(base, name, change, line):
    assert base(name, change) == [line]


@pytest.mark.parametrize(("topic", "key"), [
    ("questions", "ended_on_ask"), ("questions", "ended_on_why"), ("questions", "choice_true"), ("questions", "choice_shortcut_ended_on"),
    ("deadlines", "name_union_reply"), ("danger", "violence"), ("urgency", "violence"), ("dialogue", "reason_not_member"),
    ("dialogue", "status_escalated"), ("dialogue", "insurance_name_unemployment"), ("echo", "issues_leave_maternity"),
    ("amounts", "name_severance"), ("routes", "label_hotline"), ("routes", "label_union_county"), ("relationship", "student"),
    ("excuses", "low_not_member"), ("excuses", "high_unlikely_to_win"), ("excuses", "local_wait_for_arbitration"),
    ("evidence", "keep_safe_short")])
def test_a_sentence_that_is_used_but_stands_in_no_language_is_told(base, topic, key):
    base(f"text/zh/{topic}", drop([key]))
    found = base(f"text/en/{topic}", drop([key]))
    assert len(found) == 1 and found[0].startswith(f"text: {topic}.{key}: used by ")


def test_a_key_that_yaml_reads_as_no_text_is_told(base):
    """`on:` without quotes is true, and the sentence "voice.on" would not be there."""
    assert base("text/zh/voice", lambda content: content.update({True: content.pop("on")}))[0] \
        == "text/zh/voice: True: this key is no text, put it in quotes"


def test_two_excuses_with_the_same_reply_are_told(base):
    def copy(content):
        content["local_no_authority"] = content["local_not_member"]
    found = base("text/zh/excuses", copy)
    assert len(found) == 1 and found[0].startswith("text: excuses.local_…: two excuses get the same reply in zh: ")


def test_a_missing_period_is_told(base):
    (base.folder / "periods" / "court_appeal.yml").unlink()
    assert check.faults(base.folder) == ["periods/court_appeal: there is no such file"]


@pytest.mark.parametrize("name", ["rules/rolling", "figures/overtime_rates", "figures/minimum_wage/510000", "figures/pension_base/110000"])
def test_a_missing_rule_or_figure_is_told(base, name):
    (base.folder / f"{name}.yml").unlink()
    assert check.faults(base.folder) == [f"{name}: there is no such file"]


def test_a_key_that_stands_twice_is_told(base):
    path = base.folder / "periods" / "arbitration.yml"
    path.write_text("unit: days\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    found, = check.faults(base.folder)
    assert found.startswith("periods/arbitration: not YAML: unit stands twice")


@pytest.mark.parametrize("text", ["a: [1,", "from: 2026-02-30", "a: !!bool x", "a: !!timestamp x", "a: !!int x", "[" * 5000])
def test_a_file_that_cannot_be_read_is_named(base, text):
    (base.folder / "rules" / "holidays.yml").write_text(text, encoding="utf-8")
    with pytest.raises(law.LawError, match="rules/holidays.yml"):
        law.read(base.folder)
    found = check.faults(base.folder)
    assert len(found) == 1 and found[0].startswith("rules/holidays: not YAML: ") and "\n" not in found[0]


def test_a_value_may_end_for_good_where_a_note_says_why(base):
    def end(content):
        content["values"][0].update(until=date(2026, 12, 31), note="repealed without a successor")
    assert base("periods/arbitration", end) == []


def test_a_file_is_due_when_nobody_looked_at_it_for_more_than_a_year(base):
    base("periods/arbitration", put(["last_checked"], date(2025, 11, 22)))
    assert check.due(date(2026, 11, 22), base.folder) == []
    assert check.due(date(2026, 11, 23), base.folder) == ["due: periods/arbitration: last checked 2025-11-22"]


def test_a_day_of_checking_that_is_still_to_come_is_a_fault(base):
    base("periods/arbitration", put(["last_checked"], date(2099, 1, 2)))
    assert check.ahead(date(2099, 1, 2), base.folder) == []
    assert check.ahead(date(2099, 1, 1), base.folder) == ["periods/arbitration: last_checked is a day to come: 2099-01-02"]


def test_what_is_due_is_said_aside_and_fails_nothing():
    environment = {"PATH": "/usr/bin:/bin", "BOT_TODAY": "2099-01-01"}
    command = [sys.executable, "-m", "bot", "knowledge", "check"]
    ran = subprocess.run(command, cwd=HERE.parent.parent, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert all(line.startswith("due: ") for line in ran.stderr.splitlines()) and "due: periods/arbitration: " in ran.stderr


def test_the_names_checked_are_the_names_the_code_uses():
    assert set(check.ISSUES) == set(facts.ISSUES) - {"not_labour"}
    assert (check.FORMS, check.BODIES, check.LEVELS) == (facts.EMPLOYMENT_FORMS, facts.BODIES, facts.LEVELS)
    assert (check.REASONS, check.DANGERS, check.CLASSES) == (facts.REASONS, facts.DANGERS, CLASSES)
    assert set(check.DEADLINES) == {IDS.get(builder.__name__, builder.__name__) for builder in BUILDERS}


def test_the_signs_and_situations_checked_are_those_the_code_makes():
    def keys(function):
        return set(re.findall(r'^ +"(\w+)":', inspect.getsource(function), flags=re.M))

    assert keys(routes._signs) == check_names.ROUTE_SIGNS
    assert keys(topics._signs) == check_names.TOPIC_SIGNS
    assert keys(values._signs) | {"ended_worker", "ended_employer", "ended_agreement"} == check_names.PAPER_SIGNS
    assert all(f'"{tag}"' in inspect.getsource(amounts) for tag in check_names.AMOUNT_TAGS)
    assert set(check_names.INJURIES) == set(facts.INJURY_KINDS)


def test_every_sentence_that_the_reasoning_names_exists():
    known = law.load().texts["zh"]
    for path in (HERE.parent / "guidance").rglob("*.py"):
        for key in re.findall(r'text\("([\w.]+)"', path.read_text(encoding="utf-8")):
            assert key in known or key.endswith("."), (path.name, key)
