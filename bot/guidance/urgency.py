"""How soon somebody must act, and why."""
from datetime import date, timedelta

from bot.guidance.context import Context
from bot.guidance.deadlines import OTHERS
from bot.guidance.deadlines.describe import URGENT_DAYS, name_of

SOON_DAYS = 90


def judge(ctx: Context, deadlines: list[dict]) -> tuple[str, list[str]]:
    """("emergency" | "urgent" | "soon" | "normal", reasons). Clocks that bind somebody else do not count."""
    reasons = [ctx.text(f"urgency.{danger}") for danger in sorted(ctx.facts.in_danger())]
    if ctx.facts.injury.fatal:
        reasons.append(ctx.text("urgency.fatal"))
    own = [row for row in deadlines if row["id"] not in OTHERS]
    pressing = [row for row in own if row["status"] == "urgent" or _safe_day_near(ctx, row)]
    soon = [row for row in own if row not in pressing and _soon(ctx, row)]
    reasons += dict.fromkeys(_reason(ctx, row) for row in pressing + soon)  # one day of several issues is said once
    if ctx.facts.in_danger():
        return "emergency", reasons
    if pressing or ctx.facts.injury.fatal:
        return "urgent", reasons
    return ("soon" if soon else "normal"), reasons


def _safe_day_near(ctx: Context, row: dict) -> bool:
    """Whether the day that holds even where a call on the union restarts nothing is close."""
    safe = row.get("safe_without_union")
    return safe is not None and date.fromisoformat(safe) <= ctx.today + timedelta(days=URGENT_DAYS)


def _soon(ctx: Context, row: dict) -> bool:
    """Whether the last day is near, or, where the worker does not know it, the day that is safe in any case."""
    if row["status"] == "open":
        return row["days_left"] <= SOON_DAYS
    return "safe_by" in row and date.fromisoformat(row["safe_by"]) <= ctx.today + timedelta(days=SOON_DAYS)


def _reason(ctx: Context, row: dict) -> str:
    name = name_of(ctx, row["id"])
    if "safe_by" in row:
        return ctx.text("urgency.safe_day", name=name, day=ctx.day(date.fromisoformat(row["safe_by"])))
    if row["days_left"] > URGENT_DAYS and _safe_day_near(ctx, row):
        return ctx.text("urgency.safe_day", name=name, day=ctx.day(date.fromisoformat(row["safe_without_union"])))
    if row["days_left"] > URGENT_DAYS and row["status"] == "urgent":
        return ctx.text("urgency.part_lost", name=name, day=ctx.day(date.fromisoformat(row["part_lost_from"])))
    return ctx.text("urgency.days_left", name=name, days=row["days_left"])
