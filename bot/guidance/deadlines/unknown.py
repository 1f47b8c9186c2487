"""A clock whose first day the worker does not know: what is safe instead of a day."""
from datetime import date, timedelta

from bot.guidance import calendar
from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe

THIS_WEEK = timedelta(days=7)
PERIODS = {"arbitration": "arbitration", "inspection_complaint": "inspection_complaint", "civil_pay_claim": "civil_claim",
           "civil_injury_claim": "civil_claim", "injury_recognition_worker": "injury_recognition_worker", "enforcement": "enforcement"}


def settle(ctx: Context, row: dict, own: bool) -> dict:
    """The same deadline; where its day is one the worker does not know, `safe_by` and a sentence that says how to act without it.

    `safe_by` is counted from the latest day that the true one cannot lie before, or, where none is known or that count is over, it is
    within a week. `own`: the clock binds the worker and nobody else.
    """
    missing = [fact for fact in row["needs"] if fact in ctx.facts.dont_know]
    if not missing:
        return row
    needs = [fact for fact in row["needs"] if fact not in missing and (fact, "ended_on") != ("still_employed", missing[0])]
    row = {**row, "needs": needs}
    if row["status"] != "unknown" or not own:
        return row
    earliest = _not_before(ctx, missing[0])
    day = _counted_from(ctx, row["id"], earliest) if earliest is not None else None
    if day is not None:
        said = ctx.text("deadlines.day_not_known_bound", earliest=ctx.day(earliest), day=ctx.day(day))
    else:
        day = calendar.on_or_before(ctx.today + THIS_WEEK, ctx.law).day
        said = ctx.text("deadlines.day_not_known", day=ctx.day(day))
    return {**row, "why": describe.joined(ctx, [row["why"], said]), "safe_by": day.isoformat()}


def _not_before(ctx: Context, fact: str) -> date | None:
    """A day before which the unknown one cannot lie: nobody leaves before they worked, nor pays before the award."""
    facts = ctx.facts
    if fact == "arbitration.performance_due_on":
        known = [facts.arbitration.award_received_on, facts.court.judgment_received_on]
    elif fact in ("ended_on", "owed_since"):
        known = [facts.started_on, facts.owed_since, facts.contract_signed_on, facts.injury.on]
    else:
        known = [facts.started_on]
    return max(ctx.past(day for day in known if day is not None), default=None)


def _counted_from(ctx: Context, id: str, earliest: date) -> date | None:
    """The safe day of the period from the earliest possible day; None once it is over."""
    if id not in PERIODS:
        return None
    run = clock.run(earliest, ctx.value(f"periods/{PERIODS[id]}"), law=ctx.law)
    return run.act_by if run.act_by >= ctx.today else None
