"""Which insurance the law opens to this worker, who pays, what it costs the worker a month, and on what it hangs where that is open."""
from datetime import date

from bot.guidance import region
from bot.guidance.context import Context
from bot.law.languages import like

PROFILES = ("employee", "unclear", "platform_unclear", "platform", "own_account", "over_age", "student")


def build(ctx: Context) -> list[dict]:
    """The schemes this case gives a reason for: [{"id", "available", "who_pays", "monthly_cost", "why", "law", "needs"}] (CONTRACT.md).

    `monthly_cost` is what the worker pays a month, [least, most] in yuan, None if unknown; `needs` are the facts that `depends` hangs on.
    Data: rules/insurance.yml, figures/.
    """
    name = profile(ctx)
    profiles = ctx.law.rule("insurance")["profiles"]
    rows = profiles[name]
    if on_platform(ctx) and name == "employee":  # a rider with a labour relationship keeps the platform's protection
        rows = [rows[0], *(row for row in profiles["platform"] if row["id"] == "occupational_injury_pilot"), *rows[1:]]
    rows = [row for row in rows if _in_force(ctx, row) and set(row["issues"]) & set(ctx.issues)]
    items = (_item(ctx, name, row) for row in rows)
    return [item for item in items if item is not None]


def on_platform(ctx: Context) -> bool:
    """Work through a platform, by the facts or by what the worker complains of."""
    return ctx.facts.is_platform() or bool({"platform_status", "platform_rules"} & set(ctx.issues))


def profile(ctx: Context) -> str:
    """Whom the law sees: one of PROFILES, from the form of employment and the class of the relationship."""
    form = ctx.facts.employment_form
    if form == "past_retirement_age":
        return "over_age"
    if form == "student":
        return "student"
    if ctx.relationship == "labour_relationship":
        return "employee"
    if on_platform(ctx):
        return "platform_unclear" if ctx.relationship == "unclear" else "platform"
    if ctx.relationship == "unclear" and form != "self_employed":
        return "unclear"
    return "own_account"


def _item(ctx: Context, name: str, row: dict) -> dict | None:
    if row["id"] == "occupational_injury_pilot":
        return _pilot(ctx, row)
    available, why, law = row["available"], [ctx.text(f"insurance.{row['why']}")], _cites(ctx, name, row["id"])
    if not law:  # a day before the known law: nothing is said
        return None
    cost = [0, 0] if row["cost"] == "none" else None
    if row["id"] == "work_injury":
        more, articles = _after_injury(ctx, name)
        why, law = why + more, law + articles
    elif row["id"] == "work_injury_single":
        rule = _single(ctx, name)
        if rule is None:
            return None
        cited = ctx.cite("figures/single_work_injury", ctx.facts.injury.on or ctx.today)
        why, law = why + rule, law + [article for article in cited if article not in law]
    elif row["id"] == "unemployment" and name in ("platform", "own_account"):
        if region.province_of(ctx.facts.adcode) in ctx.law.rule("insurance")["unemployment_for_flexible"]:
            available, cost, why = "depends", None, why + [ctx.text("insurance.none_unemployment_local")]
    elif row["id"] == "commercial_accident" and name.startswith("platform"):
        why = why + [ctx.text("insurance.commercial_both")]
    if row["cost"] in COSTS:
        cost, more = COSTS[row["cost"]](ctx)
        why = why + more
    return _answer(ctx, row, available, cost, why, law)


def _answer(ctx: Context, row: dict, available: str, cost: list[float] | None, why: list[str], law: list[dict]) -> dict:
    joint = " " if like(ctx.language) == "en" else ""
    pays = ctx.text(f"insurance.{row['pays']}")
    answer = {"id": row["id"], "available": available, "who_pays": pays, "monthly_cost": cost, "why": joint.join(why), "law": law}
    return {**answer, "needs": list(row.get("needs", ())) if available == "depends" else []}


