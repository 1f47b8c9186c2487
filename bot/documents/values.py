"""What a case puts into its papers: the signs that choose the lines, and the fields. What is not known is a marked blank, never a guess."""
import re
from dataclasses import dataclass, replace
from datetime import date

from bot.guidance.assess import assess, context_of
from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.guidance.route_words import article_in_force, chinese, lines, month, written_out
from bot.guidance.routes import REFUSED, facts_in_brief, signs, union_name
from bot.law import Law, places

OPEN, CLOSE = "\ue000", "\ue001"  # around what has to be filled in or checked by hand; no text that people type has these
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")  # not allowed in a Word file, or ours
PLAIN_ARTICLE = re.compile(r"(\d+)\Z")
SUFFIX_OF_A_CHECK = "_check"


@dataclass(frozen=True)
class Matter:
    """A case as one language tells it: the context, the assessment, the signs that hold and the fields."""

    ctx: Context
    result: dict
    held: frozenset[str]
    fields: dict[str, str]
    rows: tuple[tuple[str, ...], ...] = ()  # of a table about several matters

    def lines(self, key: str, **more: str) -> list[str]:
        """The lines of a text of documents.yml that stand in this case, filled in."""
        return [line for line, _ in lines(self.ctx.law, self.ctx.today, f"documents.{key}", self.ctx.language, self.held,
                                          self.fields | more)]

    def line(self, key: str, **more: str) -> str:
        """A text of one line; "" where it does not stand."""
        return "".join(self.lines(key, **more))

    def sum(self, least: float, most: float) -> str:
        """A sum of money; where it is a range the worker has to name one number."""
        if least == most:
            return self.ctx.yuan(least)
        return marked(self.line("sum_between", least=self.ctx.yuan(least), most=self.ctx.yuan(most)))

    def based_on(self, law: list[dict]) -> str:
        law = [article for article in law if article not in self.ctx.law.rule("documents")["not_for_claims"]]
        before = " " if self.ctx.language == "en" else ""
        return before + self.line("based_on", law=cited(self.ctx, law)) if law else ""


def matter(facts: Facts, law: Law, today: date, language: str) -> Matter:
    """The case told in a language, zh or en."""
    facts = facts.copy(update={"language": language})
    ctx, _ = context_of(facts, law, today)
    result = assess(facts, law, today)
    held = signs(ctx) | _signs(ctx, result)
    blank = {key.split("blank_", 1)[1]: what for key, what in law.texts[language].items() if key.startswith("documents.blank_")}
    mark = Matter(ctx, result, held, {})
    fields = {name: marked(mark.line("blank", what=what)) for name, what in blank.items() if not name.endswith(SUFFIX_OF_A_CHECK)}
    for name, value in _known(ctx, result, mark).items():
        if value:
            what = blank.get(name + SUFFIX_OF_A_CHECK)
            fields[name] = _checked(mark.line("check", value=OPEN, what=what), value) if what else value
    return replace(mark, fields=fields)


def marked(text: str) -> str:
    """A text that stands out in the paper."""
    return f"{OPEN}{text}{CLOSE}"


def printable(text: str | None) -> str:
    """What somebody typed, on one line and as a Word file can hold it."""
    return " ".join(UNPRINTABLE.sub(" ", text or "").split())


def cited(ctx: Context, law: list[dict]) -> str:
    """Articles in words, those of one law together: 劳动合同法第八十二条、…"""
    groups: dict[str, list[dict]] = {}
    for article in law:
        groups.setdefault(article["name"], []).append(article)
    joint = "; " if ctx.language == "en" else "；"
    return joint.join(_of_one_law(ctx, name, articles) for name, articles in groups.items())


def _of_one_law(ctx: Context, name: str, articles: list[dict]) -> str:
    articles = sorted(articles, key=lambda one: int(found[1]) if (found := PLAIN_ARTICLE.match(one["article"])) else 0)
    spelt = name in ctx.law.rule("bodies")["laws"]
    if spelt and all(article_in_force(ctx.law, ctx.today, name, one["article"]) == one for one in articles):
        return written_out(ctx.law, articles, ctx.language)
    numbers = [one["article"] for one in articles]
    if ctx.language == "en":
        return f"{name} {', '.join(numbers)}"
    found = [PLAIN_ARTICLE.match(number) for number in numbers]
    if all(found):
        return name + "、".join(f"第{chinese(int(one[1]))}条" for one in found)
    return f"{name}（{'、'.join(numbers)}）"


def _checked(sentence: str, value: str) -> str:
    """The value, and after it the marked note of what to check."""
    return sentence.replace(OPEN, value + OPEN, 1) + CLOSE


def _signs(ctx: Context, result: dict) -> frozenset[str]:
    facts = ctx.facts
    held = {
        "left": facts.left_work() is True,
        "at_work": facts.left_work() is False,
        f"ended_{facts.ended_by}": facts.left_work() is True and facts.ended_by is not None,
        "claimed": bool(ctx.past(facts.claimed_on)),
        "promised": bool(ctx.past(facts.employer_promised_on)),
        "people": (facts.people or 1) > 1,
        "relation_claimed": claims_relationship(ctx),
    }
    return frozenset(name for name, true in held.items() if true)


