"""Dates, lengths of time and sums, each alone."""

from datetime import date

import pytest

from bot.understanding import dates, language, money, numbers

TODAY = date(2026, 11, 22)

ZH = {"2020年12月1号": ("2020-12-01", True), "去年三月": ("2025-03-01", False), "前年年底": ("2024-12-01", False),
      "上个月15号": ("2026-10-15", True), "今年正月": ("2026-02-17", False), "正月初八": ("2026-02-24", True),
      "腊月二十三": ("2026-02-10", True), "春节前": ("2026-02-16", False), "2024年春节": ("2024-02-10", True),
      "国庆后": ("2026-10-01", False), "去年国庆": ("2025-10-01", True), "2021.6": ("2021-06-01", False), "21年6月": ("2021-06-01", False),
      "二〇二一年五月": ("2021-05-01", False), "6月3号": ("2026-06-03", True), "12月5日": ("2025-12-05", True), "昨天": ("2026-11-21", True),
      "上周五": ("2026-11-13", True), "三年前": ("2023-11-22", False), "三天前": ("2026-11-19", True), "农历八月十五": ("2026-09-25", True),
      "十月底": ("2026-10-21", False), "2020-12-01": ("2020-12-01", True), "20201201": ("2020-12-01", True), "明年三月": ("2027-03-01", False)}
EN = {"3 March 2024": ("2024-03-03", True), "March 3rd, 2024": ("2024-03-03", True), "last March": ("2026-03-01", False),
      "three months ago": ("2026-08-22", False), "since October 2019": ("2019-10-01", False), "last Friday": ("2026-11-20", True),
      "the 15th of last month": ("2026-10-15", True), "the end of last year": ("2025-12-01", False), "early 2021": ("2021-01-01", False),
      "before Spring Festival": ("2026-02-16", False), "13/04/2024": ("2024-04-13", True), "yesterday": ("2026-11-21", True),
      "June 3": ("2026-06-03", True), "a year and a half ago": ("2025-05-22", False)}


@pytest.mark.parametrize("lang, text, wanted", [("zh", *item) for item in ZH.items()] + [("en", *item) for item in EN.items()])
def test_date(lang, text, wanted):
    found = dates.find(language.squeeze(text)[0], lang, TODAY)
    assert [(one.day.isoformat(), one.exact) for one in found] == [wanted]


@pytest.mark.parametrize("lang, text, days", [
    ("zh", "三月到五月", ["2026-03-01", "2026-05-01"]), ("zh", "2019年10月干到2020年12月", ["2019-10-01", "2020-12-01"]),
    ("zh", "去年十月到今年三月", ["2025-10-01", "2026-03-01"]), ("zh", "2020年11月到3月", ["2020-11-01", "2021-03-01"]),
    ("en", "from March to May", ["2026-03-01", "2026-05-01"]), ("en", "October 2019 until December 2020", ["2019-10-01", "2020-12-01"])])
def test_range(lang, text, days):
    found = dates.find(language.squeeze(text)[0], lang, TODAY)
    assert [one.day.isoformat() for one in found] == days
    assert [one.side for one in found] == ["from", "to"]


@pytest.mark.parametrize("lang, text", [("zh", "十一个月"), ("zh", "一月3000"), ("zh", "干了21年"), ("zh", "十一个人"), ("zh", "三个月工资"), ("zh", "3号楼"), ("zh", "每月10号发工资"),
                                        ("zh", "1.5万"), ("en", "I may go"), ("en", "300 a day"), ("en", "2,000 yuan")])
def test_no_date(lang, text):
    assert dates.find(language.squeeze(text)[0], lang, TODAY) == []


@pytest.mark.parametrize("lang, text, months, days, exact", [
    ("zh", "拖了三个月", 3, 0, True), ("zh", "干了半年", 6, 0, True), ("zh", "一年多", 12, 0, False), ("zh", "两年半", 30, 0, True),
    ("zh", "一个半月", 1, 15, True), ("zh", "四十天", 0, 40, True), ("en", "two and a half years", 30, 0, True), ("en", "over a year", 12, 0, False),
    ("en", "forty days", 0, 40, True)])
def test_duration(lang, text, months, days, exact):
    (one,) = dates.durations(language.squeeze(text)[0], lang)
    assert (one.months, one.days, one.exact) == (months, days, exact)


@pytest.mark.parametrize("text, value, exact", [
    ("一万二", 12000, True), ("两万一", 21000, True), ("一万八千五", 18500, True), ("四万零八百", 40800, True), ("一百六十七万", 1670000, True),
    ("6万1千8", 61800, True), ("1.2万", 12000, True), ("3k", 3000, True), ("三四万", 30000, False), ("十几万", 100000, False), ("三百五", 350, True),
    ("一千零五十", 1050, True), ("二十五", 25, True), ("3万零500", 30500, True)])
def test_number(text, value, exact):
    assert numbers.chinese(text) == (value, exact)


@pytest.mark.parametrize("lang, text, value, exact, per", [
    ("zh", "六万多", 60000, False, None), ("zh", "40,800元", 40800, True, None), ("zh", "每天三百", 300, True, "day"), ("zh", "每月6000", 6000, True, "month"),
    ("zh", "底薪三千", 3000, True, "month"), ("zh", "一天200", 200, True, "day"), ("zh", "300块一天", 300, True, "day"), ("zh", "万把块", 10000, False, None),
    ("zh", "一小时18", 18, True, "hour"), ("en", "RMB 21,000", 21000, True, None), ("en", "40,800 yuan", 40800, True, None), ("en", "3k", 3000, True, None),
    ("en", "1.67 million yuan", 1670000, True, None), ("en", "over 60,000", 60000, False, None), ("en", "200 yuan a day", 200, True, "day")])
def test_sum(lang, text, value, exact, per):
    (one,) = money.find(language.squeeze(text)[0], lang)
    assert (one.value, one.exact, one.per) == (value, exact, per)


@pytest.mark.parametrize("lang, text", [("zh", "打12345"), ("zh", "我们19个人"), ("zh", "13812345678"), ("zh", "三个月工资"), ("zh", "一块干活的"), ("zh", "一共五家公司"),
                                        ("en", "call 12345"), ("en", "19 workers"), ("en", "four months")])
def test_no_sum(lang, text):
    assert money.find(language.squeeze(text)[0], lang) == []


@pytest.mark.parametrize("text, script, detected", [
    ("老板欠我钱", "han", "zh"), ("my boss owes me", "latin", "en"), ("👍👍", "none", None), ("12345", "none", None), ("Привет", "other", None),
    ("สวัสดี", "other", None), ("مەن ئىشچى", "other", None), ("བཀྲ་ཤིས", "other", None), ("BOSS直聘", "han", "zh"), ("ｈｅｌｌｏ", "latin", "en")])
def test_language(text, script, detected):
    assert (language.script(text), language.detect(text)) == (script, detected)