def _after_injury(ctx: Context, name: str) -> tuple[list[str], list[dict]]:
    """What an uninsured employee is still owed, and who stands in for the foreman or the agency."""
    facts, why, law = ctx.facts, [], []
    if facts.employment_form == "subcontracted":
        why.append(ctx.text("insurance.subcontracted"))
        law += _dated(ctx, ctx.law.rule("insurance")["subcontracted_law"])
    if facts.employment_form == "dispatched":
        why.append(ctx.text("insurance.dispatched"))
        law += _dated(ctx, ctx.law.rule("insurance")["dispatched_law"])
    if name == "employee" and facts.injury.insured is False:
        why.append(ctx.text("insurance.employee_injured_uninsured"))
    elif name == "employee" and facts.injury.insured is None:
        why.append(ctx.text("insurance.employee_injured_unknown"))
    return why, law


def _pilot(ctx: Context, row: dict) -> dict | None:
    """Occupational-injury protection by province, day and platform; None for a day before the first pilot."""
    on = ctx.facts.injury.on or ctx.today
    if on < ctx.law.dated["figures/occupational_injury_pilot"][0].start:
        return None
    available, why, needs = _pilot_state(ctx, on)
    row = {**row, "needs": needs}
    if "work_injury" in ctx.issues and available != "no":
        why = why + [ctx.text("insurance.pilot_both")]
    return _answer(ctx, row, available, [0, 0], why, ctx.cite("figures/occupational_injury_pilot", on))


def _pilot_state(ctx: Context, on: date) -> tuple[str, list[str], list[str]]:
    """Whether the protection covers this worker on a day, the sentences that say on what it hangs, and the facts to ask for."""
    facts, known = ctx.facts, ctx.value("figures/occupational_injury_platforms", on)
    if facts.occupation is not None and facts.occupation not in (*known["sectors"], "other"):
        return "no", [ctx.text("insurance.pilot_sector")], []
    start = region.occ_injury_start(ctx.law, facts.adcode, on)
    if start is None:
        return "depends", [ctx.text("insurance.pilot_place_unknown")], ["place"]
    if start["state"] == "planned":
        return "depends", [ctx.text("insurance.pilot_planned")], []
    if start["state"] == "not_started":
        return "no", [ctx.text("insurance.pilot_not_started")], []
    why, needs = [ctx.text("insurance.pilot_running", start=ctx.day(start["from"]))], []
    if _platform(facts.platform, known["names"]) in start["platforms"]:
        available = "yes"
    elif not facts.platform:
        available, why, needs = "depends", why + [ctx.text("insurance.pilot_platform_unknown")], ["platform"]
    elif start["all_platforms_planned"]:
        available, why = "depends", why + [ctx.text("insurance.pilot_platform_unlisted")]
    else:
        available, why = "no", why + [ctx.text("insurance.pilot_platform_not_yet")]
    if available == "yes" and (facts.occupation is None or facts.occupation == "other"):
        available, why, needs = "depends", why + [ctx.text("insurance.pilot_sector_unknown")], ["occupation"]
    return available, why, needs


def _platform(told: str | None, names: dict[str, list[str]]) -> str | None:
    """The platform a worker means, by any name it goes by."""
    told = (told or "").casefold()
    return next((id for id, known in names.items() if any(name.casefold() in told for name in known)), None)


def _single(ctx: Context, name: str) -> list[str] | None:
    """The province's rule on insuring this group without a labour relationship; None where it has none for the group."""
    facts = ctx.facts
    on = facts.injury.on or ctx.today
    rule = region.single_work_injury(ctx.law, facts.adcode, on)
    groups = ctx.law.rule("insurance")["single_groups"]
    mine = {groups.get(name), groups.get(facts.occupation), groups["platform"] if name.startswith("platform") else None} - {None}
    if rule is None or not mine & set(rule["groups"]):
        return None
    if mine == {"platform"} and on < rule.get("platform_from", rule["from"]):
        return None
    why = [ctx.text("insurance.single_local")]
    if rule.get("max_age"):
        men, women = rule["max_age"]
        why.append(ctx.text("insurance.single_age", men=men, women=women))
    return why


