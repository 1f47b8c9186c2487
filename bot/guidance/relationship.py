"""Is there a labour relationship? The class, why, and which evidence would move it."""
from bot.guidance.context import Context
from bot.guidance.facts import Facts


def judge(ctx: Context) -> dict:
    """{"class", "why": [...], "evidence": [...], "law": [...], "needs": [facts it hangs on]}."""
    facts, rule = ctx.facts, ctx.law.rule("relationship")
    kind, reasons, needs = _class(facts, rule)
    if facts.control.registered_business:
        reasons.append("registered_business")
    topic = _topic(facts, kind)
    evidence = [] if kind == "civil" else [f"relationship.evidence_{'platform' if facts.is_platform() else 'work'}"]
    return {"class": kind, "why": [ctx.text(f"relationship.{reason}") for reason in reasons],
            "evidence": [ctx.text(key) for key in evidence], "law": [dict(article) for article in rule["law"][topic]], "needs": needs}


def _class(facts: Facts, rule: dict) -> tuple[str, list[str], list[str]]:
    form = facts.employment_form
    if form in ("platform_dedicated", "platform_crowdsourced") or (form is None and facts.is_platform()):
        return _platform(facts, rule)
    if form == "past_retirement_age":
        return "unclear", ["past_retirement_age"], []
    if form == "subcontracted":
        return "unclear", ["subcontracted"], []
    if form is not None:
        return rule["form"][form], [form], []
    if facts.written_contract:
        return "labour_relationship", ["has_contract"], []
    if facts.occupation == "domestic_work" and facts.employer is None:
        return "unclear", ["domestic"], ["employment_form"]
    return "unclear", ["no_contract_not_decisive" if facts.written_contract is False else "form_unknown"], ["employment_form"]


def _platform(facts: Facts, rule: dict) -> tuple[str, list[str], list[str]]:
    known = {name: getattr(facts.control, name) for name in rule["control_facts"]}
    platform = sum(value is True for value in known.values())
    worker = sum(value is False for value in known.values())
    missing = [f"control.{name}" for name, value in known.items() if value is None]
    if platform >= rule["strong_control"]:
        return "labour_relationship", ["platform_strong"], []
    if worker >= rule["free_worker"]:
        if facts.employment_form == "platform_dedicated":
            return "not_fully_conforming", ["platform_mixed"], []
        return "civil", ["platform_free"], []
    if platform and worker and not missing:
        return "not_fully_conforming", ["platform_mixed"], []
    reason = facts.employment_form or "platform_unknown"
    return "unclear", [reason], (["employment_form"] if facts.employment_form is None else []) + missing


def _topic(facts: Facts, kind: str) -> str:
    if facts.is_platform():
        return "platform"
    if facts.employment_form in ("subcontracted", "past_retirement_age"):
        return facts.employment_form
    return "civil" if kind == "civil" else "labour_relationship"
