"""Clocks after an injury at work: recognition, review of the decision, appraisal, and the civil claim."""
from datetime import date

from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe, pay

THIRD_PARTY = ("commuting", "on_platform_order")  # on the road somebody else may be liable, beside the insurance (人身损害赔偿解释 3)


def _event(ctx: Context) -> tuple[date | None, str]:
    """The accident, or the day an occupational disease was diagnosed."""
    injury = ctx.facts.injury
    if injury.kind == "occupational_disease" or (injury.on is None and injury.diagnosed_on is not None):
        return injury.diagnosed_on, "from_diagnosis"
    return injury.on, "from_accident"


def _concerned(ctx: Context) -> bool:
    return "work_injury" in ctx.issues


def _recognised(ctx: Context) -> bool | None:
    """What the authority decided; an appraisal is only made after a recognition (工伤保险条例 21, 23)."""
    injury = ctx.facts.injury
    if injury.recognised is None and injury.appraisal_received_on is not None:
        return True
    return injury.recognised


def _decided(ctx: Context) -> bool:
    """Whether the application for recognition has been answered, so that its clocks are over."""
    return _recognised(ctx) is not None or ctx.facts.injury.recognition_received_on is not None


def _doubts(ctx: Context) -> list[str]:
    """Recognition asks for a labour relationship, which the worker may still have confirmed."""
    if ctx.relationship in ("civil", "not_fully_conforming"):
        return [ctx.text("deadlines.recognition_if_employed")]
    return []


def _needed(ctx: Context) -> str:
    return "injury.diagnosed_on" if ctx.facts.injury.kind == "occupational_disease" else "injury.on"


def recognition_by_employer(ctx: Context) -> list[dict]:
    """The employer's 30 days; when they are over, nothing is lost for the worker."""
    injury = ctx.facts.injury
    if not _concerned(ctx) or _decided(ctx):
        return []
    law = ctx.cite("periods/injury_recognition_employer")
    if injury.employer_applied_on is not None:
        return [describe.standing(ctx, "injury_recognition_employer", "work_injury", "not_running",
                                  [ctx.text("deadlines.employer_applied", day=ctx.day(injury.employer_applied_on))], law=law)]
    start, event = _event(ctx)
    if start is None:
        return [describe.standing(ctx, "injury_recognition_employer", "work_injury", "unknown", [ctx.text("deadlines.injury_needs_day")],
                                  law=law, needs=[_needed(ctx)])]
    run = clock.run(start, ctx.value("periods/injury_recognition_employer"), law=ctx.law)
    key = "employer_late" if run.last_day < ctx.today else "employer_clock"
    return [describe.counted(ctx, "injury_recognition_employer", "work_injury", "injury_recognition_employer", run,
                             event=event + "_employer", notes=[ctx.text("deadlines." + key), *_doubts(ctx)])]


def recognition_by_worker(ctx: Context) -> list[dict]:
    """The year of the worker, relatives or the union; time lost without their own fault is not counted."""
    injury = ctx.facts.injury
    if not _concerned(ctx) or _decided(ctx):
        return []
    law = ctx.cite("periods/injury_recognition_worker")
    if injury.employer_applied_on is not None:
        return [describe.standing(ctx, "injury_recognition_worker", "work_injury", "not_running",
                                  [ctx.text("deadlines.employer_applied", day=ctx.day(injury.employer_applied_on))], law=law)]
    start, event = _event(ctx)
    if start is None:
        return [describe.standing(ctx, "injury_recognition_worker", "work_injury", "unknown", [ctx.text("deadlines.injury_needs_day")],
                                  law=law, needs=[_needed(ctx)])]
    run = clock.run(start, ctx.value("periods/injury_recognition_worker"), pauses=ctx.facts.suspensions, law=ctx.law)
    firm = clock.run(start, ctx.value("periods/injury_recognition_worker"), law=ctx.law).last_day
    notes = [*_doubts(ctx), *([ctx.text("deadlines.recognition_pause", firm=ctx.day(firm))] if run.paused else [])]
    if run.last_day < ctx.today:
        notes.append(ctx.text("deadlines.recognition_passed"))
    return [describe.counted(ctx, "injury_recognition_worker", "work_injury", "injury_recognition_worker", run, event=event, notes=notes)]