def _employee_pension(ctx: Context) -> tuple[list[float] | None, list[str]]:
    base = region.pension_base(ctx.law, ctx.facts.adcode, ctx.today)
    if not (base and base["current"] and ctx.facts.monthly_wage):
        return None, []
    share = _yuan(ctx.value("figures/employee_pension_share") * min(max(ctx.facts.monthly_wage, base["low"]), base["high"]))
    words = {"most": ctx.yuan(share), "year": base["year"], "low": ctx.yuan(base["low"]), "high": ctx.yuan(base["high"])}
    return [share, share], [ctx.text("insurance.employee_pension_cost", **words)]


def _flexible_pension(ctx: Context) -> tuple[list[float] | None, list[str]]:
    base = region.pension_base(ctx.law, ctx.facts.adcode, ctx.today)
    if base is None:
        return None, [ctx.text("insurance.flexible_pension_unknown")]
    rate = ctx.value("figures/flexible_pension")["rate"]
    subsidy = [ctx.text("insurance.flexible_subsidy")]
    least, most = _yuan(rate * base["low"]), _yuan(rate * base["high"])
    if not base["current"]:
        return None, [ctx.text("insurance.flexible_pension_last", year=base["year"], least=ctx.yuan(least)), *subsidy]
    words = {"least": ctx.yuan(least), "most": ctx.yuan(most), "low": ctx.yuan(base["low"]), "high": ctx.yuan(base["high"])}
    return [least, most], [ctx.text("insurance.flexible_pension_cost", year=base["year"], **words), *subsidy]


def _flexible_medical(ctx: Context) -> tuple[list[float] | None, list[str]]:
    """A figure of some year is told with its year; it is no cost of today."""
    row = region.flexible_medical(ctx.law, ctx.facts.adcode, ctx.today)
    if row is None:
        return None, []
    words = {"year": row["year"], "amount": ctx.yuan(row.get("amount", 0)), "rate": f"{row.get('rate', 0) * 100:g}"}
    words |= dict(zip(("low", "high"), (ctx.yuan(end) for end in row.get("base", (0, 0)))))
    kind = "amount" if "amount" in row else "rate" if "rate" in row else "base"
    return None, [ctx.text(f"insurance.flexible_medical_{kind}", **words)]


def _unclear_pension(ctx: Context) -> tuple[list[float] | None, list[str]]:
    """The span from an employee's share on the wage to a flexible worker's highest choice."""
    own, _ = _employee_pension(ctx)
    flexible, why = _flexible_pension(ctx)
    if flexible is None:
        return None, why
    lowest_share = ctx.value("figures/employee_pension_share") / ctx.value("figures/flexible_pension")["rate"]
    return [own[0] if own else _yuan(flexible[0] * lowest_share), flexible[1]], why


def _employee_unemployment(ctx: Context) -> tuple[list[float] | None, list[str]]:
    share, wage = ctx.value("figures/employee_unemployment_share"), ctx.facts.monthly_wage
    why = [ctx.text("insurance.unemployment_cost")]
    return ([_yuan(share["rural"] * wage), _yuan(share["most"] * wage)] if wage else None), why


COSTS = {
    "employee_pension": _employee_pension,
    "flexible_pension": _flexible_pension,
    "flexible_medical": _flexible_medical,
    "unclear_pension": _unclear_pension,
    "employee_unemployment": _employee_unemployment,
}


def _cites(ctx: Context, name: str, id: str) -> list[dict]:
    return _dated(ctx, [row for row in ctx.law.rule("insurance")["law"][id] if name in row.get("profiles", PROFILES)])


def _dated(ctx: Context, rows: list[dict]) -> list[dict]:
    """The articles in force on the day."""
    return [{"name": row["name"], "article": row["article"]} for row in rows if _in_force(ctx, row)]


def _in_force(ctx: Context, row: dict) -> bool:
    return ("from" not in row or row["from"] <= ctx.today) and ("until" not in row or ctx.today <= row["until"])


def _yuan(amount: float) -> float:
    """To the fen; whole yuan as a whole number."""
    amount = round(amount, 2)
    return int(amount) if amount == int(amount) else amount
