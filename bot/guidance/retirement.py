"""Whether the law counts a worker as past retirement age: 60, 55 or 50, rising step by step since 2025 (figures/retirement_age.yml)."""
from dataclasses import dataclass, replace
from datetime import date

from bot.guidance.context import Context
from bot.guidance.facts import add_months, add_years

KINDS = {"man": ("man",), "woman": ("woman_worker", "woman_staff"), None: ("man", "woman_worker", "woman_staff")}
MEN, WOMEN = ("male", "man", "m", "男"), ("female", "woman", "f", "w", "女")
EMPLOYED = (None, "employee", "dispatched")


@dataclass(frozen=True)
class Reached:
    """When a worker of one kind reaches the age: the first and the last month it may be (they differ where only the year of birth is
    known), and the age then in months."""

    kind: str
    first: date
    last: date
    age: int


def sex_of(told: str | None) -> str | None:
    """"man" or "woman" from what was told; None for anything else."""
    told = (told or "").strip().lower()
    return "man" if told in MEN else "woman" if told in WOMEN else None


def reached(ctx: Context) -> list[Reached]:
    """For each kind the worker may be, when the legal age is reached; empty where the birth or the rule of the day is not known."""
    if ctx.facts.born is None or ctx.today < ctx.law.dated["figures/retirement_age"][0].start:
        return []
    rule, since = ctx.value("figures/retirement_age"), ctx.law.dated["figures/retirement_age"][0].start
    year, _, month = ctx.facts.born[:7].partition("-")
    births = [date(int(year), number, 1) for number in ((int(month),) if month else (1, 12))]
    found = []
    for kind in KINDS[sex_of(ctx.facts.sex)]:
        ends = [_reached(born, rule[kind], since) for born in births]
        found.append(Reached(kind, ends[0][0], ends[-1][0], ends[-1][1]))
    return found


def _reached(born: date, row: dict, since: date) -> tuple[date, int]:
    """(month in which the age is reached, age in months) of somebody born in a month."""
    old = add_years(born, row["old"])
    after = (old.year - since.year) * 12 + old.month - since.month
    delay = min(after // row["every"] + 1, (row["latest"] - row["old"]) * 12) if after >= 0 else 0
    return add_months(old, delay), row["old"] * 12 + delay


def state(ctx: Context) -> str | None:
    """"under": certainly not there yet; "over": certainly past it; "open": it hangs on the kind of work, sex or month; None: unknown."""
    known = reached(ctx)
    if not known:
        return None
    if all(one.first > ctx.today for one in known):
        return "under"
    return "over" if all(one.last <= ctx.today for one in known) else "open"


def settled(ctx: Context) -> Context:
    """The same case under the law that its worker's age puts it: who is certainly under age is an employee like others, and who is past
    it by more than the years that can be agreed on is an over-age worker, once there is a rule for these."""
    facts, form = ctx.facts, ctx.facts.employment_form
    if form == "past_retirement_age" and state(ctx) == "under":
        return replace(ctx, facts=facts.copy(update={"employment_form": "employee"}))
    rule_from = ctx.law.rule("relationship")["over_age_rule_from"]
    if form in EMPLOYED and not facts.is_platform() and ctx.today >= rule_from and state(ctx) == "over":
        later = ctx.value("figures/retirement_age")["later_by_agreement"]
        if all(add_years(one.last, later) <= ctx.today for one in reached(ctx)):
            return replace(ctx, facts=facts.copy(update={"employment_form": "past_retirement_age"}))
    return ctx


def said(ctx: Context, told_form: str | None) -> list[str]:
    """What the age means, in words; empty where it changes nothing. `told_form`: the form of work as the worker named it."""
    how = state(ctx)
    if how is None or (told_form != "past_retirement_age" and how != "over"):
        return []
    known = reached(ctx)
    lines = [ctx.text(f"relationship.retires_{one.kind}", age=_age(ctx, one.age), month=_month(ctx, one)) for one in known]
    return [*lines, ctx.text(f"relationship.retirement_{how}")]


def _age(ctx: Context, months: int) -> str:
    years, rest = divmod(months, 12)
    return ctx.text("relationship.age_months" if rest else "relationship.age_years", years=years, months=rest)


def _month(ctx: Context, one: Reached) -> str:
    first, last = (ctx.month(day) for day in (one.first, one.last))
    return first if first == last else ctx.text("relationship.month_between", first=first, last=last)
