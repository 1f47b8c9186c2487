"""An office's own number comes before the generic one, with the day on which it was checked; without a directory nothing changes."""
from datetime import date

import pytest

from bot import law
from bot.guidance import routes
from bot.guidance.assess import assess, context_of
from bot.guidance.card import LIMIT
from bot.guidance.directory import Office, find
from bot.guidance.facts import parse_facts

LAW, TODAY = law.load(), date(2026, 11, 22)
FACTS = {"issues": ["wage_arrears", "no_contract"], "adcode": "520281", "occupation": "construction", "amount_owed": 61800,
         "ended_on": "2026-06-30", "started_on": "2019-10-10"}
UNION = Office("union", "county", "520281", "盘州市总工会职工服务中心", ("0858-3600000",), date(2026, 11, 2),
               "Panzhou union service centre", "胜境大道 1 号", "工作日 9–17 点")
INSPECTION = Office("labour_inspection", "county", "520281", "盘州市劳动保障监察大队", ("0858-3611111", "0858-3622222"), date(2026, 10, 9))
POLICE = Office("police", "county", "520281", "胜境派出所", ("0858-3633333",), date(2026, 10, 9))


def assessed(*offices: Office, language="zh", **facts) -> dict:
    return assess(parse_facts({**FACTS, **facts, "language": language}), LAW, TODAY, offices)


def route(result: dict, body: str, level: str = "county") -> dict:
    return next(one for one in result["routes"] if (one["body"], one["level"]) == (body, level))


def test_the_offices_own_number_stands_before_the_generic_one():
    union = route(assessed(UNION), "union")
    assert union["phones"] == ["0858-3600000", "0858-12351"] and union["name"] == "盘州市总工会职工服务中心"
    assert union["office"] == {"name": UNION.name, "phones": ["0858-3600000"], "address": "胜境大道 1 号", "hours": "工作日 9–17 点",
                               "checked_on": "2026-11-02"}
    assert route(assessed(INSPECTION), "labour_inspection")["phones"] == ["0858-3611111", "0858-3622222", "12333"]


@pytest.mark.parametrize("language, said", [("zh", "盘州市总工会职工服务中心 0858-3600000〔2026年11月2日核对〕 / 0858-12351"),
                                            ("en", "Panzhou union service centre 0858-3600000 [checked 2 November 2026] / 0858-12351")])
def test_the_card_says_the_number_and_the_day_it_was_checked(language, said):
    card = assessed(UNION, INSPECTION, language=language)["card"]
    assert said in card and len(card) <= LIMIT


def test_the_day_follows_the_last_of_the_offices_numbers():
    assert "0858-3611111 / 0858-3622222〔2026年10月9日核对〕 / 12333" in " ".join(assessed(INSPECTION)["steps"])


def test_without_an_entry_all_is_as_before():
    plain, other = assessed(), assessed(Office("union", "county", "440306", "宝安", ("0755-27770000",), TODAY))
    assert plain == other and route(plain, "union")["phones"] == ["0858-12351"] and route(plain, "union")["office"] is None


def test_of_two_entries_the_one_checked_last_is_told():
    older = Office("union", "county", "520281", "旧", ("0858-1111111",), date(2025, 1, 1))
    assert route(assessed(older, UNION), "union")["phones"][0] == "0858-3600000"


def test_nobody_in_danger_waits_for_an_offices_line():
    police = route(assessed(POLICE, dangers=["violence"]), "police")
    assert police["phones"] == ["110", "120", "0858-3633333"]


def test_the_union_of_a_street_or_a_workplace_is_never_guessed():
    township = Office("union", "township", "520281", "亦资街道总工会", ("0858-3644444",), TODAY)
    assert find([township], "union", "township", "520281") is None


def test_the_door_named_after_a_refusal_has_its_own_number_too():
    above = Office("union", "prefecture", "520200", "六盘水市总工会", ("0858-8200000",), TODAY)
    ctx, _ = context_of(parse_facts(FACTS), LAW, TODAY, (above,))
    assert routes.reply_to(ctx, "not_member", "union", "county", "520281", "zh")["next"]["phones"] == ["0858-8200000", "0858-12351"]
