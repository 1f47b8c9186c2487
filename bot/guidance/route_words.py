"""The sentences of routes and replies: small templates in `law/text/<language>/{routes,excuses}.yml`, one line a sentence.

`?sign&!sign|sign: text` stands only if the signs hold (`|` binds weaker than `&`; a law's name is a sign while it is in force);
`[工会法 10,30]` is written out as articles of the law in force on the day, and a line that quotes a law not yet in force is left out;
`{place}` is filled in. What the worker typed is filled in last and never read as a template.
"""
import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bot.guidance.context import MONTHS, Context
from bot.law import Law
from bot.law.languages import like

ARTICLE = re.compile(r"\[([^\[\] ]+) ([^\[\] ]+)\]")
SENTENCE_START = re.compile(r"(?:(?<=^)|(?<=[.?!] ))(?:article|point)")
FIELD = re.compile(r"\{(\w+)\}")
FEW_FRAGMENTS = 4    # on the card
MOST_FRAGMENTS = 6   # longer, nobody listens at a counter
LONGEST_NAME = 40
ISSUE_FRAGMENTS = {"dismissal": "dismissal", "overtime_rest": "overtime", "social_insurance": "social_insurance",
                   "platform_status": "platform_status", "platform_rules": "platform_rules", "contract_terms": "contract_terms",
                   "discrimination_harassment": "discrimination", "leave_maternity": "leave", "health_safety": "health_safety",
                   "other_labour": "other"}
INJURY_FRAGMENTS = {"commuting": "injury_commuting", "occupational_disease": "injury_disease", "on_platform_order": "injury_order"}
DIGITS = "零一二三四五六七八九"


def render(law: Law, on: date, key: str, language: str, held: frozenset[str], fields: dict[str, str]) -> tuple[str, list[dict]]:
    """A text and the articles it quotes, in their order: ("…", [{"name", "article"}])."""
    shown = standing(law, on, key, language, held)
    return shown.filled(fields) if len(shown.parts) > 1 else shown.parts[0], [*shown.articles]


def lines(law: Law, on: date, key: str, language: str, held: frozenset[str], fields: dict[str, str]) -> list[tuple[str, list[dict]]]:
    """The lines of a text that stand, each with the articles it quotes."""
    return [(_fill(line, fields) if "{" in line else line, quoted) for line, quoted in standing(law, on, key, language, held).lines]


@dataclass(frozen=True)
class Shown:
    """What stands of a text while certain signs hold, its fields not filled in yet: line by line, and as one text whose every second part
    is the name of a field; and the articles of all of it."""

    lines: list[tuple[str, list[dict]]]
    parts: list[str]
    articles: list[dict]

    def filled(self, fields: dict[str, str]) -> str:
        return "".join([fields.get(part, f"{{{part}}}") if number % 2 else part for number, part in enumerate(self.parts)])


@dataclass(frozen=True)
class Written:
    """A text with its articles written out: its lines, the signs they hang on, and what stands by which of these signs hold."""

    lines: list[tuple[list[tuple[frozenset, frozenset]], str, list[dict]]]
    signs: frozenset[str]
    shown: dict[frozenset[str], Shown]


# Texts with their articles written out, by law and era, then by key and language: as many as there are texts and changes of law.
_WRITTEN: dict[tuple, dict[tuple, Written]] = {}


def standing(law: Law, on: date, key: str, language: str, held: frozenset[str]) -> Shown:
    """What stands of a text on a day while these signs hold."""
    written = _written(law, on)
    text = written.get((key, language))
    if text is None:
        parts = [parts for parts in (_line(law, era_of(law, on), line, language) for line in law.text(key, language).splitlines()) if parts]
        signs = frozenset(sign for choices, _, _ in parts for choice in choices for sign in choice[0] | choice[1])
        text = written[key, language] = Written(parts, signs, {})
    matters = held & text.signs
    shown = text.shown.get(matters)
    if shown is None:
        stand = [(line, quoted) for choices, line, quoted in text.lines
                 if not choices or any(wanted <= matters and matters.isdisjoint(unwanted) for wanted, unwanted in choices)]
        whole = join([line for line, _ in stand], language)
        shown = text.shown[matters] = Shown(stand, FIELD.split(whole), unique([one for _, quoted in stand for one in quoted]))
    return shown


