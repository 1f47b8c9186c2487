"""Clocks of money owed: the second wage, labour inspection, pay under civil law, the written debt note."""
from datetime import date, timedelta

from bot.guidance import region
from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe
from bot.guidance.deadlines.arbitration import claim_year, filed, filed_row, late_promise, year_notes
from bot.guidance.facts import add_months, add_years
from bot.guidance.situation import unwritten

DAY = timedelta(days=1)
MONTHLY_WARNING_DAYS = 30
INSPECTED = ("wage_arrears", "no_contract", "overtime_rest", "social_insurance", "leave_maternity", "contract_terms", "health_safety",
             "discrimination_harassment")
INSPECTED_OVER_AGE = ("wage_arrears", "overtime_rest")  # 令第56号 20
NO_SECOND_WAGE = ("student", "self_employed", "past_retirement_age", "platform_crowdsourced")
PAY_OUTSIDE_LABOUR_LAW = ("student", "self_employed", "subcontracted", "past_retirement_age")


def double_wage_window(ctx: Context) -> tuple[date, date, bool] | None:
    """(first day, last day, still accruing) of the time for which the second wage is due; None where there is none.

    The first day is the one after the first month; the last is the day before the contract was signed, the day the job
    ended, or the day before the first anniversary, whichever is first (劳动合同法实施条例 6, 7). After a contract that ran out
    they are counted from the day after it.
    """
    work = unwritten(ctx.facts, ctx.today)
    if work is None:
        return None
    first = add_months(work.start, ctx.value("periods/double_wage_grace")["months"])
    full_year = add_years(work.start, ctx.value("periods/double_wage_cap")["years"]) - DAY
    ends = [full_year]
    if work.signed_on is not None:
        ends.append(work.signed_on - DAY)
    if ctx.facts.ended_on is not None:
        ends.append(ctx.facts.ended_on)
    last = min(ends)
    return (first, last, last == full_year and ctx.today <= full_year) if last >= first else None


def double_wage(ctx: Context) -> list[dict]:
    """The year for the second wage, counted from the end of the time it accrued, with the day from which months begin to lapse."""
    facts = ctx.facts
    if "no_contract" not in ctx.issues or ctx.relationship == "civil" or facts.employment_form in NO_SECOND_WAGE:
        return []
    law = ctx.cite("periods/double_wage_limit")
    work = unwritten(facts, ctx.today)
    if work is None:
        return [describe.standing(ctx, "double_wage", "no_contract", "unknown", [ctx.text("deadlines.double_wage_needs_start")], law=law,
                                  needs=["started_on"])]
    if facts.written_contract and facts.contract_signed_on is None and not work.expired:
        return [describe.standing(ctx, "double_wage", "no_contract", "unknown", [ctx.text("deadlines.double_wage_needs_signing")], law=law,
                                  needs=["contract_signed_on"])]
    window = double_wage_window(ctx)
    begins = add_months(work.start, ctx.value("periods/double_wage_grace")["months"])
    expired = [ctx.text("deadlines.double_wage_expired", day=ctx.day(facts.contract_expired_on))] if work.expired else []
    if window is None or ctx.today < begins:
        key = "double_wage_first_month" if window is not None else "double_wage_none"
        return [describe.standing(ctx, "double_wage", "no_contract", "not_running",
                                  [ctx.text("deadlines." + key, day=ctx.day(begins)), *expired], law=law)]
    first, last, accruing = window
    lost_from = add_years(first, 1)
    year = claim_year(ctx, last, "double_wage_limit")
    asked = filed(ctx)
    if asked is not None and asked <= year.run.last_day:
        return [filed_row(ctx, "double_wage", "no_contract", asked, law)]
    end_unknown = facts.ended_on is None and facts.left_work() is not False and work.signed_on is None
    end_matters = end_unknown and ctx.today <= year.run.last_day
    notes = [ctx.text("deadlines.double_wage_window", first=ctx.day(first), last=ctx.day(last)), *expired,
             ctx.text("deadlines.double_wage_monthly", day=ctx.day(lost_from))]
    local = region.double_wage_counting(ctx.law, facts.adcode, ctx.today)
    if local is not None:
        notes.append(ctx.text(f"deadlines.double_wage_here_{local['count']}"))
    if accruing:
        notes.append(ctx.text("deadlines.double_wage_accruing"))
    if end_matters:
        notes.append(ctx.text("deadlines.double_wage_if_left_earlier"))
    if ctx.relationship != "labour_relationship":
        notes.append(ctx.text("deadlines.double_wage_only_employer"))
    more, extra = year_notes(ctx, year)
    extra |= {"part_lost_from": lost_from.isoformat(), "accrues_from": first.isoformat(), "accrues_to": last.isoformat()}
    return [describe.counted(ctx, "double_wage", "no_contract", "double_wage_limit", year.run, event="from_end_of_double_wage",
                             notes=notes + more, needs=["ended_on"] if end_matters else [],
                             urgent_from=lost_from - MONTHLY_WARNING_DAYS * DAY, extra=extra)]


