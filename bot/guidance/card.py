"""The whole guidance as the worker reads it: what presses first, where to go, what to say, what to bring.

Pieces are left out whole, never cut, so that the card stays short; what is left out is behind the buttons.
"""
from datetime import date

from bot.guidance.context import Context
from bot.guidance.deadlines import OTHERS

LIMIT = {"zh": 1200, "en": 3000}  # characters; English says the same in more letters
MAX_DEADLINES = 3
MAX_STEPS = 5
NO_DEFENCE = ("injury_recognition_worker", "inspection_complaint", "injury_review_reconsideration", "injury_review_court",
              "appraisal_review", "court_after_award", "court_appeal", "injury_court_after_reconsideration")


def write(ctx: Context, assessment: dict) -> str:
    """The card for a finished assessment (all its other keys set)."""
    if assessment["status"] == "out_of_scope":
        return ctx.text("card.out_of_scope")
    lines = [ctx.text(f"danger.{danger}") for danger in sorted(ctx.facts.in_danger())]
    lines += deadline_lines(ctx, assessment["deadlines"])
    routes = assessment["routes"]
    if routes:
        lines += _first_door(ctx, routes[0])
    optional = [*_steps(ctx, routes[1:]), *_bring(ctx, assessment["evidence"]), *_money(ctx, assessment["amounts"]),
                *_relationship(ctx, assessment["relationship"]),
                *[ctx.text("card.warning", warning=warning) for warning in assessment["warnings"][:3]], ctx.text("card.free")]
    source = ctx.text("card.source", day=ctx.day(ctx.today))
    room = LIMIT.get(ctx.language, LIMIT["en"]) - len(source) - len("\n".join(lines)) - 2
    for piece in optional:
        if len(piece) + 1 <= room:
            lines.append(piece)
            room -= len(piece) + 1
    return "\n".join([*lines, source])


def deadline_lines(ctx: Context, deadlines: list[dict]) -> list[str]:
    """The worker's own clocks that matter most: running ones by day, then what has passed."""
    own = [row for row in deadlines if row["id"] not in OTHERS]
    running = sorted((row for row in own if row["status"] in ("urgent", "open")), key=lambda row: row["last_day"])
    passed = [row for row in own if row["status"] == "passed"]
    shown = [*running[:MAX_DEADLINES], *passed[:2]]
    lines, seen = [], set()
    for row in shown:
        mark = (row["id"], row["last_day"])
        if mark not in seen:
            seen.add(mark)
            lines += _deadline(ctx, row)
    if any(row["status"] == "unlimited_while_employed" for row in own):
        lines.append(ctx.text("card.deadline_free"))
    if any(row["id"] == "occupational_injury_application" for row in own):
        lines.append(ctx.text("card.deadline_app"))
    if not lines:
        unknown = next((row for row in own if row["status"] == "unknown" and row["needs"]), None)
        if unknown is not None:
            lines.append(ctx.text("card.deadline_unknown", why=unknown["why"]))
    return lines


def _deadline(ctx: Context, row: dict) -> list[str]:
    name, days = ctx.text(f"deadlines.name_{row['id']}"), row["days_left"]
    last, act_by = date.fromisoformat(row["last_day"]), date.fromisoformat(row.get("safe_without_union") or row["act_by"])
    if row["status"] == "passed":
        key = "card.deadline_passed_other" if row["id"] in NO_DEFENCE else "card.deadline_passed"
        return [ctx.text(key, name=name, day=ctx.day(last))]
    if days == 0:
        lines = [ctx.text("card.deadline_today", day=ctx.day(last), name=name)]
    elif act_by < ctx.today:
        lines = [ctx.text("card.deadline_last_day", day=ctx.day(last), name=name, days=days)]
    elif act_by == last:
        lines = [ctx.text("card.deadline", day=ctx.day(last), name=name, days=days)]
    else:
        lines = [ctx.text("card.deadline_legal", day=ctx.day(act_by), name=name, days=(act_by - ctx.today).days, last=ctx.day(last))]
    if row.get("part_lost_from"):
        lines.append(ctx.text("card.deadline_monthly", day=ctx.day(date.fromisoformat(row["part_lost_from"]))))
    return lines


def _first_door(ctx: Context, route: dict) -> list[str]:
    key = "card.first_union" if route["body"] == "union" else "card.first_other"
    lines = [ctx.text(key, name=route["name"] or route["label"], phone=" / ".join(route["phones"])).rstrip()]
    if route["say"]:
        lines.append(ctx.text("card.say", say=route["say"]))
    return lines


def _steps(ctx: Context, routes: list[dict]) -> list[str]:
    if not routes:
        return []
    chosen = _one_of_each(routes)[:MAX_STEPS]
    steps = [ctx.text("card.step", number=number, name=route["name"] or route["label"], why=route["why"],
                      phone=ctx.text("card.phone", phone=" / ".join(route["phones"])) if route["phones"] else "")
             for number, route in enumerate(chosen, start=1)]
    return [ctx.text("card.then") + "\n" + steps[0], *steps[1:]]


def _one_of_each(routes: list[dict]) -> list[dict]:
    """The next union rung and every other body; the upper rungs wait behind a button."""
    unions = [route for route in routes if route["body"] == "union"]
    return [route for route in routes if route["body"] != "union" or route is unions[0]]


def _bring(ctx: Context, evidence: list[dict]) -> list[str]:
    separator = "; " if ctx.language == "en" else "；"
    items = separator.join(item.get("short") or item["text"].rstrip("。.") for item in evidence[:4])
    return [ctx.text("card.bring", items=items)] if items else []


def _money(ctx: Context, amounts: list[dict]) -> list[str]:
    items = [_amount(ctx, row) for row in amounts if row["to"]]
    separator = "; " if ctx.language == "en" else "；"
    return [ctx.text("card.money", items=separator.join(items[:3]))] if items else []


def _amount(ctx: Context, row: dict) -> str:
    name = ctx.text(f"amounts.name_{row['id']}")
    low, high = ctx.yuan(row["from"]), ctx.yuan(row["to"])
    return f"{name} {low}" if low == high else f"{name} {low}–{high}"


def _relationship(ctx: Context, relationship: dict) -> list[str]:
    key = f"card.class_{relationship['class']}"
    return [ctx.text(key)] if ctx.law.has_text(key, ctx.language) else []
