"""What the case may be worth: sums in yuan, each with the working in words and its articles.

Never a promise; a range where something is open.
"""
from dataclasses import dataclass
from datetime import date, timedelta

from bot.guidance import region, situation
from bot.guidance.context import Context
from bot.guidance.deadlines.arbitration import filed, restarts
from bot.guidance.facts import add_months, add_years
from bot.law.languages import like

DAY = timedelta(days=1)
LABOUR_CONTRACT_LAW = date(2008, 1, 1)
WAGE_DAYS_RULE = date(2008, 1, 3)
NO_LABOUR_FORMS = ("student", "past_retirement_age", "self_employed")
NEAR_CAP = 2  # times the province's average: a city's own average may be a third lower, so the cap may already bite
HIGH_WAGE = 15_000  # yuan: where no average is known, only wages from here on can come near three times a city's average


@dataclass(frozen=True)
class Span:
    """A sum or a number of months, least and most."""

    least: float
    most: float

    def times(self, least: float, most: float | None = None) -> "Span":
        return Span(self.least * least, self.most * (least if most is None else most))


def build(ctx: Context) -> list[dict]:
    """The sums this case gives a reason for: [{"id", "from", "to", "how", "law"}], yuan, `how` in the worker's language.

    Ids: unpaid_wages, double_wage, severance, unlawful_dismissal, injury_lump_sum, injury_leave_pay, death_lump_sum, funeral_grant,
    overtime_hourly (for each hour). A sum whose facts are missing is left out: the questions ask for them.
    """
    parts = (_unpaid_wages(ctx), _double_wage(ctx), *_ending(ctx), *_injury(ctx), _overtime(ctx))
    return [part for part in parts if part is not None and part["law"]]  # on a day before the known law nothing is said


def double_wage_window(started_on: date, signed_on: date | None, ended_on: date | None, today: date) -> tuple[date, date] | None:
    """First and last day for which the extra wage is due (劳动合同法 82, 实施条例 6-7); the last is today while it still accrues."""
    start = max(started_on, LABOUR_CONTRACT_LAW)
    first, last = add_months(start, 1), add_years(start, 1) - DAY
    if signed_on is not None:
        last = min(last, signed_on - DAY)
    last = min(last, ended_on if ended_on is not None else today)
    return (first, last) if first <= last else None


def service_months(started_on: date, ended_on: date, rule: dict) -> float:
    """Months of wage that the years from the first to the last day of work are worth (劳动合同法 47)."""
    after = ended_on + DAY
    years = max(after.year - started_on.year, 0)
    if years and add_years(started_on, years) > after:
        years -= 1
    rest = add_years(started_on, years)
    if rest >= after:
        return years * rule["year"]
    return years * rule["year"] + (rule["long_rest"] if add_months(rest, 6) <= after else rule["short_rest"])


def _unpaid_wages(ctx: Context) -> dict | None:
    facts = ctx.facts
    if not facts.amount_owed:
        return None
    tags, how = set(), [ctx.text("amounts.unpaid_wages", owed=ctx.yuan(facts.amount_owed))]
    if _may_be_employee(ctx):
        tags.add("labour")
        how.append(ctx.text("amounts.unpaid_wages_extra"))
    if ctx.relationship != "labour_relationship" or not tags:
        tags.add("civil")
    if facts.employment_form == "past_retirement_age":
        tags.add("over_age")
    if facts.occupation == "construction":
        tags.add("site")
        how.append(ctx.text("amounts.unpaid_wages_site"))
    return _item(ctx, "unpaid_wages", Span(facts.amount_owed, facts.amount_owed), how, _cites(ctx, "unpaid_wages", tags))


