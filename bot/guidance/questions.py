"""Which facts are still worth asking, the most useful first, each with its reason."""
from bot.guidance.context import Context


def build(ctx: Context, deadlines: list[dict], relationship: dict, insurance: list[dict] = ()) -> list[dict]:
    """[{"fact", "ask", "why"}]: what the law's rules name for these issues, and what any conclusion still hangs on."""
    rule = ctx.law.rule("questions")
    if not ctx.issues:
        wanted = ["issues", *rule["always"]]
    else:
        wanted = list(rule["always"])
        for issue in ctx.issues:
            wanted += rule["by_issue"].get(issue, [])
        for deadline in deadlines:
            wanted += deadline["needs"]
        wanted += relationship["needs"]
        for option in insurance:
            wanted += option.get("needs", [])
        if any(row["id"] in rule["restarted_by_claims"] and row["status"] == "passed" for row in deadlines):
            wanted.append("claimed_on")
    order = {fact: place for place, fact in enumerate(rule["order"])}
    open_facts = sorted({fact for fact in wanted if _is_open(ctx, fact)}, key=lambda fact: order.get(fact, len(order)))
    return [{"fact": fact, "ask": ctx.text(f"questions.{_key(fact)}_ask"), "why": ctx.text(f"questions.{_key(fact)}_why")}
            for fact in open_facts]


def _is_open(ctx: Context, fact: str) -> bool:
    """Whether the facts leave it unanswered."""
    facts = ctx.facts
    if fact == "place":
        return facts.adcode is None
    if fact in ("ended_on", "still_employed"):
        if facts.ended_on is not None or (fact == "ended_on" and facts.still_employed is True):
            return False
        return fact == "ended_on" or facts.still_employed is None
    group, _, leaf = fact.partition(".")
    value = getattr(facts, group)
    value = getattr(value, leaf) if leaf else value
    return value is None or value == []


def _key(fact: str) -> str:
    return fact.replace(".", "_")
