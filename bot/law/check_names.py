"""Names that the base uses and something else must know: laws and their articles, signs of conditions, places, tiers and grades of figures.

The signs are made by the code (bot/guidance/routes.py, topics.py, bot/documents/values.py); this room imports nothing of ours, so a test
holds the lists against it.
"""
import re

from bot.law import places

ROUTE_SIGNS = frozenset((
    "arbitration_begun arbitration_filed arbitration_refused award_received cannot_read civil_only construction "
    "contract_in_hand criminal_case danger debt_note dispatched enterprise_union fatal hotline_24h household large_debt "
    "line_12356 locked_in many migrant minor new_groups no_contract no_issue no_place old_union_law only_not_labour "
    "over_age_rule past_retirement platform platform_crowdsourced pregnant recognised recognition_done recognition_refused "
    "retaliation rural sichuan_chongqing student subcontracted turned_away union_member"
).split())
DOOR_SIGNS = frozenset({"has_next", "has_lower", "turned_away_below", "lowest_union"})
TOPIC_SIGNS = frozenset((
    "at_work bargaining_guide contract_expired courier employee_class forum_rule heat_case heat_known in_chongqing in_sichuan left "
    "man minimum_holiday minimum_hour minimum_top_only minimum_wage_hedge minimum_wage_known minimum_with_insurance "
    "minimum_without_insurance moved_dismissed moved_other occupational_disease on_the_road opinion_of_sichuan own_account "
    "pilot_sector platform_not_employee platform_work self_employed streamer traffic_rule_2026"
).split())
PAPER_SIGNS = frozenset("at_work claimed ended_agreement ended_employer ended_worker left people promised relation_claimed".split())
AMOUNT_TAGS = frozenset((
    "after_expiry agreed before_2008 civil contractor dismissed expired labour lapsing minimum_wage not_insured over_age "
    "part_month protected quit site uninsured"
).split())
INJURIES = ("accident", "commuting", "occupational_disease", "on_platform_order")
GRADES = ("gov", "notice-copy", "news", "github-doc", "github", "weak")
TEMPLATES = {"routes": DOOR_SIGNS, "excuses": DOOR_SIGNS, "warnings": frozenset(), "topics": TOPIC_SIGNS, "documents": PAPER_SIGNS}
ARTICLE = re.compile(r"(\d+)(?:之一)?(?:\(\d+\))?\Z")
QUOTED = re.compile(r"\[([^\[\] ]+) ([^\[\] ]+)\]")


def faults(files: dict[str, object], rules: dict[str, object], texts: dict[str, dict[str, object]], issues: tuple[str, ...],
           dangers: tuple[str, ...]) -> list[str]:
    """One line a name that nothing stands behind, in a base read by check.faults()."""
    bodies = rules.get("bodies")
    if not isinstance(bodies, dict):
        return ["rules/bodies: there is no such file"]
    laws, channels = bodies.get("laws", {}), bodies.get("wage_channels", {})
    signs = ROUTE_SIGNS | {*issues, *laws, *channels.values(), *(f"danger_{danger}" for danger in dangers),
                           *(f"injury_{kind}" for kind in INJURIES)}
    named = {*laws, *rules.get("references", {}).get("documents", ()),
             *(entry["formerly"]["name"] for entry in laws.values() if "name" in entry.get("formerly", {}))}
    found = [f"{name}: unknown law: {law}" for name, content in files.items() if not name.startswith("text/")
             for law in dict.fromkeys(_cited(content)) if law not in named]
    found += _conditions(rules, signs) + _templates(texts, signs, laws)
    found += [f"rules/amounts: unknown situation: {row['only']}" for rows in rules.get("amounts", {}).values() for row in rows
              if row.get("only", "site") not in AMOUNT_TAGS]
    return found + _figures(files)


def _cited(content: object) -> list[str]:
    if isinstance(content, list):
        return [law for item in content for law in _cited(item)]
    if not isinstance(content, dict):
        return []
    if isinstance(content.get("article"), str) and isinstance(content.get("name"), str) and content["name"].strip():
        return [content["name"]]
    return [law for value in content.values() for law in _cited(value)]


