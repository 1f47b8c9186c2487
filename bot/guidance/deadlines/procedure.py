"""Clocks of a procedure that has begun: acceptance, award, court, enforcement."""
from datetime import date

from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe
from bot.guidance.deadlines.arbitration import late_promise


def _issue(ctx: Context) -> str:
    return ctx.issues[0] if ctx.issues else "other_labour"


def acceptance(ctx: Context) -> list[dict]:
    """The commission's five working days to say whether it takes the case."""
    arbitration = ctx.facts.arbitration
    if arbitration.filed_on is None or arbitration.refused_on or arbitration.accepted_on or arbitration.award_received_on:
        return []
    return [_counted(ctx, "arbitration_acceptance", arbitration.filed_on, "from_filing", passed="acceptance_late")]


def award(ctx: Context) -> list[dict]:
    """The commission's 45 days for the award."""
    arbitration = ctx.facts.arbitration
    if arbitration.accepted_on is None or arbitration.award_received_on is not None:
        return []
    return [_counted(ctx, "arbitration_award", arbitration.accepted_on, "from_acceptance", note="award_complex", passed="award_late")]


def court_after_refusal(ctx: Context) -> list[dict]:
    """After a refusal: the law names no day, 15 days is the safe count."""
    refused = ctx.facts.arbitration.refused_on
    if refused is None or ctx.facts.arbitration.accepted_on is not None:
        return []
    return _sued_or(ctx, "court_after_refusal", refused, "from_refusal", note="refusal_hedge")


def court_after_award(ctx: Context) -> list[dict]:
    """15 days to sue after the award; final awards too, for the worker (调解仲裁法 48)."""
    received = ctx.facts.arbitration.award_received_on
    if received is None or ctx.facts.court.judgment_received_on is not None:
        return []
    note = "award_final" if ctx.facts.arbitration.award_final else "award_ordinary"
    return _sued_or(ctx, "court_after_award", received, "from_award", note=note)


def court_appeal(ctx: Context) -> list[dict]:
    """15 days to appeal."""
    received = ctx.facts.court.judgment_received_on
    return [] if received is None else [_counted(ctx, "court_appeal", received, "from_judgment")]


def enforcement(ctx: Context) -> list[dict]:
    """Two years to ask for enforcement, from the last day for performance."""
    facts = ctx.facts
    due = facts.arbitration.performance_due_on
    if due is None:
        if facts.arbitration.award_received_on is None and facts.court.judgment_received_on is None:
            return []
        return [describe.standing(ctx, "enforcement", _issue(ctx), "unknown", [ctx.text("deadlines.enforcement_needs_day")],
                                  law=ctx.cite("periods/enforcement"), needs=["arbitration.performance_due_on"])]
    run = clock.run(due, ctx.value("periods/enforcement"), restarts=ctx.past([*facts.claimed_on, *facts.employer_promised_on]),
                    pauses=facts.suspensions, pause_rule="last_six_months", law=ctx.law)
    notes = [ctx.text("deadlines.restart_proof")] if run.restarts else []
    if run.last_day < ctx.today:
        notes += [ctx.text("deadlines.enforcement_passed"), *late_promise(ctx, run)]
    return [describe.counted(ctx, "enforcement", _issue(ctx), "enforcement", run, event="from_performance", notes=notes,
                             more_law=describe.obstacle_law(ctx, run))]


def _counted(ctx: Context, id: str, start: date, event: str, note: str | None = None, passed: str | None = None) -> dict:
    run = clock.run(start, ctx.value(f"periods/{id}"), law=ctx.law)
    notes = [ctx.text("deadlines." + note)] if note else []
    if passed and run.last_day < ctx.today:
        notes.append(ctx.text("deadlines." + passed))
    return describe.counted(ctx, id, _issue(ctx), id, run, event=event, notes=notes)


def _sued_or(ctx: Context, id: str, start: date, event: str, note: str) -> list[dict]:
    """The deadline to sue; it no longer runs once the suit was brought in time."""
    filed = ctx.facts.court.filed_on
    run = clock.run(start, ctx.value(f"periods/{id}"), law=ctx.law)
    if filed is not None and start <= filed <= min(run.last_day, ctx.today):
        return [describe.standing(ctx, id, _issue(ctx), "not_running", [ctx.text("deadlines.court_filed", day=ctx.day(filed))],
                                  law=ctx.cite(f"periods/{id}"))]
    return [_counted(ctx, id, start, event, note=note)]
