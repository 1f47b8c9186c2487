"""The year in which arbitration must be asked for (调解仲裁法 27)."""
from datetime import date

from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe

PAY = ("wage_arrears", "overtime_rest")  # 劳动报酬: no limit while employed
AT_THE_END = ("dismissal",)
RESTARTING = ("labour_inspection", "mediation", "arbitration_commission", "court", "social_insurance_bureau")
NO_ARBITRATION = ("not_labour", "platform_rules")


def arbitration(ctx: Context) -> list[dict]:
    """One deadline for each issue that arbitration can hear; none where the work was plainly outside labour law."""
    if ctx.relationship == "civil":
        return []
    return [_one(ctx, issue) for issue in ctx.issues if issue not in NO_ARBITRATION]


def _one(ctx: Context, issue: str) -> dict:
    facts = ctx.facts
    filed = facts.arbitration.filed_on
    start, event, needs = _start(ctx, issue)
    law = ctx.cite("periods/arbitration")
    if issue == "no_contract" and facts.left_work() is False:
        return describe.standing(ctx, "arbitration", issue, "not_running", [ctx.text("deadlines.relationship_while_employed")], law=law)
    if issue in PAY and facts.left_work() is False:
        return describe.standing(ctx, "arbitration", issue, "unlimited_while_employed", [ctx.text("deadlines.arbitration_while_employed")],
                                 law=law)
    if start is None:
        if filed is not None:
            return describe.standing(ctx, "arbitration", issue, "not_running",
                                     [ctx.text("deadlines.arbitration_filed", day=ctx.day(filed))], law=law)
        return describe.standing(ctx, "arbitration", issue, "unknown", [ctx.text("deadlines." + event)], law=law, needs=needs)
    restarts = _restarts(ctx)
    run = clock.run(start, ctx.value("periods/arbitration"), restarts=restarts + _union_contacts(ctx), pauses=facts.suspensions)
    if filed is not None and filed <= run.last_day:
        return describe.standing(ctx, "arbitration", issue, "not_running",
                                 [ctx.text("deadlines.arbitration_filed", day=ctx.day(filed))], law=law)
    firm = clock.run(start, ctx.value("periods/arbitration"), restarts=restarts, pauses=facts.suspensions)
    notes, extra = _notes(ctx, run), {}
    if firm.last_day < run.last_day:
        notes.insert(0, ctx.text("deadlines.union_contact_hedge", day=ctx.day(run.starts_on), firm=ctx.day(firm.act_by)))
        extra["safe_without_union"] = firm.act_by.isoformat()
    if issue in PAY and facts.left_work() is None:
        notes.append(ctx.text("deadlines.arbitration_if_still_employed"))
        needs = ["still_employed"]
    return describe.counted(ctx, "arbitration", issue, "arbitration", run, event=event, notes=notes, needs=needs, extra=extra)


def _start(ctx: Context, issue: str) -> tuple[date | None, str, list[str]]:
    """The day that starts the year, the sentence that says so, and what must be asked where it is unknown."""
    facts = ctx.facts
    if issue in PAY:
        if facts.ended_on is not None:
            return facts.ended_on, "from_end_of_work_pay", []
        return None, "pay_needs_end", ["ended_on", "still_employed"]
    if issue == "work_injury":
        if facts.injury.appraisal_received_on is not None:
            return facts.injury.appraisal_received_on, "from_appraisal", []
        return None, "benefits_after_appraisal", []
    if issue == "no_contract":
        return (facts.ended_on, "from_end_of_work_relationship", []) if facts.ended_on else (None, "relationship_needs_end", ["ended_on"])
    if issue in AT_THE_END and facts.ended_on is not None:
        return facts.ended_on, "from_end_of_work", []
    if facts.infringed_on is not None:
        return facts.infringed_on, "from_infringement", []
    if facts.ended_on is not None:
        return facts.ended_on, "from_end_of_work", []
    return None, "needs_infringement", ["ended_on" if issue in AT_THE_END else "infringed_on"]


def _restarts(ctx: Context) -> list[date]:
    """Claims on the employer, its promises, and calls on an authority: each begins the year anew (27(2))."""
    facts = ctx.facts
    asked = [contact.on for contact in facts.contacts if contact.body in RESTARTING and contact.on is not None]
    sued = [facts.court.filed_on] if facts.court.filed_on else []
    return ctx.past([*facts.claimed_on, *facts.employer_promised_on, *asked, *sued])


def _union_contacts(ctx: Context) -> list[date]:
    return ctx.past(contact.on for contact in ctx.facts.contacts if contact.body == "union" and contact.on is not None)


def _notes(ctx: Context, run: clock.Run) -> list[str]:
    notes = []
    if run.restarts:
        notes.append(ctx.text("deadlines.restart_proof"))
    if run.last_day < ctx.today:
        notes.append(ctx.text("deadlines.passed_still_file"))
        if any(day in run.too_late for day in ctx.facts.employer_promised_on):
            notes.append(ctx.text("deadlines.promise_after_expiry"))
    return notes
