"""Turns a counted period into the contract's deadline object, with the working in words."""
from datetime import date

from bot.guidance import calendar
from bot.guidance.context import Context
from bot.guidance.deadlines.clock import Run, plain_end
from bot.law.languages import like

URGENT_DAYS = 30


def counted(ctx: Context, id: str, issue: str, period: str, run: Run, *, event: str, notes: list[str] = (), needs: list[str] = (),
            urgent_from: date | None = None, more_law: list[dict] = (), extra: dict | None = None) -> dict:
    """A deadline that runs. `period` is the id under law/periods, `event` the key of the sentence that says what started it,
    `urgent_from` a day from which it counts as urgent whatever is left, `more_law` articles beside those of the period."""
    left = (run.last_day - ctx.today).days
    if left < 0:
        status = "passed"
    elif left <= URGENT_DAYS or (urgent_from is not None and ctx.today >= urgent_from):
        status = "urgent"
    else:
        status = "open"
    how = _how(ctx, id, period, run, event)
    result = {"id": id, "issue": issue, "starts_on": run.starts_on.isoformat(), "last_day": run.last_day.isoformat(),
              "act_by": run.act_by.isoformat(), "days_left": left, "status": status,
              "law": [*ctx.cite(f"periods/{period}"), *more_law],
              "why": joined(ctx, [*how, *notes]), "needs": list(needs), "how": how, "provisional": not run.certain}
    return {**result, **(extra or {})}


def standing(ctx: Context, id: str, issue: str, status: str, why: list[str], *, law: list[dict], needs: list[str] = (),
             extra: dict | None = None) -> dict:
    """A deadline without days: not_running, unlimited_while_employed or unknown."""
    return {"id": id, "issue": issue, "starts_on": None, "last_day": None, "act_by": None, "days_left": None, "status": status,
            "law": law, "why": joined(ctx, why), "needs": list(needs), "how": [], "provisional": False, **(extra or {})}


def obstacle_law(ctx: Context, run: Run) -> list[dict]:
    """The article under which an obstacle in the last six months moved the end."""
    return ctx.law.rule("references")["obstacle"] if run.obstacle is not None else []


def name_of(ctx: Context, id: str) -> str:
    """What a deadline is for, in words; after a death it is the family that applies."""
    if id == "injury_recognition_worker" and ctx.facts.injury.fatal:
        return ctx.text("deadlines.name_injury_recognition_family")
    return ctx.text(f"deadlines.name_{id}")


def length_of(ctx: Context, length: dict) -> str:
    """A period in words: 1 年, 30 天; 1 year, 30 days."""
    (unit, count), = length.items()
    plural = "" if count == 1 else "_many"
    return ctx.text(f"deadlines.length_{unit}{plural}", count=count)


def _how(ctx: Context, id: str, period: str, run: Run, event: str) -> list[str]:
    length = ctx.value(f"periods/{period}")
    said = [ctx.text(f"deadlines.{event}", day=ctx.day(run.first_start), length=length_of(ctx, length))]
    if run.restarts:
        said.append(ctx.text("deadlines.restarted", day=ctx.day(run.starts_on)))
    if run.obstacle is not None:
        said.append(ctx.text("deadlines.obstacle", day=ctx.day(run.obstacle)))
    elif run.paused > 0:
        said.append(ctx.text("deadlines.paused", count=run.paused))
    if run.end != plain_end(run.starts_on, length, ctx.law) or "working_days" not in length:
        said.append(ctx.text("deadlines.ends", day=ctx.day(run.end)))
    if run.last_day != run.end:
        by_law = ctx.law.rule("rolling")["by_law"].get(id)
        article = by_law or ctx.law.rule("rolling")["analogy"]
        said.append(ctx.text("deadlines.rolled" if by_law else "deadlines.rolled_by_analogy", day=ctx.day(run.end),
                             last=ctx.day(run.last_day), law=article["name"], article=article["article"]))
    if run.act_by < run.last_day:
        said.append(ctx.text("deadlines.safe_day", day=ctx.day(run.act_by)))
    if not run.certain:
        year, published = max(run.end, run.last_day).year, calendar.PUBLISHED
        said.append(ctx.text("deadlines.provisional", year=year, published=published[-1]) if year > published[-1]
                    else ctx.text("deadlines.calendar_unknown", year=year, known=published[0]))
    return said


def joined(ctx: Context, sentences: list[str]) -> str:
    """Sentences one after the other, as the language joins them."""
    return (" " if like(ctx.language) == "en" else "").join(sentence for sentence in sentences if sentence)
