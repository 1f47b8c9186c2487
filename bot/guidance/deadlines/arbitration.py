"""The year in which arbitration must be asked for (调解仲裁法 27)."""
from dataclasses import dataclass
from datetime import date

from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe

PAY = ("wage_arrears", "overtime_rest")  # 劳动报酬: no limit while employed
RELATIONSHIP = ("no_contract", "platform_status")  # to have the labour relationship confirmed
AT_THE_END = ("dismissal",)
RESTARTING = ("labour_inspection", "mediation", "arbitration_commission", "court")
OWN_ACCOUNT = ("self_employed", "student")
NO_ARBITRATION = ("not_labour", "platform_rules")
OVER_AGE = ("wage_arrears", "overtime_rest", "work_injury", "health_safety")  # what arbitration hears past retirement age (令第56号 5, 19)


@dataclass(frozen=True)
class Year:
    """The year of 27(1) in a case. `firm` leaves calls on a union out, because not everywhere do they restart the year."""

    run: clock.Run
    firm: clock.Run
    union: date | None  # the last call on a union that restarted `run`


def arbitration(ctx: Context) -> list[dict]:
    """One deadline for each issue that arbitration may hear.

    Outside labour law the claims that have a civil clock (pay, injury) are left to it. For the rest the day is still given, with what
    speaks against arbitration: the class of a relationship is a judgement that the worker may dispute, and the year runs meanwhile.
    """
    civil = {"wage_arrears"} | ({"work_injury"} if ctx.facts.injury.recognised is not True else set())
    if ctx.facts.employment_form in OWN_ACCOUNT:   # nobody insures them, so nobody owes contributions or compensation
        civil = civil | {"social_insurance"}
    hidden = civil if ctx.relationship == "civil" else set()
    return [_one(ctx, issue) for issue in ctx.issues if issue not in NO_ARBITRATION and issue not in hidden]


def claim_year(ctx: Context, start: date, period: str) -> Year:
    """The year counted from a day, with all that restarts or suspends it (27(2), (3)). `period` is the id under law/periods."""
    facts, length = ctx.facts, ctx.value(f"periods/{period}")
    firm_days = restarts(ctx)
    union_days = ctx.past(contact.on for contact in facts.contacts if contact.body == "union" and contact.on is not None)
    run = clock.run(start, length, restarts=firm_days + union_days, pauses=facts.suspensions, law=ctx.law)
    firm = clock.run(start, length, restarts=firm_days, pauses=facts.suspensions, law=ctx.law)
    union = max((day for day in run.restarts if day in union_days), default=None) if firm.last_day < run.last_day else None
    return Year(run, firm, union)


def restarts(ctx: Context) -> list[date]:
    """The days that restart the arbitration year everywhere: claims, promises, suits, calls on an authority or on mediation (27(2))."""
    facts = ctx.facts
    sued = [facts.court.filed_on] if facts.court.filed_on else []
    asked = [contact.on for contact in facts.contacts if contact.body in RESTARTING and contact.on is not None]
    return ctx.past([*facts.claimed_on, *facts.employer_promised_on, *sued, *asked])


def year_notes(ctx: Context, year: Year) -> tuple[list[str], dict]:
    """(sentences, further keys of the deadline): the union hedge, the proof a restart needs, what is left after the end."""
    notes, extra = [], {}
    if year.union is not None:
        day = ctx.day(year.union)
        if year.firm.act_by < ctx.today:
            notes.append(ctx.text("deadlines.union_contact_hedge_late", day=day, firm=ctx.day(year.firm.last_day)))
        else:
            notes.append(ctx.text("deadlines.union_contact_hedge", day=day, firm=ctx.day(year.firm.act_by)))
            extra["safe_without_union"] = year.firm.act_by.isoformat()
    if year.run.restarts:
        notes.append(ctx.text("deadlines.restart_proof"))
    asked = filed(ctx)
    if year.run.last_day < ctx.today:
        late = asked is not None and asked > year.run.last_day
        notes.append(ctx.text("deadlines.filed_late", day=ctx.day(asked)) if late else ctx.text("deadlines.passed_still_file"))
        notes += late_promise(ctx, year.run)
    return notes, extra


