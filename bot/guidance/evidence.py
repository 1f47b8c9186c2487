"""What to bring and how to keep it: the proofs of this case, the most useful first."""
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.guidance.context import Context
from bot.guidance.insurance import on_platform
from bot.law import Law

RURAL_WAGE_RULE = date(2020, 5, 1)  # 保障农民工工资支付条例 50, on wages only


class About(NamedTuple):
    """What the choice of proofs hangs on in a case."""

    issues: frozenset[str]
    occupation: str | None
    relationship: str
    platform: bool
    fatal: bool
    injured: bool
    kind: str | None
    debt_note: bool | None
    group: bool


def build(ctx: Context) -> list[dict]:
    """[{"id", "text", "short"}], at most ten; `short` is the item in a few words. Data: rules/evidence.yml."""
    facts = ctx.facts
    about = About(frozenset(ctx.issues), facts.occupation, ctx.relationship, on_platform(ctx), facts.injury.fatal is True, _injured(ctx),
                  facts.injury.kind, facts.written_debt_note, (facts.people or 1) > 1)
    return [{"id": id, "text": _text(ctx, id), "short": ctx.text(f"evidence.{id}_short")} for id in _listed(ctx.law, about, ctx.today)]


@lru_cache(maxsize=4096)
def _listed(law: Law, about: About, today: date) -> tuple[str, ...]:
    rules = law.rule("evidence")
    wanted = sorted((item for item in rules["items"] if _applies(item, about, today)), key=lambda item: item["rank"])
    last = [item["id"] for item in wanted if item["id"] in rules["last"]]
    first = [item["id"] for item in wanted if item["id"] not in rules["last"]]
    return (*first[: rules["limit"] - len(last)], *last)


def _applies(item: dict, about: About, today: date) -> bool:
    return (
        not about.issues.isdisjoint(item["issues"])
        and ("occupations" not in item or about.occupation in item["occupations"])
        and ("relationship" not in item or about.relationship in item["relationship"])
        and ("platform" not in item or about.platform is item["platform"])
        and ("fatal" not in item or about.fatal is item["fatal"])
        and ("injured" not in item or about.injured is item["injured"])
        and ("kinds" not in item or about.kind in item["kinds"])
        and ("debt_note" not in item or about.debt_note is item["debt_note"])
        and ("group" not in item or about.group is item["group"])
        and ("from" not in item or item["from"] <= today)
    )


def _injured(ctx: Context) -> bool:
    facts = ctx.facts
    told = "work_injury" in ctx.issues or facts.injury.on is not None or "heat_stroke" in facts.in_danger()
    return told and facts.injury.fatal is not True


def _text(ctx: Context, id: str) -> str:
    if id == "employer_must_produce" and "wage_arrears" in ctx.issues and ctx.today >= RURAL_WAGE_RULE:
        return ctx.text("evidence.employer_must_produce_rural")
    return ctx.text(f"evidence.{id}")