def _double_wage(ctx: Context) -> dict | None:
    facts = ctx.facts
    complained = "no_contract" in ctx.issues
    work = situation.unwritten(facts, ctx.today)
    missing = facts.written_contract is False or facts.contract_signed_on or (complained and facts.written_contract is None)
    missing = missing or (complained and work is not None and work.expired)
    if facts.is_platform() and ctx.relationship != "labour_relationship" and not complained:
        return None
    if not (missing and work and facts.monthly_wage and _may_be_employee(ctx)):
        return None
    window = double_wage_window(work.start, work.signed_on, facts.ended_on, ctx.today)
    if window is None:
        return None
    first, last = window
    start, divisor = max(work.start, LABOUR_CONTRACT_LAW), ctx.value("figures/wage_days", max(last, WAGE_DAYS_RULE))
    whole, days = _months(start, first, last, divisor)
    cutoff = _cutoff(ctx)
    kept = Span(0, 0) if cutoff > last else _months(start, max(first, cutoff), last, divisor)[0]
    how = _conditions(ctx) + [
        ctx.text("amounts.double_wage", first=ctx.day(first), last=ctx.day(last), months=_range(whole), wage=ctx.yuan(facts.monthly_wage))
    ]
    tags = set()
    if work.expired:
        tags.add("after_expiry")
        how.append(ctx.text("amounts.double_wage_expired", day=ctx.day(facts.contract_expired_on)))
    if facts.ended_on is None and work.signed_on is None and last == ctx.today:
        how.append(ctx.text("amounts.double_wage_running"))
    if days:
        tags.add("part_month")
        how.append(ctx.text("amounts.double_wage_part", days=days, divisor=divisor))
    if cutoff > first:
        tags.add("lapsing")
        how.append(ctx.text("amounts.double_wage_lapsed" if cutoff > last else "amounts.double_wage_lapsing", cutoff=ctx.day(cutoff)))
    sum_ = Span(0 if work.expired else kept.least * facts.monthly_wage, whole.most * facts.monthly_wage)
    return _item(ctx, "double_wage", sum_, how, _cites(ctx, "double_wage", tags))


def _cutoff(ctx: Context) -> date:
    """The first day not yet lost where a court counts one year back month by month (广东 and others).

    Whatever restarts the arbitration year pushes it back; calls on a union do not, as not everywhere they restart it.
    """
    anchor = filed(ctx) or ctx.today
    for day in sorted(set(restarts(ctx)), reverse=True):
        if add_years(anchor, -1) <= day <= anchor:
            anchor = day
    return add_years(anchor, -1)


def _months(start: date, first: date, last: date, divisor: float) -> tuple[Span, int]:
    """Months of work from `first` to `last`, and the days outside whole months.

    Part of a month counts by Monday-to-Friday days over the divisor, or by calendar days: the lower and the higher of the two.
    """
    least = most = days = 0
    for index in range(1, 12):
        begins, ends = add_months(start, index), add_months(start, index + 1) - DAY
        overlap = [max(first, begins), min(last, ends)]
        if overlap[0] > overlap[1]:
            continue
        if overlap == [begins, ends]:
            least, most = least + 1, most + 1
            continue
        count = (overlap[1] - overlap[0]).days + 1
        working = sum((overlap[0] + day * DAY).weekday() < 5 for day in range(count))
        by_work, by_calendar = min(working / divisor, 1), count / ((ends - begins).days + 1)
        least, most, days = least + min(by_work, by_calendar), most + max(by_work, by_calendar), days + count
    return Span(least, most), days


def _ending(ctx: Context) -> list[dict]:
    facts = ctx.facts
    why = _end_reason(ctx)
    if why is None or not (facts.started_on and facts.monthly_wage and _may_be_employee(ctx)):
        return []
    end = facts.ended_on or ctx.today
    if end < max(facts.started_on, LABOUR_CONTRACT_LAW):
        return []
    rule = ctx.value("figures/severance_months", end)
    months = Span(service_months(max(facts.started_on, LABOUR_CONTRACT_LAW), end, rule), service_months(facts.started_on, end, rule))
    how, tags, wage = _conditions(ctx), {why}, ctx.yuan(facts.monthly_wage)
    if months.least == months.most:
        how.append(ctx.text("amounts.severance", start=ctx.day(facts.started_on), end=ctx.day(end), months=_number(months.most), wage=wage))
    else:
        tags.add("before_2008")
        how.append(ctx.text("amounts.severance_spread", start=ctx.day(facts.started_on), end=ctx.day(end), least=_number(months.least),
                            most=_number(months.most), wage=wage))
    if facts.ended_on is None:
        how.append(ctx.text("amounts.severance_today"))
    if why == "quit" and "social_insurance" in ctx.issues:
        tags.add("uninsured")
    base, notes, more = _severance_base(ctx, months, end)
    tags |= more
    severance = base
    if why == "dismissed":  # the month in place of notice is the previous month's wage, outside the cap
        severance = Span(base.least, base.most + facts.monthly_wage)
    law = _merge(ctx.cite("figures/severance_months", end), _cites(ctx, "severance", tags))
    items = [_item(ctx, "severance", severance, how + [ctx.text(f"amounts.severance_{why}")] + notes, law)]
    if why == "dismissed":
        items.append(_unlawful(ctx, base, end))
    return items


