"""Warnings in time: what must not be signed, missed or deleted in this case."""
from datetime import date

from bot.guidance import routes
from bot.guidance.context import Context
from bot.guidance.deadlines import OTHERS
from bot.guidance.route_words import render


def build(ctx: Context, deadlines: list[dict]) -> list[str]:
    """The sentences whose condition holds, in the order of law/rules/warnings.yml."""
    if "warnings" not in ctx.kept:
        rule = ctx.law.rule("warnings")
        ctx.kept["warnings"] = [id for id in rule["order"] if CONDITIONS[id](ctx, deadlines, rule)]
    if ("warnings", ctx.language) not in ctx.kept:
        held = routes.signs(ctx)
        ctx.kept["warnings", ctx.language] = [render(ctx.law, ctx.today, f"warnings.{id}", ctx.language, held, {})[0]
                                              for id in ctx.kept["warnings"]]
    return [*ctx.kept["warnings", ctx.language]]


def _dates(ctx: Context) -> list[date]:
    facts = ctx.facts
    steps = [value for group in (facts.injury, facts.arbitration, facts.court) for name, value in group if name != "performance_due_on"]
    named = [facts.started_on, facts.ended_on, facts.infringed_on, facts.owed_since, facts.contract_signed_on, *facts.claimed_on,
             *facts.employer_promised_on, *(contact.on for contact in facts.contacts), *steps]
    return [day for day in named if isinstance(day, date)]


def _do_not_fit(ctx, deadlines, rule) -> bool:
    start, end = ctx.facts.started_on, ctx.facts.ended_on
    contradiction = end is not None and ctx.facts.still_employed is True
    return contradiction or (start is not None and end is not None and end < start)


def _little_time(ctx, deadlines, rule) -> bool:
    return any(row["id"] not in OTHERS and row["status"] == "urgent" and row["days_left"] < rule["legal_aid_days"] for row in deadlines)


def _foreman_note(ctx, deadlines, rule) -> bool:
    facts = ctx.facts
    on_site = facts.employment_form == "subcontracted" or facts.occupation == "construction"
    return "wage_arrears" in ctx.issues and (on_site or facts.written_debt_note is True)


def _leaving_reason(ctx, deadlines, rule) -> bool:
    return ctx.facts.left_work() is False and bool({"wage_arrears", "social_insurance"} & set(ctx.issues))


def _hearing(ctx, deadlines, rule) -> bool:
    return ctx.facts.arbitration.accepted_on is not None and ctx.facts.arbitration.award_received_on is None


CONDITIONS = {
    "dates_do_not_fit": _do_not_fit,
    "future_date": lambda ctx, deadlines, rule: any(day > ctx.today for day in _dates(ctx)),
    "legal_aid_at_once": _little_time,
    "retaliation": lambda ctx, deadlines, rule: bool(ctx.facts.retaliation_feared),
    "hearing": _hearing,
    "blank_paper": lambda ctx, deadlines, rule: bool({"wage_arrears", "no_contract", "work_injury", "dismissal"} & set(ctx.issues)),
    "foreman_note": _foreman_note,
    "leaving_reason": _leaving_reason,
    "keep_proof": lambda ctx, deadlines, rule: bool(ctx.issues),
    "group": lambda ctx, deadlines, rule: (ctx.facts.people or 1) >= 10,
}