def hang_on(law: Law, on: date, keys: list[str], language: str) -> frozenset[str]:
    """The signs on which it hangs what stands of these texts."""
    signs = frozenset()
    for key in keys:
        standing(law, on, key, language, frozenset())
        signs |= _written(law, on)[key, language].signs
    return signs


@lru_cache(maxsize=10_000)
def _written(law: Law, on: date) -> dict[tuple, Written]:
    return _WRITTEN.setdefault((law.version, era_of(law, on)), {})


def _line(law: Law, on: date, line: str, language: str):
    choices = []   # none: the line always stands
    if line.startswith("?"):
        condition, _, line = line[1:].partition(":")
        choices = [(frozenset(word for word in choice.split("&") if not word.startswith("!")),
                    frozenset(word[1:] for word in choice.split("&") if word.startswith("!"))) for choice in condition.split("|")]
    groups = [[article_in_force(law, on, name, article) for article in articles.split(",")] for name, articles in ARTICLE.findall(line)]
    if any(None in group for group in groups):
        return None
    shown = iter(groups)
    line = ARTICLE.sub(lambda found: written_out(law, next(shown), language), line.strip())
    if like(language) == "en":
        line = SENTENCE_START.sub(lambda found: found[0].capitalize(), line)
    return choices, line, [article for group in groups for article in group]


@lru_cache(maxsize=10_000)
def era_of(law: Law, on: date) -> date:
    """The last day up to `on` from which a law quoted here reads differently (the first of all days, if none)."""
    days = _changes(law)
    return days[bisect_right(days, on) - 1]


@lru_cache(maxsize=100)
def _changes(law: Law) -> list[date]:
    days = {date.min}
    for entry in law.rule("bodies")["laws"].values():
        days.add(entry["since"])
        if "formerly" in entry:
            days.add(entry["formerly"]["until"] + timedelta(days=1))
    return sorted(days)


def join(sentences: list[str], language: str) -> str:
    return (" " if like(language) == "en" else "").join(sentence for sentence in sentences if sentence)


def unique(articles: list[dict]) -> list[dict]:
    """The articles without repetition, the first mention first."""
    return [article for number, article in enumerate(articles) if article not in articles[:number]]


def article_in_force(law: Law, on: date, name: str, article: str) -> dict | None:
    """The article as it was called and numbered on a day; None if the law was not yet in force. Source: rules/bodies.yml, `laws`."""
    entry = law.rule("bodies")["laws"][name]
    if on < entry["since"]:
        return None
    formerly = entry.get("formerly")
    if formerly and on <= formerly["until"]:
        return {"name": formerly.get("name", name), "article": formerly["articles"].get(article, article)}
    return {"name": name, "article": article}


def written_out(law: Law, cited: list[dict], language: str) -> str:
    """Articles of one law in words: 工会法第十条、第三十条; articles 10 and 30 of the Trade Union Law."""
    return _written_out(law, cited[0]["name"], tuple(article["article"] for article in cited), language)


@lru_cache(maxsize=5000)
def _written_out(law: Law, name: str, articles: tuple[str, ...], language: str) -> str:
    laws = law.rule("bodies")["laws"]
    entry = laws.get(name) or next(entry["formerly"] for entry in laws.values() if entry.get("formerly", {}).get("name") == name)
    unit = entry.get("unit", "条")
    if like(language) == "en":
        numbers = [article.replace("之一", "-1") for article in articles]
        word = "point" if unit == "点" else "article"
        return f"{word}{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)} of the {entry['en']}"
    return entry.get("zh", name) + "、".join(_number(article, unit) for article in articles)


def _number(article: str, unit: str) -> str:
    """42(3) -> 第四十二条第（三）项; 276之一 -> 第二百七十六条之一."""
    number, _, item = article.rstrip(")").partition("(")
    number, inserted, which = number.partition("之")
    return f"第{chinese(int(number))}{unit}{inserted}{which}" + (f"第（{chinese(int(item))}）项" if item else "")


