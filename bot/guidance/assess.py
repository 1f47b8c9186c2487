"""One case assessed: every part of the reasoning called in turn, in the contract's shape."""
from dataclasses import replace
from datetime import date

from bot.guidance import (
    amounts,
    card,
    deadlines,
    documents,
    evidence,
    insurance,
    questions,
    relationship,
    retirement,
    routes,
    topics,
    urgency,
    warnings,
)
from bot.guidance.context import Context
from bot.guidance.directory import Office
from bot.guidance.facts import Facts
from bot.guidance.situation import issues_of
from bot.law import Law, best_language, languages, places


def context_of(facts: Facts, law: Law, today: date, offices: tuple[Office, ...] = ()) -> tuple[Context, dict]:
    """The context that every part of the reasoning reads, and the judgement on the relationship."""
    here = places.today(facts.adcode)
    if here != facts.adcode:
        facts = facts.copy(update={"adcode": here})
    ctx = Context(facts=facts, law=law, today=facts.as_of or today, language=best_language(law, facts.language), issues=issues_of(facts),
                  offices=tuple(offices))
    told, ctx = facts.employment_form, retirement.settled(ctx)
    judged = relationship.judge(ctx, told)
    return replace(ctx, relationship=judged["class"]), judged


def assess(facts: Facts, law: Law, today: date, offices: tuple[Office, ...] = ()) -> dict:
    """The assessment in the contract's shape. `today` is used where the facts name no `as_of`; `offices` are those whose own numbers are
    known, which come before the generic ones.

    The place must have been resolved to `adcode` before; without one the routes carry no name of a place.
    """
    ctx, judged = context_of(facts, law, today, offices)
    head = {"case": facts.case, "as_of": ctx.today.isoformat(), "knowledge_version": law.version,
            "issues": list(facts.issues) if facts.issues else list(ctx.issues)}
    clocks = deadlines.build(ctx) if not _outside(ctx) else []
    how_urgent, reasons = urgency.judge(ctx, clocks)
    options = insurance.build(ctx) if not _outside(ctx) else []
    asked = questions.build(ctx, clocks, judged, options) if not _outside(ctx) else []
    result = {
        **head,
        "status": "out_of_scope" if _outside(ctx) else "needs_facts" if _lacking(ctx, clocks) else "assessed",
        "urgency": how_urgent, "urgency_reasons": reasons,
        "relationship": {key: judged[key] for key in ("class", "why", "evidence", "law")},
        "deadlines": clocks,
        "routes": routes.build(ctx, clocks),
        "insurance": options,
        "evidence": evidence.build(ctx) if not _outside(ctx) else [],
        "documents": documents.build(ctx) if not _outside(ctx) else [],
        "amounts": amounts.build(ctx) if not _outside(ctx) else [],
        "warnings": warnings.build(ctx, clocks) if not _outside(ctx) else [],
        "topics": topics.build(ctx),
        "questions": asked,
    }
    result["steps"] = steps_of(ctx, result)
    result["card"] = card.write(ctx, result)
    return _in_its_script(result, ctx.language) if languages.known()[ctx.language].convert else result


def _in_its_script(value, language: str):
    """Every sentence of an assessment in the script of its readers; names of laws stay as they are published."""
    if isinstance(value, dict):
        return {key: inner if key == "law" else _in_its_script(inner, language) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_its_script(inner, language) for inner in value]
    return languages.in_its_script(value, language) if isinstance(value, str) else value


def steps_of(ctx: Context, assessment: dict) -> list[str]:
    """What to do, in order: danger first, then each door."""
    first = [ctx.text(f"danger.{danger}") for danger in sorted(ctx.facts.in_danger())]
    doors = [f"{number}. " + ctx.text("card.step", name=route["name"] or route["label"], why=route["why"],
                                           phone=card.phones(ctx, route))
             for number, route in enumerate(assessment["routes"], start=1)]
    return first + doors


def _outside(ctx: Context) -> bool:
    """A legal question that is not about work."""
    return ctx.issues == ("not_labour",)


def _lacking(ctx: Context, clocks: list[dict]) -> bool:
    """Whether a fact is missing without which the guidance stays general."""
    return not ctx.issues or ctx.facts.adcode is None or any(row["status"] == "unknown" and row["needs"] for row in clocks)