def occupational_injury_application(ctx: Context) -> list[dict]:
    """Protection of platform workers: no verified day, so the advice is at once."""
    facts = ctx.facts
    if not _concerned(ctx) or not (facts.is_platform() or facts.platform or facts.injury.kind == "on_platform_order"):
        return []
    law = [{"name": row["name"], "article": row["article"]} for row in ctx.law.rule("references")["occupational_injury"]
           if row["from"] <= ctx.today <= row.get("until", date.max)]
    if not law:   # before the first pilot there was nothing to apply for
        return []
    return [describe.standing(ctx, "occupational_injury_application", "work_injury", "unknown",
                              [ctx.text("deadlines.occupational_injury")], law=law)]


def review_by_reconsideration(ctx: Context) -> list[dict]:
    """60 days for administrative review of a refused recognition."""
    return _review(ctx, "injury_review_reconsideration", [ctx.text("deadlines.review_either")])


def review_by_court(ctx: Context) -> list[dict]:
    """Six months to sue against a refused recognition."""
    return _review(ctx, "injury_review_court", [])


def _review(ctx: Context, id: str, notes: list[str]) -> list[dict]:
    injury, refused = ctx.facts.injury, _recognised(ctx)
    received = injury.recognition_received_on
    if refused is True or (received is None and refused is None):
        return []
    law = ctx.cite(f"periods/{id}")
    if injury.reconsideration_received_on is not None:
        why = ctx.text("deadlines.reconsidered", day=ctx.day(injury.reconsideration_received_on))
        return [describe.standing(ctx, id, "work_injury", "not_running", [why], law=law)]
    if received is None:
        return [describe.standing(ctx, id, "work_injury", "unknown", [ctx.text("deadlines.review_needs_day")], law=law,
                                  needs=["injury.recognition_received_on"])]
    if refused is None:
        notes = [ctx.text("deadlines.review_if_refused"), *notes]
    run = clock.run(received, ctx.value(f"periods/{id}"), law=ctx.law)
    return [describe.counted(ctx, id, "work_injury", id, run, event="from_decision", notes=notes)]


def court_after_reconsideration(ctx: Context) -> list[dict]:
    """15 days to sue after the decision of the review."""
    received = ctx.facts.injury.reconsideration_received_on
    if received is None:
        return []
    run = clock.run(received, ctx.value("periods/injury_court_after_reconsideration"), law=ctx.law)
    return [describe.counted(ctx, "injury_court_after_reconsideration", "work_injury", "injury_court_after_reconsideration", run,
                             event="from_review_decision")]


def appraisal_review(ctx: Context) -> list[dict]:
    """15 days to ask the province for a second appraisal."""
    received = ctx.facts.injury.appraisal_received_on
    if received is None:
        return []
    run = clock.run(received, ctx.value("periods/appraisal_review"), law=ctx.law)
    return [describe.counted(ctx, "appraisal_review", "work_injury", "appraisal_review", run, event="from_appraisal_review")]


def civil_claim(ctx: Context) -> list[dict]:
    """Three years for damages under civil law: where the injury may fall outside work-injury insurance, or a third party caused it."""
    recognised, kind = _recognised(ctx), ctx.facts.injury.kind
    third_party = kind in THIRD_PARTY
    inside = ctx.relationship == "labour_relationship" and recognised is not False
    if not _concerned(ctx) or ((inside or recognised is True) and not third_party):
        return []
    start, _ = _event(ctx)
    if start is None:
        return [describe.standing(ctx, "civil_injury_claim", "work_injury", "unknown", [ctx.text("deadlines.injury_needs_day")],
                                  law=ctx.cite("periods/civil_claim"), needs=[_needed(ctx)])]
    event = "from_diagnosis_civil" if kind == "occupational_disease" else "from_injury_civil"
    notes = [ctx.text("deadlines.third_party")] if third_party else []
    return [pay.civil(ctx, "civil_injury_claim", "work_injury", start, event, notes)]
