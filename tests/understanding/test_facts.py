"""Facts read from messages: told cases in YAML, and what must hold for any text at all."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings, strategies as st

from bot.understanding import facts, language, matchers

_HERE = Path(__file__).parent


def _cases():
    for name in ("zh", "en"):
        told = yaml.safe_load((_HERE / f"facts_{name}.yml").read_text(encoding="utf-8"))
        for case in told["cases"]:
            yield pytest.param(name, told["today"], case, id=f"{name}-{case['text'][:40]}-{case.get('expecting', '')}")


def _plain(value):
    """YAML reads a bare day as a date; facts hold ISO text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _matches(fact, wanted, got):
    if fact == "contacts":
        return len(wanted) == len(got) and all(all(have.get(key) == value for key, value in want.items())
                                               for want, have in zip(wanted, got))
    return wanted == got


@pytest.mark.parametrize("lang, today, case", _cases())
def test_told(lang, today, case):
    found = {one.fact: one for one in facts.find(case["text"], language=lang, today=today, expecting=case.get("expecting"))}
    told = {fact: one.value for fact, one in found.items()}
    for fact, value in (case.get("expect") or {}).items():
        assert fact in told, f"{fact} not read: {told}"
        assert _matches(fact, _plain(value), told[fact]), f"{fact}: {told[fact]!r}"
    for fact in case.get("absent") or ():
        assert fact not in told, f"{fact} read as {told[fact]!r}"
    if case.get("only"):
        assert not set(told) - set(case.get("expect") or ()) - set(case.get("may") or ()), told
    for key, exact in (("guessed", False), ("sure", True)):
        for fact in case.get(key) or ():
            assert found[fact].exact is exact, f"{fact} exact is {found[fact].exact}"


def test_spans_point_into_the_text_as_typed():
    text = "你好\u200b，沒簽\u200b合同，欠４０，８００元"
    found = {one.fact: one for one in facts.find(text, language="zh", today=date(2026, 11, 22))}
    assert text[found["written_contract"].start:found["written_contract"].end] == "沒簽\u200b合同"
    assert found["amount_owed"].value == 40800
    assert "４０，８００" in text[found["amount_owed"].start:found["amount_owed"].end]


def test_enough_cases():
    zh, en = (yaml.safe_load((_HERE / f"facts_{name}.yml").read_text(encoding="utf-8"))["cases"] for name in ("zh", "en"))
    assert len(zh) >= 300 and len(en) >= 110


@pytest.mark.parametrize("asked", ["started_on", "ended_on", "injury.on", "amount_owed", "monthly_wage", "people", "born", "employer"])
@pytest.mark.parametrize("lang, text", [
    ("zh", "我在工厂上做错事工厂罚款我四千，2018年1月28日晚7点才通知我们，请了二十天假，第38条说的那个我也看了"),
    ("zh", "本人妻子生于1966年06月22日，家里三个孩子，老板想给12000了结"),
    ("en", "They fined me 500 on a day in March 2024, article 38 says something else, and my colleague paid 30 yuan for 12 days")])
def test_a_long_story_answers_no_question_for_sure(lang, text, asked):
    """What the bot asked for is taken without a further question when it is exact, so a story must never give it so."""
    found = {one.fact: one for one in facts.find(text, language=lang, today=date(2026, 11, 22), expecting=asked)}
    assert asked not in found or not found[asked].exact


_PIECES = st.sampled_from(list("没签合同欠我六万多去年三月工会说不是会员，。？12345,.-/ \n\u200b😀年月号块元干到从") +
                          ["2019年10月", "三个月", "总工会", "上个月15号", "9" * 400, "万" * 50, "owed ", "since ", "生于", "salary ", "contrct ", "不予受理", "被机器", "and ", "三百一天", "七八九月", "between ", "5-6k", "从重庆到阜新", "\ud800", "\x00", "İ", "half a year "])
_ASKED = st.sampled_from([None, "started_on", "amount_owed", "written_contract", "people", "born", "contacts", "claimed_on", "place",
                          "employer", "ended_by", "monthly_wage", "control.sets_price", "no_such_fact"])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join)), st.sampled_from(["zh", "en"]), _ASKED,
       st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_no_text_raises(text, lang, asked, today):
    for one in facts.find(text, language=lang, today=today, expecting=asked):
        assert 0 <= one.start <= one.end <= len(text)
    language.detect(text)
    assert len(language.simplify(text)) == len(text)


_LONG = ["欠" * 10_000, "9" * 10_000, "一" * 10_000, "2019年10月到" * 1200, "没签合同，" * 2000, "owes me 300 a day " * 550,
                                  "1," * 5000, "a " * 5000, "工会说不是会员，" * 1200, "😀" * 10_000, "十" * 10_000, "twenty " * 1400, "公司" * 5000]


@pytest.mark.parametrize("text", _LONG, ids=range(len(_LONG)))
def test_long_text_ends(text):
    for lang in ("zh", "en"):
        facts.find(text, language=lang, today=date(2026, 11, 22))


def _excuses():
    for reason, lists in matchers.lexicon("excuses").items():
        for lang, frame, gap in (("zh", "我打了工会的电话，工会说{}", "这个"), ("en", "I called the union and they said {}", " ")):
            assert len(lists[lang]) >= 12
            for phrase in lists[lang]:
                yield lang, frame.format(phrase.replace("…", gap)), reason


def test_every_excuse_of_the_lexicon_is_read_as_its_reason():
    for lang, text, reason in _excuses():
        told = {one.fact: one.value for one in facts.find(text, language=lang, today=date(2026, 11, 22))}
        assert (told["contacts"][0]["body"], told["contacts"][0]["reason"]) == ("union", reason), text


def test_what_is_read_fits_the_contract():
    """Every fact read from the told cases is one that `assess` accepts."""
    known = matchers.lexicon("bodies")
    for param in _cases():
        lang, today, case = param.values
        for one in facts.find(case["text"], language=lang, today=today):
            if one.fact == "contacts":
                for contact in one.value:
                    assert contact["body"] in known["bodies"]
                    assert contact["level"] is None or contact["level"] in known["levels"]
                    assert contact["answer"] in (None, "none", "answered", "acting", "deflected")
            elif one.fact == "occupation":
                assert one.value in matchers.lexicon("occupations")