def claims_relationship(ctx: Context) -> bool:
    """Whether the labour relationship itself has to be established."""
    unproven = ctx.relationship != "labour_relationship" or ctx.facts.written_contract is False
    return unproven and ctx.relationship in ("labour_relationship", "unclear") and ctx.facts.written_contract is not True \
        and ctx.facts.employment_form != "past_retirement_age" and ctx.facts.injury.recognised is not True


def refusals(ctx: Context, result: dict) -> list[dict]:
    """The unions that turned the worker away: [{"contact", "name", "reply"}]; `reply` None where the law answers no such reason."""
    found = []
    for contact in ctx.facts.contacts:
        if contact.body != "union" or not (contact.answer in REFUSED or contact.reason):
            continue
        routes = [route for route in result["routes"] if route["body"] == "union"]
        route = next((route for route in routes if route["level"] == contact.level), next((one for one in routes if one["refused"]), None))
        reply = next((row["reply"] for row in (route or {}).get("if_refused", ()) if row["reason"] == contact.reason), None)
        found.append({"contact": contact, "name": door(ctx, contact), "reply": reply})
    return found


def door(ctx: Context, contact) -> str:
    """The name of the body somebody turned to, its general name where the place is not known."""
    if contact.body == "union":
        chain = {place.level: place.adcode for place in places.chain(ctx.facts.adcode)}
        lowest = places.chain(ctx.facts.adcode)
        level = contact.level or (lowest[0].level if lowest else None)
        code = chain.get(level) or (lowest[0].adcode if lowest else None)
        name = union_name(ctx.law, level, code, ctx.language, ctx.facts) if level else None
        return printable(name) or ctx.text(f"routes.label_union_{level}" if level else "routes.label_union")
    return ctx.text(f"routes.label_{contact.body}")


def _known(ctx: Context, result: dict, mark: Matter) -> dict[str, str]:
    """The fields that the facts give."""
    facts = ctx.facts
    place = places.full_name(facts.adcode, ctx.language) if places.get(facts.adcode) else printable(facts.place)
    job = facts.occupation and ctx.law.has_text(f"routes.job_{facts.occupation}", ctx.language)
    unions = refusals(ctx, result)
    sex = {"man": "男", "woman": "女"}.get(facts.sex) or (facts.sex if facts.sex in ("男", "女") else None)
    return {
        "worker_sex": None if facts.injury.fatal else sex,
        "employer": printable(facts.employer),
        "employer_named": printable(facts.employer),
        "employer_address": printable(facts.employer_place),
        "platform": printable(facts.platform),
        "job": ctx.text(f"routes.job_{facts.occupation}") if job else None,
        "place": place,
        "started_on": _day(mark, facts.started_on),
        "ended_on": _day(mark, facts.ended_on) or (mark.line("until_now") if facts.left_work() is False else None),
        "monthly_wage": ctx.yuan(facts.monthly_wage) if facts.monthly_wage else None,
        "owed": ctx.yuan(facts.amount_owed) if facts.amount_owed else None,
        "owed_since": month(facts.owed_since, ctx.language) if facts.owed_since else None,
        "injury_on": _day(mark, facts.injury.on),
        "injury_kind": mark.line(f"injury_kind_{facts.injury.kind}") if facts.injury.kind else None,
        "diagnosed_on": _day(mark, facts.injury.diagnosed_on),
        "debt_due_on": _day(mark, facts.debt_due_on),
        "claimed_on": _days(ctx, facts.claimed_on),
        "promised_on": _days(ctx, facts.employer_promised_on),
        "people": str(facts.people) if facts.people else None,
        "union": unions[-1]["name"] if unions else None,
        **{name: _office(ctx, result, **office) for name, office in ctx.law.rule("documents")["offices"].items()},
        "facts": facts_in_brief(ctx),
    }


def _office(ctx: Context, result: dict, body: str, called: str) -> str | None:
    """The usual name of the office of the place; it is given to be checked."""
    adcode = next((route["adcode"] for route in result["routes"] if route["body"] == body and route["adcode"]), None)
    place = places.get(adcode)
    if place is None:
        return None
    parent = places.get(place.parent)
    district = place.level == "county" and place.name_zh.endswith("区") and parent is not None
    return f"{parent.name_zh if district else ''}{place.name_zh}{called}"


def _day(told: Matter, day: date | None) -> str | None:
    """A day; the first of a month, which may stand for a month told without its day, is to be checked."""
    if day is None:
        return None
    shown = told.ctx.day(day)
    return _checked(told.line("check", value=OPEN, what=told.line("blank_day_check")), shown) if day.day == 1 else shown


def _days(ctx: Context, days: list[date]) -> str | None:
    return (", " if ctx.language == "en" else "、").join(ctx.day(day) for day in sorted(ctx.past(days)))
