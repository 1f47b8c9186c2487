"""Is there a labour relationship? The class, why, and which evidence would move it."""
from datetime import date

from bot.guidance import retirement
from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.law.languages import like

MANAGED = (True, "both")  # the platform has a say in it
UNDECIDED = (None, "unclear")


def judge(ctx: Context, told_form: str | None = None) -> dict:
    """{"class", "why": [...], "evidence": [...], "law": [...], "needs": [facts it hangs on]}.

    `told_form`: the form of work as the worker named it, where the age says otherwise.
    """
    facts, rule = ctx.facts, ctx.law.rule("relationship")
    kind, reason, needs = _class(facts, rule)
    if reason == "past_retirement_age" and ctx.today < rule["over_age_rule_from"]:
        reason = "past_retirement_before"
    why, hangs_on = [ctx.text(f"relationship.{reason}")], needs
    needs = [fact for fact in hangs_on if not facts.answered(fact)]
    if needs and needs != ["employment_form"]:  # the sentences about the form name that fact themselves
        why.append(ctx.text("relationship.open", facts=_named(ctx, needs)))
    if hangs_on and not needs:  # nobody can say: the shorter time and the door that decides it
        why.append(ctx.text("relationship.cannot_be_told", facts=_named(ctx, hangs_on)))
    if facts.control.registered_business:
        why.append(ctx.text("relationship.registered_business"))
    age = retirement.said(ctx, told_form or facts.employment_form)
    why += age
    topic = _topic(facts, kind)
    evidence = [] if kind == "civil" else [f"relationship.evidence_{'platform' if facts.is_platform() else 'work'}"]
    return {"class": kind, "why": why, "evidence": [ctx.text(key) for key in evidence],
            "law": _cited(ctx, rule["law"][topic]) + (ctx.cite("figures/retirement_age") if age else []), "needs": needs}


def _cited(ctx: Context, articles: list[dict]) -> list[dict]:
    """Those of the articles that were in force on the day; all of them on a day before the first."""
    standing = [article for article in articles if article.get("from", date.min) <= ctx.today] or articles
    return [{"name": article["name"], "article": article["article"]} for article in standing]


def _named(ctx: Context, wanted: list[str]) -> str:
    return (", " if like(ctx.language) == "en" else "、").join(ctx.text(f"relationship.fact_{_key(fact)}") for fact in wanted)


def _class(facts: Facts, rule: dict) -> tuple[str, str, list[str]]:
    """(class, the key of its reason, the facts it hangs on)."""
    form = facts.employment_form
    if form in ("platform_dedicated", "platform_crowdsourced") or (form is None and facts.is_platform()):
        return _platform(facts, rule)
    controlled = _by_control(facts, rule)
    if form == "past_retirement_age":
        return "unclear", form, ["born"] if facts.born is None else []
    if form == "subcontracted":
        return "unclear", form, []
    if form == "self_employed" and controlled == "labour_relationship":  # what it is called does not decide (guiding cases 237, 238)
        return controlled, "managed", []
    if form is not None:
        return rule["form"][form], form, []
    if facts.written_contract:
        return "labour_relationship", "has_contract", []
    if facts.occupation == "domestic_work" and facts.employer is None:
        return "unclear", "domestic", ["employment_form"]
    if controlled in ("labour_relationship", "civil"):
        return controlled, "managed" if controlled == "labour_relationship" else "self_employed", []
    return "unclear", "no_contract_not_decisive" if facts.written_contract is False else "form_unknown", ["employment_form"]


def _platform(facts: Facts, rule: dict) -> tuple[str, str, list[str]]:
    kind = _by_control(facts, rule)
    if kind == "civil" and facts.employment_form == "platform_dedicated":
        kind = "not_fully_conforming"
    if kind != "unclear":
        return kind, rule["control_reason"][kind], []
    missing = [f"control.{name}" for name in rule["control_facts"] if getattr(facts.control, name) in UNDECIDED]
    if all(f"control.{name}" in missing and facts.answered(f"control.{name}") for name in rule["autonomy"]):
        missing = missing[:len(rule["autonomy"])]  # without these two the others decide nothing
    return kind, facts.employment_form or "platform_unknown", ([] if facts.employment_form else ["employment_form"]) + missing


def _by_control(facts: Facts, rule: dict) -> str:
    """The class that the control of the work speaks for; `unclear` while what is known does not decide.

    Whoever may choose the time and refuse work is not under the "dominating management" of a labour relationship (guiding case 240),
    and is not simply on their own account either while rules or penalties bind them (人社部发〔2021〕56号). Where the relationship itself
    is not the worker's question these two facts are enough, unless something speaks against them: then the rest is asked.
    """
    known = {name: getattr(facts.control, name) for name in rule["control_facts"]}
    bound = [known[name] for name in rule["autonomy"]]
    taken, left = sum(value is True for value in known.values()), sum(value is False for value in known.values())
    managed = any(known[name] in MANAGED for name in rule["discipline"])
    enough = "platform_status" not in (facts.issues or ())
    if all(value is False for value in bound):
        return "civil" if left >= rule["free_worker"] and not managed else "not_fully_conforming" if managed or enough else "unclear"
    if all(value is True for value in bound) and not left and enough:
        return "labour_relationship"
    if taken >= rule["strong_control"] and True in bound:
        return "labour_relationship"
    if left >= rule["free_worker"]:
        return "not_fully_conforming" if any(value in MANAGED for value in known.values()) else "civil"
    return "unclear" if any(value in UNDECIDED for value in known.values()) else "not_fully_conforming"


def _topic(facts: Facts, kind: str) -> str:
    if facts.is_platform():
        return "platform"
    if facts.employment_form in ("subcontracted", "past_retirement_age"):
        return facts.employment_form
    return "civil" if kind == "civil" else "labour_relationship"


def _key(fact: str) -> str:
    return fact.replace(".", "_")
