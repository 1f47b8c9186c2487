"""How soon somebody must act, and why."""
from bot.guidance.context import Context
from bot.guidance.deadlines import OTHERS

SOON_DAYS = 90


def judge(ctx: Context, deadlines: list[dict]) -> tuple[str, list[str]]:
    """("emergency" | "urgent" | "soon" | "normal", reasons). Clocks that bind somebody else do not count."""
    reasons = [ctx.text(f"urgency.{danger}") for danger in sorted(ctx.facts.in_danger())]
    if ctx.facts.injury.fatal:
        reasons.append(ctx.text("urgency.fatal"))
    own = [row for row in deadlines if row["id"] not in OTHERS]
    pressing = [row for row in own if row["status"] == "urgent"]
    soon = [row for row in own if row["status"] == "open" and row["days_left"] <= SOON_DAYS]
    reasons += [_reason(ctx, row) for row in pressing + soon]
    if ctx.facts.in_danger():
        return "emergency", reasons
    if pressing or ctx.facts.injury.fatal:
        return "urgent", reasons
    return ("soon" if soon else "normal"), reasons


def _reason(ctx: Context, deadline: dict) -> str:
    return ctx.text("urgency.days_left", name=ctx.text(f"deadlines.name_{deadline['id']}"), days=deadline["days_left"])
