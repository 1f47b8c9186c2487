"""What else is worth knowing in a case, by topic: from fair hiring to moving insurance between provinces and the strain of night riders."""
from datetime import date
from functools import lru_cache

from bot.guidance import insurance, region, retirement, routes
from bot.guidance.context import Context
from bot.guidance.route_words import render, unique
from bot.law import Law, places

ON_THE_ROAD = frozenset({"food_delivery", "courier", "ride_hailing", "truck_driver", "taxi_driver"})
OUTDOORS = ON_THE_ROAD | {"construction", "cleaning", "security_guard", "mining"}
HOT_MONTHS = range(5, 11)   # the widest span of any province's allowance months, April in Hainan apart
BARGAINING_GUIDE = date(2026, 3, 20)   # 平台劳动规则和算法协商指引（试行） made public (LAW.md §8)
PILOT_FROM = date(2022, 7, 1)          # before it the list of sectors is empty
TRAFFIC_RULE = date(2026, 6, 30)       # 法释〔2026〕9号 (LAW.md §8)
FORUM_RULE = date(2025, 12, 31)        # 法释〔2025〕15号 (LAW.md §8)
SICHUAN_UNTIL = date(2027, 2, 1)       # the end that 川人社发〔2021〕29号 names (LAW.md §14)


def build(ctx: Context) -> list[dict]:
    """[{"id", "title", "text", "brief", "law", "source"}], the nearest first, at most `most`. Data: rules/topics.yml, text/*/topics.yml."""
    rule = ctx.law.rule("topics")
    held = signs(ctx)
    if "no_issue" in held or "only_not_labour" in held:
        return []
    fields = _figures(ctx)
    return [_topic(ctx, rule["topics"][number], held, fields) for number in _chosen(ctx.law, ctx.today, held & _matters(ctx.law))]


@lru_cache(maxsize=10)
def _matters(law: Law) -> frozenset[str]:
    """The signs on which it hangs which topics are chosen."""
    return routes.signs_in(law.rule("topics")["topics"])


@lru_cache(maxsize=5000)
def _chosen(law: Law, today: date, held: frozenset[str]) -> tuple[int, ...]:
    """The places in the rule of the topics of a case of which these signs hold."""
    rule = law.rule("topics")
    holding = [(row["rank"], number) for number, row in enumerate(rule["topics"]) if routes.holds(row, held) and _in_force(today, row)]
    once: dict[str, int] = {}
    for _, number in sorted(holding):
        once.setdefault(rule["topics"][number]["id"], number)   # of an id that holds twice, the nearer
    return tuple(once.values())[:rule["most"]]


def in_brief(ctx: Context, ids: list[str]) -> list[str]:
    """The one line of each of these topics, in the language of `ctx`."""
    held, fields = signs(ctx), _figures(ctx)
    return [render(ctx.law, ctx.today, f"topics.{id}_brief", ctx.language, held, fields)[0] for id in ids]


def signs(ctx: Context) -> frozenset[str]:
    """The signs of routes.signs() and those that only topics hang on."""
    if "topic_signs" not in ctx.kept:
        ctx.kept["topic_signs"] = _signs(ctx)
    return ctx.kept["topic_signs"]


def _signs(ctx: Context) -> frozenset[str]:
    facts, held = ctx.facts, routes.signs(ctx)
    here, home = (facts.adcode or "")[:2], (places.province_named(facts.household_place) or "")[:2]
    moved = bool(here and home and here != home)
    issues = set(ctx.issues)
    base = region.minimum_wage(ctx.law, facts.adcode, ctx.today)
    who = insurance.profile(ctx)
    sectors = ctx.value("figures/occupational_injury_platforms", max(ctx.today, PILOT_FROM))["sectors"]
    more = {
        "platform_work": insurance.on_platform(ctx),
        "platform_not_employee": insurance.on_platform(ctx) and ctx.relationship != "labour_relationship",
        "employee_class": ctx.relationship == "labour_relationship",
        "own_account": who in ("own_account", "platform", "platform_unclear"),
        "self_employed": facts.employment_form == "self_employed",
        "pilot_sector": facts.occupation is None or facts.occupation in sectors,
        "on_the_road": facts.occupation in ON_THE_ROAD,
        "streamer": facts.occupation == "streamer",
        "courier": facts.occupation == "courier",
        "occupational_disease": facts.injury.kind == "occupational_disease",
        "heat_case": ctx.today.month in HOT_MONTHS and facts.occupation in OUTDOORS | {None}
        and bool(issues & {"health_safety", "overtime_rest"}) or "health_safety" in issues and facts.occupation in OUTDOORS,
        "man": retirement.sex_of(facts.sex) == "man",
        "left": facts.left_work() is True,
        "at_work": facts.left_work() is False,
        "moved_other": moved and "other_labour" in issues,
        "moved_dismissed": moved and "dismissal" in issues,
        "in_sichuan": here == "51",
        "in_chongqing": here == "50",
        "opinion_of_sichuan": ctx.today <= SICHUAN_UNTIL,
        "bargaining_guide": ctx.today >= BARGAINING_GUIDE,
        "minimum_wage_known": base is not None,
        "minimum_wage_hedge": base is not None and base["hedge"],
        "minimum_hour": base is not None and base["hour"] is not None,
        "minimum_top_only": base is not None and base["top_only"],
        "minimum_holiday": base is not None and base["hour_holiday"] is not None,
        "minimum_with_insurance": base is not None and base["with_insurance"] is True,
        "minimum_without_insurance": base is not None and base["with_insurance"] is False,
        "contract_expired": facts.contract_expired_on is not None and facts.contract_expired_on <= ctx.today,
        "traffic_rule_2026": ctx.today >= TRAFFIC_RULE,
        "forum_rule": ctx.today >= FORUM_RULE,
        "heat_known": _heat(ctx) is not None,
    }
    return held | {name for name, true in more.items() if true}