def _conditions(rules: dict[str, object], signs: frozenset[str]) -> list[str]:
    """Conditions of ways, of unions and of topics that hang on a sign nobody makes."""
    bodies = rules["bodies"]
    union = bodies.get("union", {})
    rows = [("rules/bodies", way.get("id"), way, signs) for door in bodies.get("bodies", {}).values() for way in door["ways"]]
    rows += [("rules/bodies", name, union[name], signs) for name in ("enterprise", "township", "industry", "ladder") if name in union]
    rows += [("rules/topics", row.get("id"), row, signs | TOPIC_SIGNS) for row in rules.get("topics", {}).get("topics", ())]
    return [f"{file}: {id}: unknown sign: {sign}" for file, id, row, known in rows for key in ("all", "any", "none")
            for sign in row.get(key, ()) if sign not in known]


def _templates(texts: dict[str, dict[str, object]], signs: frozenset[str], laws: dict[str, dict]) -> list[str]:
    """Sentences that hang on an unknown sign, or quote what is no article of the law."""
    found = []
    for language, sentences in sorted(texts.items()):
        for key, said in sentences.items():
            topic = key.split(".")[0]
            if topic not in TEMPLATES or not isinstance(said, str):
                continue
            for line in said.splitlines():
                if line.startswith("?"):
                    words = re.split(r"[&|]", line[1:].partition(":")[0])
                    found += [f"text: {key}: unknown sign: {word} ({language})" for word in words
                              if word.lstrip("!") not in signs | TEMPLATES[topic]]
            for law, articles in QUOTED.findall(said):
                most = laws.get(law, {}).get("articles", 10_000)
                wrong = [article for article in articles.split(",")
                         if not (number := ARTICLE.match(article)) or not 0 < int(number[1]) <= most]
                found += [f"text: {key}: {law} has no article {article} ({language})" for article in wrong if law in laws]
    return found


def translated(texts: dict[str, dict[str, object]]) -> list[str]:
    """Sentences that quote other articles than their translation; to be asked of a base without other faults."""
    first, *others = sorted(texts)
    return [f"text: {key}: quotes other articles in {other} than in {first}" for other in others for key, said in texts[first].items()
            if key.split(".")[0] in TEMPLATES and isinstance(said, str) and isinstance(texts[other].get(key), str)
            and sorted(QUOTED.findall(said)) != sorted(QUOTED.findall(texts[other][key]))]


def _figures(files: dict[str, object]) -> list[str]:
    """Figures by place: every province has its files, tiers fit, lows lie below highs, places and grades of quality exist."""
    found = []
    provinces = [code for code, place in places.table().items() if place.level == "province"]
    for folder in ("minimum_wage", "pension_base"):
        here = [name for name in files if name.startswith(f"figures/{folder}/")]
        found += [f"figures/{folder}/{code}: there is no such file" for code in provinces if f"figures/{folder}/{code}" not in here]
        for name in here:
            rows = files[name].get("values") if isinstance(files[name], dict) else None
            for number, row in enumerate(rows if isinstance(rows, list) else (), start=1):
                value = row.get("value") if isinstance(row, dict) else None
                if isinstance(value, dict):
                    check = _wage if folder == "minimum_wage" else _base
                    found += [f"{name}: value {number}: {line}" for line in check(value)]
    return found


def _wage(value: dict) -> list[str]:
    months, hours = value.get("month") or [], value.get("hour") or []
    found = [] if len(months) == len(hours) else ["month and hour have not the same number of tiers"]
    found += [f"{code} is in tier {tier} of {len(months)}" for code, tier in value.get("areas", {}).items()
              if not (isinstance(tier, int) and 1 <= tier <= len(months))]
    return found + _about(value, [*value.get("areas", {}), *value.get("places", {})])


def _base(value: dict) -> list[str]:
    bands = [value, *value.get("areas", {}).values()]
    found = ["the lowest base is above the highest" for band in bands if not band.get("low", 0) < band.get("high", 0)]
    return found + _about(value, list(value.get("areas", {})))


def _about(value: dict, codes: list[str]) -> list[str]:
    found = [f"unknown place: {code}" for code in codes if places.get(code) is None]
    return found + ([] if value.get("quality") in GRADES else [f"unknown quality: {value.get('quality')}"])