def _end_reason(ctx: Context) -> str | None:
    """Why severance may be due: dismissed, agreed, quit, expired; None where nothing points to it."""
    facts = ctx.facts
    expired, ended = facts.contract_expired_on, facts.ended_on
    if expired and ended and expired <= ended <= add_months(expired, 1) and facts.ended_by != "worker":
        return "expired"
    if facts.ended_by == "employer" or (facts.ended_by is None and "dismissal" in ctx.issues):
        return "dismissed"
    if facts.ended_by == "agreement":
        return "agreed"
    if facts.ended_by == "worker" and (facts.amount_owed or {"wage_arrears", "social_insurance"} & set(ctx.issues)):
        return "quit"
    return None


def _severance_base(ctx: Context, months: Span, end: date) -> tuple[Span, list[str], set[str]]:
    """Severance itself, with the cap of 47(2) and the floor of the minimum wage; the sentences and tags that go with them."""
    wage, notes, tags = ctx.facts.monthly_wage, [], set()
    base = months.times(wage)
    average = region.average_wage(ctx.law, ctx.facts.adcode, end)
    cap = ctx.value("figures/severance_cap", end)
    if average and wage > NEAR_CAP * average["month"]:
        notes.append(ctx.text("amounts.severance_capped", average=ctx.yuan(_money(average["month"]))))
        limit = cap["multiple"] * average["month"]
        if wage > limit:
            base = Span(min(base.least, limit * min(months.least, cap["years"])), base.most)
    elif average is None and wage > HIGH_WAGE:
        notes.append(ctx.text("amounts.severance_cap_unknown"))
    minimum = region.minimum_wage(ctx.law, ctx.facts.adcode, end)
    if minimum and wage < minimum["month"][1]:
        least, most = (0 if minimum["top_only"] else minimum["month"][0]), minimum["month"][1]
        base, tags = Span(months.least * max(wage, least), months.most * most), {"minimum_wage"}
        key = "severance_minimum_top" if minimum["top_only"] else "severance_minimum"
        notes.append(ctx.text(f"amounts.{key}", least=ctx.yuan(least), most=ctx.yuan(most)))
    return base, notes, tags


def _unlawful(ctx: Context, base: Span, end: date) -> dict:
    double = ctx.value("figures/unlawful_dismissal", end)
    protected = ctx.facts.pregnant or ctx.facts.injury.on is not None
    how = _conditions(ctx)
    if round(base.least, 2) == round(base.most, 2):
        how.append(ctx.text("amounts.unlawful_dismissal", base=ctx.yuan(_money(base.most))))
    else:
        how.append(ctx.text("amounts.unlawful_dismissal_spread", least=ctx.yuan(_money(base.least)), most=ctx.yuan(_money(base.most))))
    if protected:
        how.append(ctx.text("amounts.unlawful_dismissal_protected"))
    law = _merge(ctx.cite("figures/unlawful_dismissal", end), _cites(ctx, "unlawful_dismissal", {"protected"} if protected else set()))
    return _item(ctx, "unlawful_dismissal", base.times(double), how, law)


def _injury(ctx: Context) -> list[dict]:
    facts = ctx.facts
    on = facts.injury.on or ctx.today
    contractor = facts.employment_form == "subcontracted"
    told = "work_injury" in ctx.issues or facts.injury.on is not None
    if not told or on < date(2011, 1, 1) or not (contractor or _may_be_employee(ctx)):
        return []
    tags = {"contractor"} if contractor else set()
    if facts.injury.insured is not True:
        tags.add("not_insured")
    payer = {True: "insured", False: "uninsured", None: "unknown"}[facts.injury.insured]
    paid = ctx.text(f"amounts.injury_{payer}")
    condition = [ctx.text("amounts.if_contractor")] if contractor and ctx.relationship != "labour_relationship" else _conditions(ctx)
    general = _cites(ctx, "injury_lump_sum", tags)
    if facts.injury.fatal:
        return _death(ctx, on, condition, paid, general)
    if not facts.monthly_wage:
        return []
    wage, band = _own_wage(ctx, on)
    grades = ctx.value("figures/injury_lump_sum", on).values()
    how = condition + [ctx.text("amounts.injury_lump_sum", wage=ctx.yuan(facts.monthly_wage)), *band, paid, ctx.text("amounts.injury_more")]
    law = _merge(ctx.cite("figures/injury_lump_sum", on), general)
    lump = _item(ctx, "injury_lump_sum", wage.times(min(grades), max(grades)), how, law)
    leave = ctx.value("figures/injury_leave", on)["usual"]
    how = condition + [ctx.text("amounts.injury_leave_pay", wage=ctx.yuan(facts.monthly_wage))]
    pay = _item(ctx, "injury_leave_pay", Span(0, leave * facts.monthly_wage), how, ctx.cite("figures/injury_leave", on))
    return [lump, pay]