def _topic(ctx: Context, row: dict, held: frozenset[str], fields: dict[str, str]) -> dict:
    text, articles = render(ctx.law, ctx.today, f"topics.{row['id']}_text", ctx.language, held, fields)
    title, _ = render(ctx.law, ctx.today, f"topics.{row['id']}_title", ctx.language, held, fields)
    brief, _ = render(ctx.law, ctx.today, f"topics.{row['id']}_brief", ctx.language, held, fields)
    named = [{"name": entry["name"], "article": entry["article"]} for entry in row.get("law", ()) if _in_force(ctx.today, entry)]
    return {"id": row["id"], "title": title, "text": text, "brief": brief, "law": unique([*articles, *named]), "source": row["source"]}


def _in_force(today: date, row: dict) -> bool:
    return row.get("from", date.min) <= today <= row.get("until", date.max)


def _figures(ctx: Context) -> dict[str, str]:
    """The local figures that the sentences name, in the worker's language."""
    if ("figures", ctx.language) not in ctx.kept:
        ctx.kept["figures", ctx.language] = _figures_in_words(ctx)
    return ctx.kept["figures", ctx.language]


def _figures_in_words(ctx: Context) -> dict[str, str]:
    base = region.minimum_wage(ctx.law, ctx.facts.adcode, ctx.today)
    found = {"heat": _heat(ctx) or "", **_survey(ctx.law)}
    if base:
        found |= {"min_month": _span(base["month"]), "min_hour": _span(base["hour"]), "min_from": ctx.day(base["from"]),
                  "min_holiday": _plain(base["hour_holiday"])}
    return found


@lru_cache(maxsize=10)
def _survey(law: Law) -> dict[str, str]:
    """The odds ratios of the ten-city survey: contract_pension, union_medical …"""
    tables = law.rule("coverage")["insurance"]
    return {f"{lever}_{scheme}": f"{table[lever]['odds_ratio']:.1f}" for scheme, table in tables.items() for lever in ("contract", "union")}


def _heat(ctx: Context) -> str | None:
    """The province's high-temperature allowance in words; None where no figure is known."""
    row = region.high_temperature_allowance(ctx.law, ctx.facts.adcode, ctx.today)
    if row is None:
        return None
    if "outdoor" not in row:
        said = ctx.text("topics_figures.heat_share", share=_plain(row["share_of_average_daily_wage"] * 100))
    else:
        said = _heat_sum(ctx, "heat", row["per"], *row["outdoor"])
        said += "".join(_heat_sum(ctx, "heat_or", per, *sums) for per, sums in row.get("or", {}).items())
        said += _heat_sum(ctx, "heat_indoor", row["per"], *row["indoor"]) if "indoor" in row else ""
    return said + (ctx.text("topics_figures.heat_months", first=row["months"][0], last=row["months"][1]) if row.get("months") else "")


def _heat_sum(ctx: Context, key: str, per: str, least: float, most: float | None) -> str:
    kind = "at_least" if most is None else "one" if least == most else "span"
    said = key if key != "heat" and kind == "one" else f"{key}_{kind}"
    return ctx.text(f"topics_figures.{said}", least=_plain(least), most=_plain(most), per=ctx.text(f"topics_figures.per_{per}"))


def _span(ends: tuple | None) -> str:
    return "" if ends is None else "–".join(dict.fromkeys(_plain(end) for end in ends))


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:,.2f}".rstrip("0").rstrip(".")
