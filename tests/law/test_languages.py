"""A third language is data: a folder of sentences. The Traditional Chinese one shows it."""
import shutil
from datetime import date

import pytest

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import parse_facts
from bot.law import check, languages
from bot.telegram import updates
from bot.understanding.script import script_of
from tests.law.test_deadlines import CASES, plain

OFTEN_SIMPLIFIED = set("这说对应开门钱样见电话东车长问间时时会动业务劳险伤员证据")


def assessed(case, language):
    facts = parse_facts({**plain(case["facts"]), "as_of": case["as_of"].isoformat(), "language": language})
    return assess(facts, law.load(), case["as_of"])


@pytest.mark.parametrize("case", CASES[::12], ids=lambda case: case["name"])
def test_a_traditional_card_says_what_the_simplified_one_says_in_traditional_characters(case):
    card = assessed(case, "zh-Hant")["card"]
    assert card == languages.in_its_script(assessed(case, "zh")["card"], "zh-Hant")
    assert not OFTEN_SIMPLIFIED & set(card)


def test_ids_dates_and_the_names_of_laws_stay_as_they_are():
    plainly, traditional = (assessed(CASES[0], language) for language in ("zh", "zh-Hant"))
    assert [(row["id"], row["last_day"], row["law"]) for row in traditional["deadlines"]] == [
        (row["id"], row["last_day"], row["law"]) for row in plainly["deadlines"]]
    assert [(route["body"], route["adcode"], route["phones"]) for route in traditional["routes"]] == [
        (route["body"], route["adcode"], route["phones"]) for route in plainly["routes"]]


@pytest.mark.parametrize(("text", "script"), [
    ("老闆欠我三個月工資，沒簽合同", "traditional"), ("老板欠我三个月工资，没签合同", None), ("我在台北", None),
    ("著名的老板欠我工资", None),
    ("he said 工資, 勞動", "traditional"), ("", None), ("123", None),
])
def test_the_script_of_a_message(text, script):
    assert script_of(text) == script


@pytest.mark.parametrize(("spoken", "script", "answered_in"), [
    ("zh", "traditional", "zh-Hant"), ("zh", None, "zh"), ("en", None, "en"), (None, None, None), ("en", "traditional", "en")])
def test_the_language_to_answer_in(spoken, script, answered_in):
    assert languages.variant(spoken, script) == answered_in


@pytest.mark.parametrize(("code", "language"), [
    ("zh-hans", "zh"), ("zh-hant", "zh-Hant"), ("zh-Hant-TW", "zh-Hant"), ("zh", "zh"),
    ("en-GB", "en"), ("zhuang", None), ("fr", None), (None, None)])
def test_the_language_a_telegram_is_set_to(code, language):
    assert updates.language(code) == language


@pytest.mark.parametrize(("words", "code"), [
    ("说英文", "en"), ("English please", "en"), ("換成繁體中文", "zh-Hant"), ("traditional Chinese", "zh-Hant"),
    ("讲普通话", "zh"), ("法语", None)])
def test_a_language_asked_for_by_name(words, code):
    assert languages.asked_for(words) == code


@pytest.fixture
def with_another(tmp_path, monkeypatch):
    """The knowledge base with one more language: a folder with two files, one sentence of its own."""
    folder = tmp_path / "law"
    shutil.copytree(law.HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "text" / "vi").mkdir()
    (folder / "text" / "vi" / "language.yml").write_text("name: Tiếng Việt\ncalled: [tiếng việt]\nlike: en\n")
    (folder / "text" / "vi" / "dialogue.yml").write_text("greet: Xin chào! Chuyện gì đã xảy ra?\n")
    monkeypatch.setattr(languages, "TEXTS", folder / "text")
    languages.known.cache_clear()
    yield folder
    languages.known.cache_clear()


def test_one_folder_makes_a_language(with_another):
    book = law.read(with_another)
    assert book.languages == ["en", "zh", "vi", "zh-Hant"]
    assert book.text("dialogue.greet", "vi").startswith("Xin chào") and book.text("dialogue.forget_yes", "vi") == "Delete everything"
    facts = parse_facts({"language": "vi", "issues": ["wage_arrears"], "place": "贵州盘州", "adcode": "520281", "ended_on": "2026-09-30"})
    assert "30 September 2027" in assess(facts, book, date(2026, 11, 22))["card"]
    assert languages.asked_for("nói tiếng Việt") == "vi"
    assert not [fault for fault in check.faults(with_another) if "vi" in fault]


def test_its_sentences_must_fill_in_the_same_fields_and_stand_in_for_one_that_is_there(with_another):
    (with_another / "text" / "vi" / "dialogue.yml").write_text("greet: '{name}, xin chào'\nno_such_sentence: '?'\n")
    found = "\n".join(check.faults(with_another))
    assert "text/vi: dialogue.greet: other {fields}" in found and "text/vi: dialogue.no_such_sentence: no such sentence" in found


def test_a_language_like_one_that_is_not_there_is_told(with_another):
    (with_another / "text" / "vi" / "language.yml").write_text("name: Tiếng Việt\nlike: fr\n")
    assert "text/vi: like fr, which is no language written in full" in check.faults(with_another)