def chinese(number: int) -> str:
    """1 to 1999 as statutes write it: 三十, 一百零六, 一千零一十."""
    text, pending = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if pending else "") + DIGITS[digit] + sign
        pending = bool(text) and not digit and number > 0
    return text[1:] if text.startswith("一十") else text


def facts_sentence(ctx: Context, held: frozenset[str], place: str | None, language: str, most: int = MOST_FRAGMENTS) -> str:
    """What happened, in one sentence in the first person, with this case's figures."""
    facts = ctx.facts

    def say(key: str, **fields: str) -> str:
        return _fill(ctx.law.text(f"routes.facts_{key}", language), fields)

    # A place that could not be resolved is repeated as the worker said it.
    place = place or short_name(facts.place)
    job = facts.occupation if facts.occupation and facts.occupation != "other" else None
    start = ("start" if place else "start_no_place") + ("_job" if job else "")
    parts = [say(start, place=place or "", job=ctx.law.text(f"routes.job_{job}", language) if job else "")]
    if facts.people and facts.people > 1:
        parts.append(say("people", people=str(facts.people)))
    for issue in ctx.issues:
        parts += _fragments(ctx, issue, say, language)
    if "criminal_case" in held:
        parts.append(say("criminal"))
    if "no_contract" in held:
        parts.append(say("no_contract"))
    if facts.written_debt_note:
        parts.append(say("debt_note"))
    if facts.started_on:
        parts.append(say("since", month=month(facts.started_on, language)))
    if short_name(facts.platform):
        parts.append(say("platform", platform=short_name(facts.platform)))
    elif short_name(facts.employer):
        parts.append(say("employer", employer=short_name(facts.employer)))
    parts = parts[:most]
    return ", ".join(parts) + "." if like(language) == "en" else "，".join(parts) + "。"


def _fragments(ctx: Context, issue: str, say, language: str) -> list[str]:
    facts = ctx.facts
    if issue == "wage_arrears":
        parts = [say("wages_amount", amount=yuan(facts.amount_owed, language)) if facts.amount_owed else say("wages")]
        return parts + ([say("wages_owed_since", month=month(facts.owed_since, language))] if facts.owed_since else [])
    if issue == "work_injury":
        key = "fatal" if facts.injury.fatal else INJURY_FRAGMENTS.get(facts.injury.kind, "injury")
        on = facts.injury.diagnosed_on or facts.injury.on if key == "injury_disease" else facts.injury.on
        parts = [say(f"{key}_on", day=day(on, language)) if on else say(key)]
        return parts + ([say("not_recognised")] if facts.injury.recognised is False else [])
    if issue == "dismissal":
        return [say("dismissal_on", day=day(facts.ended_on, language))
                if facts.ended_on and facts.ended_by == "employer" else say("dismissal")]
    if issue == "social_insurance" and facts.employment_form == "self_employed":
        return [say("social_insurance_own")]
    return [say(ISSUE_FRAGMENTS[issue])] if issue in ISSUE_FRAGMENTS else []


def day(value: date, language: str) -> str:
    """2026年5月3日; 3 May 2026."""
    return f"{value.day} {month(value, 'en')}" if like(language) == "en" else f"{month(value, language)}{value.day}日"


def month(value: date, language: str) -> str:
    """2020年12月; December 2020."""
    return f"{MONTHS[value.month - 1]} {value.year}" if like(language) == "en" else f"{value.year}年{value.month}月"


def yuan(amount: float, language: str) -> str:
    """61,800 元; 61,800 yuan, as Context.yuan writes it, but in a language of choice."""
    shown = f"{amount:,.2f}".rstrip("0").rstrip(".")
    return f"{shown} yuan" if like(language) == "en" else f"{shown} 元"


def short_name(text: str | None) -> str | None:
    """A name as typed, on one line; None when it is too long to be one."""
    text = " ".join(text.split()) if text else ""
    return text if 0 < len(text) <= LONGEST_NAME else None


def _fill(template: str, fields: dict[str, str]) -> str:
    return FIELD.sub(lambda found: fields.get(found[1], found[0]), template)