def inspection_complaint(ctx: Context) -> list[dict]:
    """Two years for a complaint to labour inspection, from the end of the breach."""
    if ctx.relationship == "civil":
        return []
    inspected = INSPECTED_OVER_AGE if ctx.facts.employment_form == "past_retirement_age" else INSPECTED
    return [_complaint(ctx, issue) for issue in ctx.issues if issue in inspected]


def _complaint(ctx: Context, issue: str) -> dict:
    facts, law = ctx.facts, ctx.cite("periods/inspection_complaint")
    ended, event = facts.infringement_ended_on, "from_end_of_breach"
    notes = []
    if ended is None and issue == "no_contract":
        work = unwritten(facts, ctx.today)
        ended = work.signed_on if work is not None else facts.contract_signed_on
    if ended is None and facts.ended_on is not None:
        ended, event = facts.ended_on, "inspection_from_end_of_work"
        if issue == "wage_arrears":
            notes.append(ctx.text("deadlines.inspection_may_continue"))
    if ended is None and facts.left_work() is False:
        return describe.standing(ctx, "inspection_complaint", issue, "not_running", [ctx.text("deadlines.inspection_going_on")], law=law)
    if ended is None and facts.infringed_on is not None:
        ended, event = facts.infringed_on, "inspection_from_act"
    if ended is None:
        return describe.standing(ctx, "inspection_complaint", issue, "unknown", [ctx.text("deadlines.inspection_needs_end")], law=law,
                                 needs=["ended_on", *(["still_employed"] if facts.left_work() is None else [])])
    run = clock.run(ended, ctx.value("periods/inspection_complaint"), law=ctx.law)
    made = [contact.on for contact in facts.contacts if contact.body == "labour_inspection" and contact.on and contact.on <= run.last_day]
    if made:  # only a complaint that was taken in ends the wait, and that nobody here can see: the day stays
        notes.append(ctx.text("deadlines.inspection_made", day=ctx.day(min(made))))
    elif run.last_day < ctx.today:
        notes.append(ctx.text("deadlines.inspection_passed"))
    return describe.counted(ctx, "inspection_complaint", issue, "inspection_complaint", run, event=event, notes=notes)


def civil_pay_claim(ctx: Context) -> list[dict]:
    """Three years for pay that is owed outside a labour relationship: a foreman's hands, students, the self-employed, free riders."""
    facts = ctx.facts
    outside = ctx.relationship in ("civil", "not_fully_conforming") or facts.employment_form in PAY_OUTSIDE_LABOUR_LAW
    if "wage_arrears" not in ctx.issues or not outside:
        return []
    start = facts.debt_due_on or facts.ended_on or facts.owed_since or facts.infringed_on
    if start is None and ctx.relationship == "not_fully_conforming":  # not worth a question while the platform may still be the employer
        return []
    if start is None:
        needs = ["owed_since"] if facts.left_work() is False else ["ended_on"]
        return [describe.standing(ctx, "civil_pay_claim", "wage_arrears", "unknown", [ctx.text("deadlines.civil_pay_needs_day")],
                                  law=ctx.cite("periods/civil_claim"), needs=needs)]
    return [civil(ctx, "civil_pay_claim", "wage_arrears", start, "from_pay_due")]


def debt_note_claim(ctx: Context) -> list[dict]:
    """Three years on a written debt note, from the day it was to be paid."""
    facts = ctx.facts
    if not facts.written_debt_note:
        return []
    if facts.debt_due_on is None:
        return [describe.standing(ctx, "debt_note_claim", "wage_arrears", "unknown", [ctx.text("deadlines.debt_note_needs_day")],
                                  law=ctx.cite("periods/civil_claim"), needs=["debt_due_on"])]
    return [civil(ctx, "debt_note_claim", "wage_arrears", facts.debt_due_on, "from_debt_due")]


def civil(ctx: Context, id: str, issue: str, start: date, event: str, notes: list[str] = ()) -> dict:
    """A three-year civil claim; only an obstacle in its last six months lengthens it (民法典 194). `notes` come before its own."""
    facts = ctx.facts
    asked = [facts.arbitration.filed_on] if facts.arbitration.filed_on else []  # asking for arbitration restarts it too (民法典 195)
    restarts = ctx.past([*facts.claimed_on, *facts.employer_promised_on, *asked])
    run = clock.run(start, ctx.value("periods/civil_claim"), restarts=restarts, pauses=facts.suspensions, pause_rule="last_six_months",
                    law=ctx.law)
    sued = facts.court.filed_on
    if sued is not None and sued <= min(run.last_day, ctx.today):
        return describe.standing(ctx, id, issue, "not_running", [ctx.text("deadlines.court_filed", day=ctx.day(sued))],
                                 law=ctx.cite("periods/civil_claim"))
    notes = [*notes, *([ctx.text("deadlines.restart_proof")] if run.restarts else [])]
    if run.last_day < ctx.today:
        notes += [ctx.text("deadlines.civil_passed"), *late_promise(ctx, run)]
    return describe.counted(ctx, id, issue, "civil_claim", run, event=event, notes=notes, more_law=describe.obstacle_law(ctx, run))
