"""Which doors to knock at, in which order, what to say there, and what to answer when one turns the worker away.

The doors and their conditions are data (`law/rules/bodies.yml`, `law/rules/excuses.yml`), and so is every sentence
(`law/text/<language>/{routes,excuses}.yml`, read by `route_words`). The `law` of an entry is what its sentences quote, so what is
said and what is cited cannot part.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.guidance import directory
from bot.guidance.context import Context
from bot.guidance.facts import EIGHT_GROUPS, Facts
from bot.guidance.route_words import FEW_FRAGMENTS, Shown, day, era_of, facts_sentence, hang_on, join, render, short_name, standing, unique
from bot.law import Law, places
from bot.law.languages import like

GENERAL = ("county", "prefecture", "province", "national")   # general unions, low to high
HEIGHTS = {level: height for height, level in enumerate(GENERAL)}
REFUSED = ("deflected", "none")
MIGRANT_JOBS = frozenset({"construction", "mining", "manufacturing", "cleaning", "domestic_work", "catering", "security_guard",
                          "nursing_care", "truck_driver", "courier", "food_delivery"})
SICHUAN_CHONGQING = ("51", "50")
MANY = 10   # workers with a common claim may choose representatives (劳动争议调解仲裁法 7)
# The highest threshold a province may set for one worker's wages under 刑法 276之一 (法释〔2013〕3号 art 3), in yuan.
LARGE_DEBT = 20_000
LARGE_DEBT_OF_MANY = 100_000   # the same for ten workers or more


@dataclass(frozen=True)
class Rung:
    """One union: its level, the code it is named by (None: unknown or national), and whether the worker was turned away there."""

    level: str
    adcode: str | None
    refused: str | None = None   # the answer, one of REFUSED


def build(ctx: Context, deadlines: list[dict] = ()) -> list[dict]:
    """The routes of a case in the contract's shape, plus `id`, `label` (the door's general name), `law`, `office` (what the
    directory says of it, null without an entry), `refused` (how the door
    answered before, null if it did not turn the worker away) and `turned_away_below` (a lower union did).

    Danger comes first, then a door whose own deadline ends within days, then the unions nearby and the other bodies.
    """
    held = signs(ctx)
    near, far, again = _in_order(ctx, ladder(ctx, held))
    listed = _ways(ctx, held)
    refused = {contact.body: _answer(contact) for contact in ctx.facts.contacts}
    entries = [(way["rank"] < 0, _other(ctx, held, body, way, refused.get(body))) for body, way in listed]
    pressing = _pressing(ctx, deadlines)
    first = [entry for danger, entry in entries if danger]
    first += [entry for danger, entry in entries if not danger and entry["body"] in pressing and not entry["refused"]]
    rest = [entry for danger, entry in entries if not danger and not (entry["body"] in pressing and not entry["refused"])]
    rungs = [*near, *far, *again]
    unions = {rung: _union(ctx, held, rung, rungs) for rung in rungs}
    routes = [*first, *(unions[r] for r in near), *rest, *(unions[r] for r in far), *(unions[r] for r in again)]
    return [{"order": number, **route} for number, route in enumerate(routes, 1)]


def _pressing(ctx: Context, deadlines: list[dict]) -> set[str]:
    """The bodies where something must be handed in within a few days, too few to ask a union first."""
    rule = ctx.law.rule("bodies")["pressing"]
    return {rule["bodies"][row["id"]] for row in deadlines
            if row["status"] == "urgent" and row["id"] in rule["bodies"] and row["days_left"] < rule["days"]}


def reply_to(ctx_or_law: Context | Law, reason: str, body: str, level: str | None, adcode: str | None, language: str) -> dict:
    """What to answer a body that turned the worker away, and where to go next.

    `reason` is one of the contract's deflection reasons. Returns {"reply", "law", "next"}; `next` is {"body", "level", "adcode",
    "name", "label", "phones"} or None; `name` is None while the place is unknown, `label` never is. With a Law alone, the law as it
    stands now and no facts of the case are used.
    """
    if isinstance(ctx_or_law, Context):
        ctx = ctx_or_law.speaking(language)
    else:
        ctx = Context(Facts(adcode=adcode), ctx_or_law, date.max, language)
    held = signs(ctx)
    adcode = adcode if places.get(adcode) else None
    door = _door(ctx, held, body, level, adcode or ctx.facts.adcode)
    key, aloud = _reply_key(ctx.law, reason, body, level)
    way = dict(_ways(ctx, held)).get(body)
    if way and aloud and reason not in _reasons(ctx.law, body, way):
        key, aloud = "excuses.any_other", False
    reply = door.reply(key, aloud=aloud)
    if not reply["reply"]:
        reply = door.reply("excuses.any_other", aloud=False)
    return {**reply, "next": door.following and {**door.following, "phones": [*door.following["phones"]]}}


def _door(ctx: Context, held: frozenset[str], body: str, level: str | None, adcode: str | None) -> "Door":
    following = _next(ctx, body, level, adcode, ctx.language)
    return Door(ctx, held | {"has_next"} if following else held, body, level, adcode, following)


def _reasons(law: Law, body: str, way: dict) -> list[str]:
    """The excuses of a body, other than a union, that the law answers in this situation."""
    return way.get("replies", law.rule("excuses")["bodies"].get(body, []))


def _reply_key(law: Law, reason: str, body: str, level: str | None) -> tuple[str, bool]:
    """The text that answers an excuse, and whether it is said at the door (else the bot says it to the worker)."""
    rule = law.rule("excuses")
    if body == "union":
        if reason in rule["union"]["reasons"]:
            return f"excuses.{rule['union']['tiers'].get(level, 'local')}_{reason}", True
        return f"excuses.union_{reason}", False
    if reason in rule["bodies"].get(body, ()):
        return f"excuses.{body}_{reason}", True
    return ("excuses.any_no_answer" if reason == "no_answer" else "excuses.any_other"), False


def next_union(adcode: str | None, level: str) -> tuple[str, str | None] | None:
    """The general union above (or, for a workplace, street or industry union, beside): (level, adcode); None above the national one.

    In a municipality the city stands directly above the district, with the level `province`.
    """
    chain = places.chain(adcode)
    if level not in GENERAL:
        return (chain[0].level, chain[0].adcode) if chain else ("county", None)
    if level == "national":
        return None
    above = GENERAL[GENERAL.index(level) + 1:]
    if not chain:
        return above[0], None
    return next(((place.level, place.adcode) for place in chain if place.level in above), ("national", None))


def in_brief(ctx: Context, routes: list[dict], shown: list[dict]) -> list[dict]:
    """Those of the doors that are `shown` in the few words of the card, in the language of `ctx`: [{"name", "phones", "why", "ask",
    "body"}].

    `ask` is what to say at the door after the facts; only the first of `routes` has it, the others None.
    """
    held = signs(ctx)
    lowest = next((route for route in routes if route["body"] == "union"), None)
    return [_in_brief(ctx, held | {"lowest_union"} if route is lowest else held, route, first=route is routes[0]) for route in shown]


def facts_in_brief(ctx: Context) -> str:
    """What happened, in one sentence in the first person, in the language of `ctx`."""
    if ("facts", ctx.language) not in ctx.kept:
        work = places.get(ctx.facts.adcode)
        where = _place_name(work, ctx.language) if work else None
        ctx.kept["facts", ctx.language] = facts_sentence(ctx, signs(ctx), where, ctx.language, FEW_FRAGMENTS)
    return ctx.kept["facts", ctx.language]


def _in_brief(ctx: Context, held: frozenset[str], route: dict, first: bool) -> dict:
    law, body, level, language = ctx.law, route["body"], route["level"], ctx.language
    if route["turned_away_below"]:
        held |= {"turned_away_below"}
    era = era_of(law, ctx.today)
    matters = held & _brief_matters(law, era, route["id"], language)
    name, why, ask = _words(law, era, language, route["id"], body, level, route["adcode"], route["refused"], first, matters)
    if body == "union" and (first or level not in GENERAL[:-1]) and "no_place" not in held:
        name = _called(ctx, body, level, route["adcode"])   # an office's own name, the employer's, the trade's
    return {"name": name, "phones": route["phones"], "office": route["office"], "body": body, "ask": ask, "why": why}


@lru_cache(maxsize=1000)
def _brief_matters(law: Law, era: date, id: str, language: str) -> frozenset[str]:
    return hang_on(law, era, [f"routes.{id}_card", _ask_key(law, id, language)], language) | {"no_place"}


def _ask_key(law: Law, id: str, language: str) -> str:
    return f"routes.{id}_ask" if law.has_text(f"routes.{id}_ask", language) else "routes.any_ask"


@lru_cache(maxsize=5000)
def _words(law: Law, era: date, language: str, id: str, body: str, level: str | None, adcode: str | None, refused: str | None, first: bool,
           held: frozenset[str]) -> tuple[str, str, str | None]:
    """(name, why, what to ask) of a door on the card; the same for every worker of the place of whom these signs hold."""
    if body != "union":
        name = law.text(f"routes.short_{body}", language)
    elif level in GENERAL[:-1] and "no_place" not in held and not first:
        name = law.text("routes.short_union", language).replace("{place}", _place_name(places.get(adcode), language))
    else:
        name = _label(law, body, level, language) if "no_place" in held else _name(law, body, level, adcode, language)
    why, _ = render(law, era, f"routes.{id}_card", language, held, {})
    again = {"deflected": "routes.again_card", "none": "routes.again_none_card"}.get(refused)
    ask = render(law, era, _ask_key(law, id, language), language, held, {})[0] if first else None
    return name, join([why, law.text(again, language) if again else ""], language), ask


def ways(ctx: Context) -> list[str]:
    """The ids of the ways to other bodies that build() lists, in its order, without their wording."""
    return [way["id"] for _, way in _ways(ctx, signs(ctx))]


# --- what holds in this case

def signs(ctx: Context) -> frozenset[str]:
    """The words that conditions in the rules and sentences are made of. Source of each: the facts, the day, the class of relationship."""
    if "signs" not in ctx.kept:
        ctx.kept["signs"] = _signs(ctx)
    return ctx.kept["signs"]


def _signs(ctx: Context) -> frozenset[str]:
    facts, form = ctx.facts, ctx.facts.employment_form
    issues, dangers = set(ctx.issues), facts.in_danger()
    since = ctx.law.rule("bodies")["laws"]
    in_force = {name for name, entry in since.items() if entry["since"] <= ctx.today}
    over_age = form == "past_retirement_age"
    over_age_rule = over_age and "超龄劳动者基本权益保障暂行规定" in in_force
    civil = form == "student" or over_age and not over_age_rule or (
        ctx.relationship == "civil" and form != "subcontracted" and not over_age_rule)
    filed = bool(facts.arbitration.filed_on or facts.arbitration.accepted_on) and not facts.arbitration.refused_on
    refused = facts.arbitration.refused_on or any(
        contact.body == "arbitration_commission" and contact.answer == "deflected" and contact.reason != "other_jurisdiction"
        for contact in facts.contacts)
    award = facts.arbitration.award_received_on is not None
    owed = facts.amount_owed or 0
    home = (facts.household_place or "").lower()
    family = facts.occupation == "domestic_work" and form in (None, "self_employed") and not facts.employer and not facts.platform
    held = {
        "no_issue": not issues,
        "only_not_labour": issues == {"not_labour"},
        "no_place": places.get(facts.adcode) is None,
        "danger": bool(dangers),
        "platform": facts.is_platform(),
        "platform_crowdsourced": form == "platform_crowdsourced",
        "new_groups": form != "student" and (facts.is_platform() or facts.occupation in EIGHT_GROUPS),
        "student": form == "student",
        "subcontracted": form == "subcontracted",
        "dispatched": form == "dispatched",
        "household": family and ctx.relationship == "unclear",   # hired by a family or by an agency: not known yet
        "contract_in_hand": facts.written_contract is True,
        "pregnant": facts.pregnant is True,
        "construction": facts.occupation == "construction",
        "rural": form != "student" and (bool(home) or facts.occupation in MIGRANT_JOBS),
        "migrant": form != "student" and bool(home) and home != (facts.place or "").lower(),
        "past_retirement": over_age,
        "over_age_rule": over_age_rule,
        "civil_only": civil,
        "no_contract": "no_contract" in issues or facts.written_contract is False,
        "enterprise_union": facts.enterprise_union is True,
        "union_member": facts.union_member is True,
        "retaliation": facts.retaliation_feared is True,
        "criminal_case": facts.criminal_case is True,
        "locked_in": "detention" in dangers and not facts.criminal_case,   # by the employer, not by the police
        "cannot_read": facts.cannot_read is True,
        "many": (facts.people or 1) >= MANY,
        "minor": facts.minor is True,
        "fatal": facts.injury.fatal is True,
        "debt_note": facts.written_debt_note is True,
        "recognised": facts.injury.recognised is True,
        "recognition_refused": facts.injury.recognised is False and not facts.court.filed_on,
        "recognition_done": facts.injury.recognised is not None or facts.injury.recognition_received_on is not None,
        "arbitration_filed": filed or award,
        "arbitration_begun": filed or award or bool(facts.arbitration.refused_on) or bool(facts.court.filed_on),
        "arbitration_refused": bool(refused) and not facts.court.filed_on,
        "award_received": award and not facts.court.filed_on,
        "turned_away": any(_answer(contact) in REFUSED for contact in facts.contacts),
        "large_debt": owed >= (LARGE_DEBT_OF_MANY if (facts.people or 1) >= MANY else LARGE_DEBT),
        "sichuan_chongqing": (facts.adcode or "")[:2] in SICHUAN_CHONGQING and (places.province_named(home) or "")[:2] in SICHUAN_CHONGQING,
        "old_union_law": ctx.today <= since["工会法"]["formerly"]["until"],
        "hotline_24h": ctx.today >= date(2023, 12, 29),
        "line_12356": ctx.today >= ctx.law.rule("bodies")["lines"]["12356"],
    }
    kind = facts.injury.kind
    held |= {sign: (facts.adcode or "").startswith(code) for code, sign in ctx.law.rule("bodies")["wage_channels"].items()}
    return frozenset({name for name, true in held.items() if true} | issues | {f"danger_{danger}" for danger in dangers}
                     | ({f"injury_{kind}"} if kind else set()) | in_force)


def holds(condition: dict, held: frozenset[str]) -> bool:
    """Whether a condition of the rules holds: all of `all`, one of `any`, none of `none`."""
    return ("all" not in condition or held.issuperset(condition["all"])) and (
        "any" not in condition or not held.isdisjoint(condition["any"])) and (
        "none" not in condition or held.isdisjoint(condition["none"]))


def signs_in(conditions: Iterable[dict]) -> frozenset[str]:
    """The signs on which it hangs whether conditions hold."""
    return frozenset(sign for condition in conditions for group in ("all", "any", "none") for sign in condition.get(group, ()))


def _answer(contact) -> str | None:
    """How a contact ended; a reason without an answer is a deflection."""
    if contact.answer is None and contact.reason:
        return "none" if contact.reason == "no_answer" else "deflected"
    return contact.answer


# --- the unions

def ladder(ctx: Context, held: frozenset[str]) -> list[Rung]:
    """The unions this case gives a reason for, low to high, each with how it answered so far."""
    rule = ctx.law.rule("bodies")["union"]
    if not holds(rule["ladder"], held):
        return []
    chain = places.chain(ctx.facts.adcode)
    general = [(place.level, place.adcode) for place in chain] or [(level, None) for level in GENERAL[:-1]]
    rungs = [*general, ("national", None)]
    lowest = chain[0].adcode if chain else None
    if holds(rule["industry"], held):
        beside = max((number for number, (level, _) in enumerate(rungs) if level in ("county", "prefecture")), default=0)
        rungs.insert(beside + 1, ("industry", rungs[beside][1]))
    if holds(rule["township"], held):
        rungs.insert(0, ("township", lowest))
    if holds(rule["enterprise"], held):
        rungs.insert(0, ("enterprise", lowest))
    answers = _union_answers(ctx, [level for level, _ in rungs])
    return [Rung(level, adcode, answers.get(level) if answers.get(level) in REFUSED else None) for level, adcode in rungs]


def _union_answers(ctx: Context, levels: list[str]) -> dict[str, str | None]:
    """The latest answer of each union asked. A contact without a level was with the lowest general union."""
    contacts = [contact for contact in ctx.facts.contacts if contact.body == "union"]
    if not contacts:
        return {}
    lowest = next((level for level in levels if level in GENERAL), None)
    answers = {}
    for _, contact in sorted(enumerate(contacts), key=lambda pair: (pair[1].on or date.min, pair[0])):
        level = contact.level or lowest
        if level == "prefecture" and level not in levels:
            level = "province"   # in a municipality the city's union is the province's
        answers[level] = _answer(contact)
    return answers


def _in_order(ctx: Context, rungs: list[Rung]) -> tuple[list[Rung], list[Rung], list[Rung]]:
    """The unions before the other bodies, those after them, and at last those that turned the worker away."""
    nearby = set(ctx.law.rule("bodies")["union"]["near"])
    untried = [rung for rung in rungs if not rung.refused]
    if not {"county", "prefecture"} & {rung.level for rung in rungs}:   # only the province, or the municipality, is known
        nearby.add("province")
    near = [rung for rung in untried if rung.level in nearby] or untried[:1]
    near.sort(key=lambda rung: rung.level == "industry")   # after the general union that can say whether there is one
    return near, [rung for rung in untried if rung not in near], [rung for rung in rungs if rung.refused]


def _union(ctx: Context, held: frozenset[str], rung: Rung, rungs: list[Rung]) -> dict:
    height = _height(rung.level)
    below = [other for other in rungs if -1 < _height(other.level) < height]
    if below:
        held |= {"has_lower", "turned_away_below"} if any(other.refused for other in below) else {"has_lower"}
    again = higher = None
    if rung.refused:
        higher = next((other for other in rungs if not other.refused and _height(other.level) > height), None)
        again = "routes.union_again_" + ("none_why" if rung.refused == "none" else "why" if higher else "all_why")
    phones = _numbers(ctx, "union", rung.level, rung.adcode, union_phones(ctx.law, rung.level, rung.adcode or ctx.facts.adcode))
    door = _door(ctx, held, "union", rung.level, rung.adcode)
    return {**_entry(door, f"union_{rung.level}", again, _union_excuses(ctx.law, rung.level), phones, higher), "refused": rung.refused,
            "turned_away_below": "turned_away_below" in held}


@lru_cache(maxsize=100)
def _union_excuses(law: Law, level: str) -> tuple[tuple[str, str], ...]:
    """Every excuse that a union route answers, and the text that answers it."""
    return tuple((reason, _reply_key(law, reason, "union", level)[0]) for reason in law.rule("excuses")["union"]["reasons"])


def _height(level: str) -> int:
    return HEIGHTS.get(level, -1)


def union_name(law: Law, level: str, adcode: str | None, language: str, facts: Facts | None = None) -> str | None:
    """The name of a union (盘州市总工会, 深圳市宝安区总工会; Shenzhen Bao'an District …); None without a place."""
    if level == "national":
        return law.text("routes.name_union_national", language)
    place = places.get(adcode)
    if place is None:
        return None
    name = _place_name(place, language)
    if level in GENERAL:
        return law.text("routes.name_union", language).replace("{place}", name)
    if level == "enterprise":
        employer = short_name(facts.employer if facts else None)
        return law.text("routes.name_enterprise", language, employer=employer) if employer else _label(law, "union", level, language)
    trade = facts.occupation if facts and facts.occupation in (*EIGHT_GROUPS, "ride_hailing") else "any"
    return law.text(f"routes.name_{level}", language, place=name, trade=law.text(f"routes.trade_{trade}", language))


def union_phones(law: Law, level: str, adcode: str | None) -> list[str]:
    """The union hotline with the area code of the place; a province is reached through its capital; 12351 alone without a place."""
    return [_union_phone(law, level, adcode)]


@lru_cache(maxsize=10_000)
def _union_phone(law: Law, level: str, adcode: str | None) -> str:
    rule = law.rule("bodies")["union"]
    if places.get(adcode) is None:
        return rule["hotline"]
    if level == "national":
        return rule["national"]
    # The capital is the first city in every province's list of codes (xx0100).
    code = places.dialling(adcode) or places.dialling(f"{adcode[:2]}0100")
    if level == "province" and adcode[2:] != "0000":
        code = places.dialling(f"{adcode[:2]}0000") or places.dialling(f"{adcode[:2]}0100")
    return f"{code}-{rule['hotline']}" if code else rule["hotline"]


@lru_cache(maxsize=10_000)
def _place_name(place: places.Place, language: str) -> str:
    """The name a union or an office carries: a city district with its city before it."""
    parent = places.get(place.parent)
    district = place.level == "county" and place.name_zh.endswith("区") and not place.name_zh.endswith(("特区", "林区"))
    if like(language) == "en":
        kind = "" if place.name_en.endswith(("Area", "District")) else " District"
        return f"{parent.name_en} {place.name_en}{kind}" if district and parent else place.name_en
    return f"{parent.name_zh}{place.name_zh}" if district and parent else place.name_zh


# --- the other bodies

def _ways(ctx: Context, held: frozenset[str]) -> list[tuple[str, dict]]:
    """Every other body with its first way that holds, in the order to go; a body that turned the worker away comes last."""
    if held is not ctx.kept.get("signs"):
        return _ways_by(ctx, held)
    if "ways" not in ctx.kept:
        ctx.kept["ways"] = _ways_by(ctx, held)
    return ctx.kept["ways"]


def _ways_by(ctx: Context, held: frozenset[str]) -> list[tuple[str, dict]]:
    answers = {contact.body: _answer(contact) for contact in ctx.facts.contacts}
    refused = frozenset(body for body, answer in answers.items() if answer in REFUSED)
    ranked = _by_rank(ctx.law)
    return [(ranked[place][0], ranked[place][1][number]) for place, number in _holding(ctx.law, held & _way_signs(ctx.law), refused)]


@lru_cache(maxsize=5000)
def _holding(law: Law, held: frozenset[str], refused: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """The places in `_by_rank` of the ways of which a case with these signs is told."""
    found = []
    for place, (body, ways) in enumerate(_by_rank(law)):
        number = next((number for number, way in enumerate(ways) if holds(way, held)), None)
        if number is not None:
            rank = ways[number]["rank"]
            found.append(((rank >= 0, rank >= 0 and body in refused, rank), (place, number)))
    found.sort(key=lambda pair: pair[0])
    return tuple(pair for _, pair in found[:law.rule("bodies")["most_other_routes"]])


@lru_cache(maxsize=10)
def _way_signs(law: Law) -> frozenset[str]:
    """The signs on which it hangs which ways hold."""
    return signs_in(way for _, ways in _by_rank(law) for way in ways)


@lru_cache(maxsize=10)
def _by_rank(law: Law) -> list[tuple[str, list[dict]]]:
    """The ways to each body, the lowest rank first."""
    return [(body, sorted(entry["ways"], key=lambda way: way["rank"])) for body, entry in law.rule("bodies")["bodies"].items()]


def _other(ctx: Context, held: frozenset[str], body: str, way: dict, refused: str | None) -> dict:
    level, adcode = _seat(ctx.law, body, ctx.facts.adcode)
    lines = ctx.law.rule("bodies")["lines"]
    phones = [phone for phone in way.get("phones", ctx.law.rule("bodies")["bodies"][body]["phones"])
              if ctx.today >= lines.get(phone, date.min)]
    phones = _numbers(ctx, body, level, adcode, phones)
    door = _door(ctx, held, body, level, adcode)
    again = {"deflected": "routes.other_again_why", "none": "routes.other_again_none_why"}.get(refused)
    excuses = _other_excuses(body, tuple(_reasons(ctx.law, body, way)))
    return {**_entry(door, way["id"], again, excuses, phones), "refused": refused if refused in REFUSED else None,
            "turned_away_below": False}


@lru_cache(maxsize=1000)
def _other_excuses(body: str, reasons: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each excuse of a body with the text that answers it."""
    return tuple((reason, f"excuses.{body}_{reason}") for reason in reasons)


@lru_cache(maxsize=10_000)
def _seat(law: Law, body: str, adcode: str | None) -> tuple[str | None, str | None]:
    """The level and code of the office of a body that covers a place; the nearest level above where its own is unknown."""
    level = law.rule("bodies")["bodies"][body]["level"]
    chain = [place for place in places.chain(adcode) if place.level != "province"]
    if level is None or not chain:
        return level, None
    if level == "prefecture":
        place = next((place for place in chain if place.level == "prefecture"), chain[0])
        return place.level, place.adcode
    return level if level == "township" else chain[0].level, chain[0].adcode


def _next(ctx: Context, body: str, level: str | None, adcode: str | None, language: str) -> dict | None:
    """Where to go after a refusal, in the shape reply_to() gives, not to be changed. A union already asked in vain is passed over."""
    adcode = adcode or (ctx.facts.adcode if places.get(ctx.facts.adcode) else None)
    if "asked" not in ctx.kept:
        ctx.kept["asked"] = frozenset(of for of, answer in _union_answers(ctx, list(GENERAL)).items() if answer in REFUSED)
    following = _following(ctx.law, body, level, adcode, ctx.kept["asked"], language)
    if not following or not ctx.offices:
        return following
    return {**following, "phones": _numbers(ctx, *(following[key] for key in ("body", "level", "adcode", "phones")))}


@lru_cache(maxsize=10_000)
def _following(law: Law, body: str, level: str | None, adcode: str | None, asked: frozenset[str], language: str) -> dict | None:
    """The door after this one, when the unions of the levels `asked` have turned the worker away."""
    if body != "union":
        following = law.rule("bodies")["bodies"][body]["next"]
        if following != "union":
            level, code = _seat(law, following, adcode)
            phones = law.rule("bodies")["bodies"][following]["phones"]
            name = _other_name(law, following, code, language) if code else None
            return {"body": following, "level": level, "adcode": code, "name": name, "label": _label(law, following, level, language),
                    "phones": phones}
        level = "enterprise"   # any rung below the general unions: the lowest of them comes next
    rung = next_union(adcode, level or (places.get(adcode).level if adcode else "county"))
    while rung and rung[0] in asked and rung[0] != "national":
        rung = next_union(adcode, rung[0])
    if rung is None:
        return None
    return {"body": "union", "level": rung[0], "adcode": rung[1], "name": union_name(law, *rung, language),
            "label": _label(law, "union", rung[0], language), "phones": union_phones(law, rung[0], rung[1] or adcode)}


@lru_cache(maxsize=10_000)
def _other_name(law: Law, body: str, adcode: str | None, language: str) -> str:
    """The office that covers a place, by its general name: authorities are called differently from city to city."""
    place, label = places.get(adcode), _label(law, body, None, language)
    return law.text("routes.name_other", language, place=_place_name(place, language), label=label) if place else label


# --- wording

class Door(NamedTuple):
    """One door in one case, and what the sentences about it may fill in."""

    ctx: Context
    held: frozenset[str]
    body: str
    level: str | None
    adcode: str | None
    following: dict | None

    def told(self, key: str, language: str, **more: str) -> tuple[str, list[dict]]:
        """What the bot tells the worker, and the articles it rests on."""
        shown = standing(self.ctx.law, self.ctx.today, key, language, self.held)
        return self.filled(shown, language, **more), [*shown.articles]

    def filled(self, shown: Shown, language: str, **more: str) -> str:
        return shown.filled(self.filling(language) | more) if len(shown.parts) > 1 else shown.parts[0]

    def spoken(self, key: str) -> tuple[str, list[dict]]:
        """What the worker says at this door. It speaks Chinese: other languages carry the Chinese sentence to show."""
        language = self.ctx.language
        text, articles = self.told(key, language)
        if like(language) != "zh":
            text = join([text, self.ctx.law.text("routes.show", language).replace("{zh}", self.told(key, "zh")[0])], language)
        return text, articles

    def reply(self, key: str, *, aloud: bool = True) -> dict:
        """{"reply", "law"}; said by the worker at the door, or (`aloud` False) by the bot to the worker."""
        reply, articles = self.spoken(key) if aloud else self.told(key, self.ctx.language)
        return {"reply": reply, "law": articles}

    def filling(self, language: str) -> dict[str, str]:
        fields = _fields(self.ctx, language)
        if not self.following:
            return fields
        body, level, adcode = (self.following[key] for key in ("body", "level", "adcode"))
        law = self.ctx.law
        return fields | {"next": _pointer(law, _name(law, body, level, adcode, language), self.following["phones"], language)}


def _fields(ctx: Context, language: str) -> dict[str, str]:
    """What the sentences about every door of a case may fill in."""
    if ("fields", language) not in ctx.kept:
        law, facts = ctx.law, ctx.facts
        work = places.get(facts.adcode)
        where = _place_name(work, language) if work else None
        job = facts.occupation if facts.occupation and facts.occupation != "other" else "any"
        ctx.kept["fields", language] = {
            "place": where or law.text("routes.here", language),
            "there": where or law.text("routes.there", language),
            "job": law.text(f"routes.job_{job}", language),
            "day": day(facts.injury.on, language) if facts.injury.on else "____",
            "facts": facts_sentence(ctx, signs(ctx), where, language),
        }
    return ctx.kept["fields", language]


@dataclass(frozen=True)
class Prepared:
    """A door as every worker of one place finds it of whom the same signs hold; what tells the case itself is filled in later.

    `route` has what needs no filling in; `chinese` is what to say in Chinese, for readers of another language.
    """

    route: dict
    why: tuple[Shown, ...]
    say: Shown
    chinese: Shown | None


@lru_cache(maxsize=5000)
def _prepared(law: Law, era: date, language: str, way: str, again: str | None, excuses: tuple[tuple[str, str], ...], body: str,
              level: str | None, adcode: str | None, held: frozenset[str], work: str | None, following: tuple | None) -> Prepared:
    after = following and dict(zip(("body", "level", "adcode", "phones"), (*following[:3], [*following[3:]])))
    door = Door(Context(Facts(adcode=work), law, era, language), held, body, level, adcode, after)
    replies = [{"reason": reason, **door.reply(key)} for reason, key in excuses]
    why = tuple(standing(law, era, key, language, held) for key in (again, f"routes.{way}_why") if key)
    say, chinese = (standing(law, era, f"routes.{way}_say", spoken, held) for spoken in (language, "zh"))
    route = {"id": way, "body": body, "level": level, "adcode": adcode, "label": _label(law, body, level, language),
             "if_refused": [reply for reply in replies if reply["law"] or body == "union"],
             "law": unique([*(article for one in why for article in one.articles), *say.articles])}
    return Prepared(route, why, say, None if like(language) == "zh" else chinese)


@lru_cache(maxsize=1000)
def _matters(law: Law, era: date, language: str, way: str, again: str | None, excuses: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """The signs on which it hangs what is said about a door."""
    keys = [f"routes.{way}_why", f"routes.{way}_say", *([again] if again else []), *(key for _, key in excuses)]
    return hang_on(law, era, keys, language) | hang_on(law, era, keys, "zh")


def _entry(door: Door, way: str, again: str | None, excuses: tuple[tuple[str, str], ...], phones: list[str],
           higher: Rung | None = None) -> dict:
    """One route in the contract's shape. `again`: the text that says what has changed since this door turned the worker away;
    `excuses`: those it is answered to, each with the key of the answer."""
    ctx, law, language, after = door.ctx, door.ctx.law, door.ctx.language, door.following
    era = era_of(law, ctx.today)
    held = door.held & _matters(law, era, language, way, again, excuses)
    following = after and (after["body"], after["level"], after["adcode"], *after["phones"][:1])
    ready = _prepared(law, era, language, way, again, excuses, door.body, door.level, door.adcode, held, ctx.facts.adcode, following)
    more = {}
    if again and higher:
        name = _name(law, "union", higher.level, higher.adcode, language)
        numbers = union_phones(law, higher.level, higher.adcode or door.adcode)
        more["higher"] = _pointer(law, name, _numbers(ctx, "union", higher.level, higher.adcode, numbers), language)
    office = ctx.office(door.body, door.level, door.adcode)
    say = door.filled(ready.say, language)
    if ready.chinese:
        say = join([say, law.text("routes.show", language).replace("{zh}", door.filled(ready.chinese, "zh"))], language)
    return {**ready.route, "if_refused": [dict(reply) for reply in ready.route["if_refused"]], "law": [*ready.route["law"]],
            "name": None if "no_place" in door.held else _called(ctx, door.body, door.level, door.adcode),
            "office": office.told() if office else None, "phones": phones, "say": say,
            "why": join([door.filled(one, language, **more) for one in ready.why], language)}


def _name(law: Law, body: str, level: str | None, adcode: str | None, language: str, facts: Facts | None = None) -> str:
    """The name of a door, or its general name where the place is unknown."""
    if body == "union" and level:
        return union_name(law, level, adcode, language, facts) or _label(law, body, level, language)
    return _other_name(law, body, adcode, language)


def _called(ctx: Context, body: str, level: str | None, adcode: str | None) -> str:
    """The name of a door: the one its office goes by where that is known, else the one its place gives it."""
    office = ctx.office(body, level, adcode)
    known = office and (office.name_en if like(ctx.language) == "en" else office.name)
    return known or _name(ctx.law, body, level, adcode, ctx.language, ctx.facts)


def _numbers(ctx: Context, body: str, level: str | None, adcode: str | None, generic: list[str]) -> list[str]:
    """The numbers of a door: its office's own before the generic one."""
    if not ctx.offices:
        return [*generic]
    return directory.numbers(ctx.office(body, level, adcode), generic, body)


def _pointer(law: Law, name: str, phones: list[str], language: str) -> str:
    """A door with its number: 六盘水市总工会（0858-12351）."""
    if not phones:
        return name
    return law.text("routes.pointer", language, name=name, phone=phones[0])


@lru_cache(maxsize=1000)
def _label(law: Law, body: str, level: str | None, language: str) -> str:
    """The general name of a door: 县（区）总工会, labour inspection."""
    return law.text(f"routes.label_{body}_{level}" if body == "union" and level else f"routes.label_{body}", language)
