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
            needless = rule["not_if_civil"].get(issue, []) if ctx.relationship == "civil" else []
            wanted += [fact for fact in rule["by_issue"].get(issue, []) if fact not in needless]
        for deadline in deadlines:
            wanted += deadline["needs"]
        wanted += relationship["needs"]
        for option in insurance:
            wanted += option.get("needs", [])
        passed = {row["id"] for row in deadlines if row["status"] == "passed"}
        if not passed.isdisjoint(rule["restarted_by_claims"]):
            wanted.append("claimed_on")
        if not passed.isdisjoint(rule["over_if_recognised"]) or ctx.facts.injury.recognition_received_on is not None:
            wanted.append("injury.recognised")
    order = {fact: place for place, fact in enumerate(rule["order"])}
    open_facts = sorted({fact for fact in wanted if _is_open(ctx, fact)}, key=lambda fact: order.get(fact, len(order)))
    return [{"fact": fact, "ask": ctx.text(f"questions.{_key(fact)}_ask"), "why": ctx.text(f"questions.{_key(fact)}_why")}
            for fact in open_facts]


def _is_open(ctx: Context, fact: str) -> bool:
    """Whether the facts leave it unanswered."""
    facts = ctx.facts
    if facts.answered(fact) and fact != "place":
        return False
    if fact == "place":  # a name that fits no place, or several, is asked for again
        return facts.adcode is None and fact not in facts.dont_know
    if fact == "ended_on":
        return facts.still_employed is not True
    if fact == "still_employed":  # whoever still works there says so when asked for the last day
        return facts.ended_on is None and "ended_on" not in facts.dont_know
    return fact != "injury.on" or (facts.injury.kind != "occupational_disease" and facts.injury.diagnosed_on is None)


def _key(fact: str) -> str:
    return fact.replace(".", "_")
