"""The card: short in every language, the same days, numbers, doors and law in both, danger first, warnings in time."""
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from bot import law
from bot.guidance import facts as names
from bot.guidance.assess import assess
from bot.guidance.context import MONTHS
from bot.guidance.facts import parse_facts
from bot.guidance.route_words import chinese
from tests.guidance import strategies as told

LAW = law.load()
TODAY = date(2026, 11, 22)
FOLDER = Path(__file__).parent.parent / "law"
NUMERALS = {chinese(number): number for number in range(1, 1300)}
LAWS = LAW.rule("bodies")["laws"]


def plain(value):
    """Facts as JSON gives them: days as text."""
    if isinstance(value, dict):
        return {"on" if key is True else key: plain(item) for key, item in value.items()}  # YAML reads a bare on as true
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def card_of(facts, language, today=TODAY):
    return assess(parse_facts({**plain(facts), "language": language}), LAW, today)["card"]


@cache
def told_cases():
    """Every case of tests/law that tells facts: (name, facts, its day)."""
    found = []
    for path in sorted(FOLDER.glob("*/*.yml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            facts = dict(case.get("facts") or {})
            day = facts.pop("as_of", None) or case.get("today") or case.get("as_of") or TODAY
            if facts:
                found.append((f"{path.parent.name}/{path.stem}: {case['name']}", facts, date.fromisoformat(str(day))))
    return found


def worlds():
    """Every issue with every form of work, some jobs, places and dangers."""
    places = [None, "520281", "441900", "110114", "500157", "120000"]
    jobs = ["construction", "food_delivery", "streamer", "domestic_work", None]
    number = 0
    for issue in names.ISSUES:
        for form in (None, *names.EMPLOYMENT_FORMS):
            number += 1
            facts = {"issues": [issue, names.ISSUES[number % 13]] if issue != "not_labour" else [issue], "employment_form": form,
                     "adcode": places[number % len(places)], "occupation": jobs[number % len(jobs)], "people": 1 + number % 20,
                     "dangers": [names.DANGERS[number % 7]] if number % 4 == 0 else list(names.DANGERS) if number % 29 == 0 else []}
            if number % 2:
                facts |= {"started_on": "2025-03-01", "ended_on": "2026-11-01", "amount_owed": 61800.5, "monthly_wage": 5000,
                          "employer": "某某市某某建设工程劳务有限责任公司第三项目部", "platform": "美团"}
            if number % 3 == 0:
                facts |= {"injury": {"on": "2025-11-27", "kind": names.INJURY_KINDS[number % 4]}, "written_debt_note": True,
                          "retaliation_feared": True, "household_place": "四川达州"}
            if number % 5 == 0:
                facts["contacts"] = [{"body": "union", "level": "county", "answer": "deflected", "reason": "not_member"},
                                     {"body": "labour_inspection", "answer": "none"}]
            yield facts


# --- what a card says, whatever its language

MONTH = "|".join(MONTHS)
EN_DAY = re.compile(rf"(\d{{1,2}}) ({MONTH}) (\d{{4}})")
EN_MONTH = re.compile(rf"({MONTH}) (\d{{4}})")
ZH_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
ZH_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
EN_NAMES = {each["en"] for entry in LAWS.values() for each in (entry, entry.get("formerly", {})) if "en" in each}
EN_LAW = re.compile(
    r"(?:[Aa]rticles?|[Pp]oints?) ([\d\-, and]+?) of the (" + "|".join(sorted(map(re.escape, EN_NAMES), key=len, reverse=True)) + ")")
ZH_NAMES = {entry.get("zh", name): entry["en"] for name, entry in LAWS.items()} | {
    entry["formerly"]["name"]: entry["formerly"]["en"] for entry in LAWS.values() if "name" in entry.get("formerly", {})}
ZH_LAW = re.compile("(" + "|".join(sorted(map(re.escape, ZH_NAMES), key=len, reverse=True))
                    + r")((?:、?第[零一二三四五六七八九十百千]+[条点](?:之一)?)+)")


def said(card, language, typed=()):
    """Days, months, articles and the other numbers of a card; without what the worker typed and, in English, the Chinese words to show."""
    text = re.sub(r"Show this at the desk:「.*?」", "", card, flags=re.S)
    for words in typed:
        text = text.replace(words, "")
    if language == "en":
        days = {(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in EN_DAY.findall(text)}
        text = EN_DAY.sub("", text)
        months = {(int(year), MONTHS.index(month) + 1) for month, year in EN_MONTH.findall(text)}
        text = EN_MONTH.sub("", text)
        articles = {(name, int(number)) for numbers, name in EN_LAW.findall(text)
                    for number in re.findall(r"\d+", numbers.replace("-1", ""))}
        text = EN_LAW.sub("", text)
    else:
        days = {(int(year), int(month), int(day)) for year, month, day in ZH_DAY.findall(text)}
        text = ZH_DAY.sub("", text)
        months = {(int(year), int(month)) for year, month in ZH_MONTH.findall(text)}
        text = ZH_MONTH.sub("", text)
        articles = {(ZH_NAMES[name], NUMERALS[numeral]) for name, numbers in ZH_LAW.findall(text)
                    for numeral in re.findall(r"第([零一二三四五六七八九十百千]+)", numbers)}
        text = ZH_LAW.sub("", text)
    numbers = sorted(re.findall(r"\d+(?:[.,]\d+)*", re.sub(r"〔\d{4}〕\d+", "", text)))
    return {"days": days, "months": months, "articles": articles, "numbers": numbers, "doors": doors(text, language)}


def doors(text, language):
    """The bodies a card sends to, in order."""
    labels = {body: LAW.text(f"routes.short_{body}", language) for body in names.BODIES if body != "union"}
    union = "Federation of Trade Unions|federation of trade unions|union" if language == "en" else "总工会|工会"
    found = []
    for line in text.splitlines():
        if re.match(r"\d\. |📞 ", line):
            name = re.sub(r"^(\d\. |📞 (Call|First|先打|先找)[：:] ?)", "", line)
            body = next((body for body, label in labels.items() if name.startswith(label)), None)
            found.append(body or ("union" if re.search(union, name) else name))
    return found


def check_both(facts, today=TODAY):
    typed = [facts[key] for key in ("employer", "platform") if facts.get(key)]
    zh, en = card_of(facts, "zh", today), card_of(facts, "en", today)
    assert len(zh) <= 1200 and len(en) <= 1200, (len(zh), len(en), facts)
    assert said(zh, "zh", typed) == said(en, "en", typed), (zh, en)
    assert len(zh.splitlines()) + ("Show this at the desk:" in en) == len(en.splitlines()), (zh, en)
    for card in (zh, en):
        assert not re.search(r"\{\w+\}|\[\S+ [\d,]+\]|^\?|None", card, flags=re.M), card


@pytest.mark.parametrize(("name", "facts", "today"), told_cases(), ids=[name for name, _, _ in told_cases()])
def test_the_cards_of_every_lawyers_case_are_short_and_say_the_same_in_both_languages(name, facts, today):
    check_both(facts, today)


def test_the_cards_of_every_issue_and_form_are_short_and_say_the_same_in_both_languages():
    for facts in worlds():
        check_both(facts)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(told.cases)
def test_the_cards_of_random_cases_are_short_and_say_the_same_in_both_languages(facts):
    check_both(facts)


# --- what stands on it

WAGES = {"issues": ["wage_arrears", "no_contract"], "adcode": "520281", "occupation": "construction", "employment_form": "subcontracted",
         "started_on": "2025-03-01", "ended_on": "2026-06-30", "amount_owed": 61800, "written_contract": False}


def test_a_card_tells_what_happened_until_when_where_to_go_what_to_say_what_to_bring_and_what_not_to_sign():
    card = card_of(WAGES, "zh")
    for words in ("61,800 元", "2027年6月30日", "盘州市总工会 0858-12351", "这样说", "带上", "不要签空白纸"):
        assert words in card
    assert card.index("📋") < card.index("⏰") < card.index("📞") < card.index("1. ") < card.index("⚠️")


def test_danger_stands_first_on_every_card_that_knows_of_it():
    for danger in names.DANGERS:
        for issue in ("wage_arrears", "not_labour"):
            for language in ("zh", "en"):
                card = card_of({"issues": [issue], "adcode": "520281", "dangers": [danger]}, language)
                assert card.startswith("🆘") and LAW.text(f"card.danger_{danger}", language) in card.splitlines()[0]


def test_a_question_beside_work_is_sent_to_the_free_legal_advice_line():
    for language in ("zh", "en"):
        assert "12348" in card_of({"issues": ["not_labour"]}, language)


def test_when_days_are_left_the_place_to_hand_the_paper_in_comes_before_the_union():
    near = {"issues": ["wage_arrears"], "adcode": "520281", "employment_form": "employee", "ended_on": "2025-11-25"}
    card = card_of(near, "zh")
    assert "📞 先找：劳动仲裁委" in card and "法律援助可以先办后补材料" in card
    far = card_of({**near, "ended_on": "2026-06-30"}, "zh")
    assert "📞 先打：盘州市总工会" in far


@pytest.mark.parametrize(("facts", "warned"), [
    ({"issues": ["wage_arrears"], "still_employed": True, "employment_form": "employee"}, "走之前书面写清这个原因"),
    ({"issues": ["wage_arrears"], "employment_form": "subcontracted"}, "只拿包工头个人的欠条"),
    ({"issues": ["dismissal"], "ended_on": "2025-11-25", "employment_form": "employee"}, "马上打 12348"),
    ({"issues": ["overtime_rest"], "retaliation_feared": True}, "先不找企业工会"),
    ({"issues": ["wage_arrears"], "arbitration": {"accepted_on": "2026-11-02"}}, "开庭千万别缺席"),
    ({"issues": ["wage_arrears"], "people": 12}, "推 3 到 5 个代表")])
def test_the_warning_is_given_while_it_still_helps(facts, warned):
    result = assess(parse_facts({**facts, "language": "zh"}), LAW, TODAY)
    assert warned in " ".join(result["warnings"])


def test_no_word_of_the_card_calls_to_gather_or_threaten():
    forbidden = re.compile(r"聚集|堵门|堵路|拉横幅|罢工|上街|闹事|曝光|gather|protest|blockade|strike|expose", re.IGNORECASE)
    for language in ("zh", "en"):
        for key, text in LAW.texts[language].items():
            if key.startswith(("card.", "topics.", "warnings.")):
                assert not forbidden.search(text), key