def _own_wage(ctx: Context, on: date) -> tuple[Span, list[str]]:
    """The wage that work-injury benefits go by, inside the band of 工伤保险条例 64, and the sentence that says so where it moves."""
    wage = ctx.facts.monthly_wage
    average = region.average_wage(ctx.law, ctx.facts.adcode, on)
    if not average or not average["current"]:
        return Span(wage, wage), []
    inside = min(max(wage, 0.6 * average["month"]), 3 * average["month"])
    if inside == wage:
        return Span(wage, wage), []
    note = ctx.text("amounts.injury_band", average=ctx.yuan(_money(average["month"])), wage=ctx.yuan(_money(inside)))
    return Span(min(wage, inside), max(wage, inside)), [note]


def _death(ctx: Context, on: date, condition: list[str], paid: str, general: list[dict]) -> list[dict]:
    items = []
    entry = region.running(ctx.law, "figures/death_lump_sum", on)
    if entry is not None:
        how = [ctx.text("amounts.death_lump_sum", year=on.year, sum=ctx.yuan(entry.value)), paid, ctx.text("amounts.death_more")]
        law = _merge([dict(article) for article in entry.law], general)
        items.append(_item(ctx, "death_lump_sum", Span(entry.value, entry.value), condition + how, law))
    average = region.average_wage(ctx.law, ctx.facts.adcode, on)
    if average and average["current"]:
        sum_ = ctx.value("figures/funeral_grant", on) * average["month"]
        how = condition + [ctx.text("amounts.funeral_grant", average=ctx.yuan(_money(average["month"])))]
        items.append(_item(ctx, "funeral_grant", Span(sum_, sum_), how, ctx.cite("figures/funeral_grant", on)))
    return items


def _overtime(ctx: Context) -> dict | None:
    wage = ctx.facts.monthly_wage
    if "overtime_rest" not in ctx.issues or not wage or not _may_be_employee(ctx) or ctx.today < WAGE_DAYS_RULE:
        return None
    rates, divisor = ctx.value("figures/overtime_rates"), ctx.value("figures/wage_days")
    hour = wage / divisor / 8
    words = ctx.text("amounts.overtime_hourly", wage=ctx.yuan(wage), divisor=divisor, hour=ctx.yuan(_money(hour)))
    law = _merge(ctx.cite("figures/overtime_rates"), ctx.cite("figures/wage_days"))
    how = _conditions(ctx) + [words, ctx.text("amounts.overtime_base")]
    return _item(ctx, "overtime_hourly", Span(hour, hour).times(min(rates.values()), max(rates.values())), how, law)


def _may_be_employee(ctx: Context) -> bool:
    return ctx.relationship in ("labour_relationship", "unclear") and ctx.facts.employment_form not in NO_LABOUR_FORMS


def _conditions(ctx: Context) -> list[str]:
    return [] if ctx.relationship == "labour_relationship" else [ctx.text("amounts.if_labour")]


def _cites(ctx: Context, id: str, tags: set[str]) -> list[dict]:
    """The articles of rules/amounts.yml for a sum: those in force on the day, general or for one of the situations."""
    return [
        {"name": row["name"], "article": row["article"]}
        for row in ctx.law.rule("amounts")[id]
        if row.get("from", date.min) <= ctx.today <= row.get("until", date.max) and row.get("only") in (None, *tags)
    ]


def _merge(*lists: list[dict]) -> list[dict]:
    merged: list[dict] = []
    for article in (article for each in lists for article in each):
        if article not in merged:
            merged.append(article)
    return merged


def _item(ctx: Context, id: str, sum_: Span, how: list[str], law: list[dict]) -> dict:
    joint = " " if like(ctx.language) == "en" else ""
    return {"id": id, "from": _money(sum_.least), "to": _money(sum_.most), "how": joint.join(how), "law": law}


def _money(amount: float) -> float:
    """To the fen; whole yuan as a whole number."""
    amount = round(amount, 2)
    return int(amount) if amount == int(amount) else amount


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _range(span: Span) -> str:
    least, most = _number(span.least), _number(span.most)
    return least if least == most else f"{least}–{most}"