def late_promise(ctx: Context, run: clock.Run) -> list[str]:
    """What a promise is worth that the employer made after the end (民法典 192)."""
    return [ctx.text("deadlines.promise_after_expiry")] if any(day in run.too_late for day in ctx.facts.employer_promised_on) else []


def filed(ctx: Context) -> date | None:
    """The day arbitration was asked for, or the first later step of the procedure that is known; None before it has come."""
    steps = ctx.facts.arbitration
    days = ctx.past(day for day in (steps.filed_on, steps.accepted_on, steps.refused_on, steps.award_received_on) if day is not None)
    return days[0] if days else None


def filed_row(ctx: Context, id: str, issue: str, day: date, law: list[dict]) -> dict:
    """The deadline of an application that was made in time."""
    return describe.standing(ctx, id, issue, "not_running", [ctx.text("deadlines.arbitration_filed", day=ctx.day(day))], law=law)


def _one(ctx: Context, issue: str) -> dict:
    law, asked = ctx.cite("periods/arbitration"), filed(ctx)
    start, event, needs = _start(ctx, issue)
    if asked is not None and start is None:
        return filed_row(ctx, "arbitration", issue, asked, law)
    if ctx.facts.left_work() is False and issue in RELATIONSHIP:
        return describe.standing(ctx, "arbitration", issue, "not_running", [ctx.text("deadlines.relationship_while_employed")], law=law)
    if ctx.facts.left_work() is False and issue in PAY:
        return describe.standing(ctx, "arbitration", issue, "unlimited_while_employed", [ctx.text("deadlines.arbitration_while_employed")],
                                 law=law)
    if ctx.facts.left_work() is False and issue == "social_insurance" and start is None:
        return describe.standing(ctx, "arbitration", issue, "not_running", [ctx.text("deadlines.insurance_while_employed")], law=law)
    if start is None:
        return describe.standing(ctx, "arbitration", issue, "unknown", [*_doubts(ctx, issue), ctx.text("deadlines." + event)], law=law,
                                 needs=needs)
    year = claim_year(ctx, start, "arbitration")
    if asked is not None and asked <= year.run.last_day:
        return filed_row(ctx, "arbitration", issue, asked, law)
    notes, extra = year_notes(ctx, year)
    return describe.counted(ctx, "arbitration", issue, "arbitration", year.run, event=event, notes=_doubts(ctx, issue) + notes, extra=extra)


def _doubts(ctx: Context, issue: str) -> list[str]:
    """Why arbitration may not be the place for this claim."""
    if ctx.facts.employment_form == "past_retirement_age":
        if ctx.today < ctx.law.rule("relationship")["over_age_rule_from"]:
            return [ctx.text("deadlines.arbitration_if_employed")]
        if issue not in OVER_AGE:
            return [ctx.text("deadlines.arbitration_over_age")]
    if issue in ("social_insurance", "discrimination_harassment"):
        return [ctx.text(f"deadlines.arbitration_{issue}")]
    return [ctx.text("deadlines.arbitration_if_employed")] if ctx.relationship in ("civil", "not_fully_conforming") else []


def _start(ctx: Context, issue: str) -> tuple[date | None, str, list[str]]:
    """The day that starts the year, the sentence that says so, and what must be asked where it is unknown."""
    facts = ctx.facts
    if issue in PAY:
        if facts.ended_on is not None:
            return facts.ended_on, "from_end_of_work_pay", []
        return None, "pay_needs_end", ["ended_on", *(["still_employed"] if facts.left_work() is None else [])]
    if issue == "work_injury":
        if facts.injury.appraisal_received_on is not None:
            return facts.injury.appraisal_received_on, "from_appraisal", []
        return None, "benefits_after_appraisal", []
    if issue in RELATIONSHIP:
        return (facts.ended_on, "from_end_of_work_relationship", []) if facts.ended_on else (None, "relationship_needs_end", ["ended_on"])
    if issue in AT_THE_END and facts.ended_on is not None:
        return facts.ended_on, "from_end_of_work", []
    if facts.infringed_on is not None:
        return facts.infringed_on, "from_infringement", []
    if facts.ended_on is not None:
        return facts.ended_on, "from_end_of_work", []
    left = issue in AT_THE_END and facts.left_work() is not False   # whoever still works there was told on some day
    return None, "needs_infringement", ["ended_on" if left else "infringed_on"]
