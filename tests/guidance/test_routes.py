"""Which doors, in which order, and what to answer: cases a union lawyer can read (tests/law/routes), and what holds for every case."""
import itertools
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot import law
from bot.guidance import documents, route_words, routes
from bot.guidance.context import Context
from bot.guidance.facts import BODIES, DANGERS, EMPLOYMENT_FORMS, ISSUES, LEVELS, OCCUPATIONS, REASONS, parse_facts
from bot.law import places

LAW = law.load()
CASES = [case for path in sorted((Path(__file__).parent.parent / "law" / "routes").glob("*.yml"))
         for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
TODAY = date(2026, 11, 22)
ANSWERED = [reason for reason in REASONS if reason not in ("no_answer", "other")]
# Nothing that could be read as a call to gather, block or threaten, and no promise.
FORBIDDEN = re.compile(r"聚集|集会|堵门|堵路|拉横幅|罢工|上街|游行|闹事|跳楼|保证赢|一定赢|一定能|包赢|曝光|媒体|"
                       r"gather|rally|protest|blockade|strike|expose|guarantee|will win(?!\")|surely", re.IGNORECASE)


def context(facts, language="zh", today=TODAY, relationship="unclear"):
    facts = parse_facts(facts)
    return Context(facts, LAW, today, language, tuple(facts.issues or ()), relationship)


def of_case(case, language="zh"):
    return context(case["facts"], language, case["today"], case.get("relationship", "unclear"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    built = routes.build(of_case(case))
    cited = {f"{article['name']} {article['article']}" for route in built for article in route["law"]}
    for expected, route in zip(case.get("starts", ()), built):
        assert {key: route[key] for key in expected} == expected
    assert len(built) >= len(case.get("starts", ()))
    if "unions" in case:
        assert [" ".join(filter(None, (r["level"], r["adcode"]))) for r in built if r["body"] == "union"] == case["unions"]
    if "others" in case:
        assert [r["body"] for r in built if r["body"] != "union"] == case["others"]
    assert not {r["body"] for r in built} & set(case.get("absent", ()))
    assert set(case.get("law", ())) <= cited
    assert not set(case.get("not_law", ())) & cited
    for words in case.get("says", ()):
        assert words in " ".join(r["say"] for r in built)
    for words in case.get("whys", ()):
        assert words in " ".join(r["why"] for r in built)
    if "last_why" in case:
        assert case["last_why"] in built[-1]["why"]
    if "documents" in case:
        assert documents.build(of_case(case)) == case["documents"]


def combinations():
    """Many worlds: every issue, form, occupation, danger and place, alone and in pairs, before and after laws changed."""
    adcodes = [None, "520281", "520200", "520000", "110114", "110000", "441900", "429004", "440306"]
    for number, (issue, form, occupation) in enumerate(itertools.product(ISSUES, EMPLOYMENT_FORMS, OCCUPATIONS)):
        if number % 5:
            continue
        facts = {"issues": sorted({issue, ISSUES[number % len(ISSUES)]}, key=ISSUES.index), "employment_form": form,
                 "occupation": occupation, "adcode": adcodes[number % len(adcodes)]}
        if number % 3 == 0:
            facts["dangers"] = [DANGERS[number % len(DANGERS)]]
        if number % 4 == 0:
            facts |= {"enterprise_union": True, "criminal_case": number % 8 == 0, "people": 12, "written_debt_note": True,
                      "amount_owed": 40800.5, "employer": "{place} [工会法 1] \n ltd", "injury": {"on": "2026-05-03", "kind": "accident"}}
        if number % 2:
            facts["contacts"] = [{"body": BODIES[number % len(BODIES)], "level": LEVELS[number % len(LEVELS)],
                                  "answer": ("none", "deflected", "acting")[number % 3], "reason": REASONS[number % len(REASONS)]},
                                 {"body": "union", "answer": "deflected", "reason": "not_member"}]
        today = (date(2020, 6, 1), date(2021, 12, 31), date(2026, 6, 30), TODAY)[number % 4]
        yield facts, today, ("labour_relationship", "not_fully_conforming", "civil", "unclear")[number // 5 % 4]


WORLDS = list(combinations())


@cache
def built_in(language):
    """Every world with its routes, built once a language."""
    contexts = [context(facts, language, today, relationship) for facts, today, relationship in WORLDS]
    return [(ctx, routes.build(ctx)) for ctx in contexts]


def every_route(language="zh"):
    return [(ctx, route) for ctx, built in built_in(language) for route in built]


def test_every_union_route_answers_the_seven_excuses_each_in_its_own_words_with_an_article():
    seen = set()
    for _, route in every_route():
        if route["body"] == "union":
            seen.add(route["level"])
            assert [reply["reason"] for reply in route["if_refused"]] == ANSWERED
            assert len({reply["reply"] for reply in route["if_refused"]}) == len(ANSWERED)
            assert all(reply["law"] for reply in route["if_refused"])
    assert seen == set(LEVELS)


def test_other_bodies_carry_only_replies_with_an_article_and_are_at_most_six():
    for _, built in built_in("zh"):
        others = [r for r in built if r["body"] != "union"]
        assert len(others) <= 6
        assert len({r["body"] for r in others}) == len(others)
        for route in others:
            assert all(reply["reply"] and reply["law"] for reply in route["if_refused"])


def test_every_route_says_why_and_what_to_say_with_nothing_left_unfilled():
    for language in ("zh", "en"):
        for ctx, route in every_route(language):
            for text in (route["why"], route["say"], *(reply["reply"] for reply in route["if_refused"])):
                assert text.strip(), route["id"]
                ours = text.replace(" ".join((ctx.facts.employer or "\0").split()), "")
                assert not re.search(r"[{}\[\]?]\w|\?!", ours.replace("?", "? ")) and not re.search(r"\bNone\b", ours), (route["id"], ours)


def test_without_a_place_there_is_no_code_no_name_and_no_area_code():
    for ctx, route in every_route():
        if ctx.facts.adcode is None:
            assert route["adcode"] is None and route["name"] is None
            assert not any("-" in phone for phone in route["phones"])
            assert "010-12351" not in route["why"]


def test_codes_are_of_the_level_the_route_names():
    for _ctx, route in every_route():
        place = places.get(route["adcode"])
        if place and route["level"] in ("county", "prefecture", "province"):
            assert place.level == route["level"]
        if route["level"] == "national":
            assert route["adcode"] is None


def test_the_orders_count_up_from_one_and_danger_comes_before_the_union():
    for ctx, built in built_in("zh"):
        assert [route["order"] for route in built] == list(range(1, len(built) + 1))
        if set(ctx.facts.dangers) & {"violence", "heat_stroke", "self_harm", "forced_labour", "child_labour"}:
            assert built[0]["phones"][0] in ("110", "120", "12356")


def test_the_ladder_goes_up_and_a_union_that_said_no_stands_after_those_that_have_not():
    rank = {level: number for number, level in enumerate(LEVELS) if level != "industry"}
    for ctx, built in built_in("zh"):
        refused = {r.level for r in routes.ladder(ctx, routes.signs(ctx)) if r.refused}
        levels = [r["level"] for r in built if r["body"] == "union"]
        fresh = [level for level in levels if level not in refused]
        assert levels == fresh + [level for level in levels if level in refused]
        climb = [rank[level] for level in fresh if level in rank]
        assert climb == sorted(climb)


def test_a_door_that_said_no_is_named_again_only_with_what_has_changed():
    for language, changed in (("zh", "上次"), ("en", "last time|so far|again")):
        for ctx, route in every_route(language):
            refused = {r.level for r in routes.ladder(ctx, routes.signs(ctx)) if r.refused} if route["body"] == "union" else set()
            if route["level"] in refused:
                assert re.search(changed, route["why"])


def test_both_languages_name_the_same_doors_numbers_and_articles():
    keys = ("order", "id", "body", "level", "adcode", "phones", "law")
    for (_, zh), (_, en) in zip(built_in("zh"), built_in("en")):
        pair = zh, en
        assert [[r[key] for key in keys] for r in pair[0]] == [[r[key] for key in keys] for r in pair[1]]
        assert [[(x["reason"], x["law"]) for x in r["if_refused"]] for r in pair[0]] == [
            [(x["reason"], x["law"]) for x in r["if_refused"]] for r in pair[1]]


def test_english_readers_get_the_chinese_sentence_to_show():
    for (_, zh), (_, en) in zip(every_route("zh"), every_route("en")):
        assert zh["say"] in en["say"]
        assert all(a["reply"] in b["reply"] for a, b in zip(zh["if_refused"], en["if_refused"]))


def test_nothing_calls_to_gather_or_threaten_and_nothing_promises_a_win():
    for language in ("zh", "en"):
        for key, text in LAW.texts[language].items():
            if key.startswith(("routes.", "excuses.")):
                assert not FORBIDDEN.search(text), (key, FORBIDDEN.search(text))


def conditions_and_articles(text):
    return [(line.partition(":")[0] if line.startswith("?") else "", re.findall(r"\[[^\]]+\]", line)) for line in text.splitlines()]


def test_every_text_quotes_the_same_articles_under_the_same_conditions_in_both_languages():
    for key, zh in LAW.texts["zh"].items():
        if key.startswith(("routes.", "excuses.")):
            en = LAW.texts["en"][key]
            assert conditions_and_articles(zh) == conditions_and_articles(en), key
            assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), key


def test_every_way_has_its_texts_and_every_condition_a_known_sign():
    bodies = LAW.rule("bodies")
    held = {sign for ctx, _ in built_in("zh") for sign in routes.signs(ctx)}
    source = Path(routes.__file__).read_text(encoding="utf-8")
    known = held | {f"danger_{danger}" for danger in DANGERS} | {"injury_occupational_disease", *bodies["laws"]} | set(
        re.findall(r'"(\w+)":', source)) | {"has_next", "has_lower", "turned_away_below", "lowest_union"} | {
            *ISSUES, *bodies["wage_channels"].values()}
    union = bodies["union"]
    ways = [way for body in bodies["bodies"].values() for way in body["ways"]]
    for condition in [*ways, union["enterprise"], union["township"], union["industry"], union["ladder"]]:
        for word in [*condition.get("all", ()), *condition.get("any", ()), *condition.get("none", ())]:
            assert word in known, word
    for way in ways:
        for language in LAW.languages:
            assert LAW.has_text(f"routes.{way['id']}_why", language) and LAW.has_text(f"routes.{way['id']}_say", language)
    for language in LAW.languages:
        for key, text in LAW.texts[language].items():
            if key.startswith(("routes.", "excuses.")):
                for line in text.splitlines():
                    if line.startswith("?"):
                        assert all(word.lstrip("!") in known for word in re.split(r"[&|]", line[1:].partition(":")[0])), (key, line)
                for name in re.findall(r"\[(\S+) [^\]]+\]", text):
                    assert name in bodies["laws"], name


def test_articles_of_the_union_law_are_those_that_answer_the_excuse():
    reply = {r["reason"]: {f"{a['name']} {a['article']}" for a in r["law"]}
             for r in routes.build(context({"issues": ["wage_arrears"], "adcode": "520281"}))[0]["if_refused"]}
    assert {"工会法 3", "工会法 30"} <= reply["not_member"]
    assert {"工会法 11", "劳动争议调解仲裁法 21"} <= reply["other_jurisdiction"]
    assert {"工会法 23", "工会法 26"} <= reply["no_authority"]
    assert {"工会法 6", "工会法 23"} <= reply["out_of_scope"]
    assert {"工会法 10", "工会法 30"} <= reply["other_level_or_department"]
    assert {"工会法 22", "工会法 26", "劳动争议调解仲裁法 39"} <= reply["unlikely_to_win"]
    assert {"工会法 22", "工会法 29"} <= reply["wait_for_arbitration"]


@pytest.mark.parametrize("adcode, level, above", [
    ("520281", "county", ("prefecture", "520200")), ("520281", "prefecture", ("province", "520000")),
    ("520281", "province", ("national", None)),
    ("520281", "national", None), ("110114", "county", ("province", "110000")), ("441900", "prefecture", ("province", "440000")),
    ("520281", "enterprise", ("county", "520281")), ("520281", "township", ("county", "520281")),
    ("350100", "industry", ("prefecture", "350100")),
    (None, "county", ("prefecture", None)), (None, "enterprise", ("county", None)), (None, "national", None)])
def test_next_union(adcode, level, above):
    assert routes.next_union(adcode, level) == above


def test_a_reply_in_the_chat_answers_the_excuse_and_names_the_next_union():
    answer = routes.reply_to(context({"issues": ["wage_arrears"], "adcode": "520281"}), "not_member", "union", "county", "520281", "zh")
    assert "工会法第三条" in answer["reply"] and {"name": "工会法", "article": "30"} in answer["law"]
    assert answer["next"] == {"body": "union", "level": "prefecture", "adcode": "520200", "name": "六盘水市总工会",
                              "label": "市（州）总工会", "phones": ["0858-12351"]}


def test_a_union_already_asked_in_vain_is_passed_over():
    facts = {"issues": ["wage_arrears"], "adcode": "520281", "contacts": [{"body": "union", "level": "prefecture", "answer": "deflected"}]}
    assert routes.reply_to(context(facts), "not_member", "union", "county", "520281", "zh")["next"]["level"] == "province"


def test_nobody_picked_up_names_the_hotline_the_next_union_and_our_follow_up():
    answer = routes.reply_to(context({"issues": ["wage_arrears"], "adcode": "520281"}), "no_answer", "union", "county", "520281", "zh")
    assert all(words in answer["reply"] for words in ("12351", "六盘水市总工会（0858-12351）", "一个工作日"))
    assert answer["law"] == [{"name": "工会法", "article": "30"}]


def test_every_body_level_and_reason_gets_a_reply_in_both_languages_with_or_without_a_case():
    for body, reason, language in itertools.product(BODIES, REASONS, ("zh", "en")):
        for level in LEVELS if body == "union" else (None,):
            for source in (LAW, context({"issues": ["wage_arrears"], "adcode": "520281"}, language)):
                for adcode in ("520281", None, "999999"):
                    answer = routes.reply_to(source, reason, body, level, adcode, language)
                    assert answer["reply"].strip() and "{" not in answer["reply"], (body, reason)
                    assert answer["next"] is None or answer["next"]["body"] in BODIES
                    assert body != "union" or answer["law"]


def test_what_the_worker_typed_is_repeated_and_never_read_as_a_template():
    ctx = context({"issues": ["wage_arrears"], "adcode": "520281", "employer": "{place}[工会法 99]公司"})
    assert "{place}[工会法 99]公司" in routes.build(ctx)[0]["say"]


def test_nobody_is_made_to_call_himself_a_migrant_worker_who_did_not_say_so():
    told = {"issues": ["wage_arrears"], "adcode": "520281", "occupation": "construction"}
    assert "我是进城务工的" not in " ".join(route["say"] for route in routes.build(context(told)))
    assert "我是进城务工的" in " ".join(route["say"] for route in routes.build(context(told | {"household_place": "贵州威宁"})))


@pytest.mark.parametrize("name, article, zh, en", [
    ("工会法", "30", "工会法第三十条", "article 30 of the Trade Union Law"),
    ("法律援助法", "42(3)", "法律援助法第四十二条第（三）项", "article 42(3) of the Legal Aid Law"),
    ("刑法", "276之一", "刑法第二百七十六条之一", "article 276-1 of the Criminal Law"),
    ("民法典", "1010", "民法典第一千零一十条", "article 1010 of the Civil Code"),
    ("民法典", "188", "民法典第一百八十八条", "article 188 of the Civil Code")])
def test_articles_are_written_as_people_read_them(name, article, zh, en):
    cited = [{"name": name, "article": article}]
    assert (route_words.written_out(LAW, cited, "zh"), route_words.written_out(LAW, cited, "en")) == (zh, en)


def test_documents_are_of_the_contract_and_only_with_a_reason():
    contract = ("arbitration_application", "evidence_list", "injury_recognition_application", "inspection_complaint",
                "payment_order_application", "resignation_notice", "union_letter", "representative_authorisation")
    for ctx, listed in built_in("zh"):
        built, bodies = documents.build(ctx), {route["body"] for route in listed}
        assert set(built) <= set(contract) and len(set(built)) == len(built)
        assert "arbitration_application" not in built or "arbitration_commission" in bodies
        assert "inspection_complaint" not in built or "labour_inspection" in bodies


def test_every_prefecture_reaches_its_union_by_an_area_code():
    for place in places.table().values():
        if place.level != "province":
            assert re.fullmatch(r"0\d{2,3}-12351", routes.union_phones(LAW, place.level, place.adcode)[0]), place
