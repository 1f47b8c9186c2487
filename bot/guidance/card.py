"""The whole guidance as the worker reads it: what happened, until when, where to go, what to say, what to bring, what to beware of.

The card is made of pieces. A piece stands on it only if it fits in every language, so that all languages say the same; pieces are
left out whole, never cut, the least needed first. What is left out is behind the buttons.
"""
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bot.guidance import routes, topics, warnings
from bot.guidance.context import Context
from bot.guidance.deadlines import OTHERS, describe
from bot.guidance.route_words import written_out
from bot.law import Law
from bot.law.languages import OWN, like

LIMIT = 1200   # characters, in every language
MAX_DEADLINES = 3
MAX_STEPS = 5
MAX_WARNINGS = 3
MAX_PROOFS = 3
MAX_LAWS = 3
STEP_RANKS = {"union": 2, "mediation": 4, "hotline": 5}   # these doors yield before the others
NUMBERING = 4  # "1. " and the end of the line
ALWAYS = 0     # the rank of what stands on every card
THREE_YEARS = ("civil_pay_claim", "civil_injury_claim", "debt_note_claim")
NO_DEFENCE = ("injury_recognition_worker", "inspection_complaint", "injury_review_reconsideration", "injury_review_court",
              "appraisal_review", "court_after_award", "court_appeal", "injury_court_after_reconsideration")


class Piece(NamedTuple):
    """One line or two of the card; `rank` 0 stands always, a higher one yields first. `step`: it is numbered."""

    text: str
    rank: int
    step: bool = False


def write(ctx: Context, assessment: dict) -> str:
    """The card for a finished assessment (all its other keys set)."""
    mine, *others = (_pieces(ctx.speaking(language), assessment) for language in dict.fromkeys((ctx.language, *OWN)))
    room = [LIMIT - len(ctx.law.text("card.then", language)) for language in dict.fromkeys((ctx.language, *OWN))]
    kept = set()
    for number in sorted(range(len(mine)), key=lambda number: (mine[number].rank, number)):
        more = NUMBERING if mine[number].step else 1
        left = [free - len(pieces[number].text) - more for free, pieces in zip(room, (mine, *others))]
        if mine[number].rank == ALWAYS or min(left) >= 0:
            kept.add(number)
            room = left
    return _joined(ctx, [piece for number, piece in enumerate(mine) if number in kept])


def _joined(ctx: Context, pieces: list[Piece]) -> str:
    lines, number = [], 1
    for piece in pieces:
        if piece.step and number == 1:
            lines.append(ctx.text("card.then"))
        lines.append(f"{number}. {piece.text}" if piece.step else piece.text)
        number += piece.step
    return "\n".join(line for line in lines if line)


def _pieces(ctx: Context, assessment: dict) -> list[Piece]:
    """Every piece in reading order; the same pieces, of the same ranks, in every language."""
    found = [Piece(ctx.text(f"card.danger_{danger}"), ALWAYS) for danger in sorted(ctx.facts.in_danger())]
    if assessment["status"] == "out_of_scope":
        found.append(Piece(ctx.text("card.out_of_scope"), ALWAYS))
    else:
        found += _case(ctx) + deadline_pieces(ctx, assessment["deadlines"]) + _doors(ctx, assessment["routes"])
        found += _rest(ctx, assessment)
    return [*found, Piece(ctx.text("card.source", day=ctx.day(ctx.today)), ALWAYS)]


def _case(ctx: Context) -> list[Piece]:
    return [Piece(ctx.text("card.case").replace("{facts}", routes.facts_in_brief(ctx)), 1)] if ctx.issues else []


# --- until when

def deadline_pieces(ctx: Context, deadlines: list[dict]) -> list[Piece]:
    """The worker's own clocks that matter most: running ones by day, then what has passed."""
    own = [row for row in deadlines if row["id"] not in OTHERS]
    running = sorted((row for row in own if row["status"] in ("urgent", "open")), key=lambda row: row["last_day"])
    enforced = any(row["id"] == "enforcement" for row in running)   # then the earlier steps are over and done with
    passed = [row for row in own if row["status"] == "passed" and not enforced]
    found, seen = [], set()
    if any(row["id"] == "occupational_injury_application" for row in own) and ctx.today >= topics.PILOT_FROM:
        found.append(Piece(ctx.text("card.deadline_app"), 1))   # to be done today, so before the days
    for row in [*running, *passed]:
        mark = (row["id"], row["last_day"])
        if mark not in seen and len(seen) < MAX_DEADLINES:
            seen.add(mark)
            found.append(Piece(_deadline(ctx, row), (ALWAYS, 1, 4)[len(seen) - 1]))
    if any(row["status"] == "unlimited_while_employed" for row in own):
        found.append(Piece(ctx.text("card.deadline_free"), 1))
    unsure = next((row for row in own if row["status"] == "unknown" and "safe_by" in row), None)
    if unsure is not None:
        day = ctx.day(date.fromisoformat(unsure["safe_by"]))
        found.append(Piece(ctx.text("card.deadline_unsure", day=day, name=describe.name_of(ctx, unsure["id"])), 1))
    unknown = next((row for row in own if row["status"] == "unknown" and row["needs"]), None)
    shorter = unknown is not None and unknown["id"] == "arbitration" and all(row["id"] in THREE_YEARS for row in running)
    if unknown is not None and (not found or shorter):   # nobody shall read three years where one may be all there is
        ask = ctx.text(f"questions.{unknown['needs'][0].replace('.', '_')}_ask")
        found.append(Piece(ctx.text("card.deadline_unknown", ask=ask), 1))
    return found


def _deadline(ctx: Context, row: dict) -> str:
    name, days = describe.name_of(ctx, row["id"]), row["days_left"]
    last, act_by = date.fromisoformat(row["last_day"]), date.fromisoformat(row.get("safe_without_union") or row["act_by"])
    if row["status"] == "passed":
        key = "card.deadline_passed_other" if row["id"] in NO_DEFENCE else "card.deadline_passed"
        return ctx.text(key, name=name, day=ctx.day(last))
    if days == 0:
        line = ctx.text("card.deadline_today", day=ctx.day(last), name=name)
    elif act_by < ctx.today:
        line = ctx.text("card.deadline_last_day", day=ctx.day(last), name=name, days=days)
    elif act_by == last:
        line = ctx.text("card.deadline", day=ctx.day(last), name=name, days=days)
    else:
        line = ctx.text("card.deadline_legal", day=ctx.day(act_by), name=name, days=(act_by - ctx.today).days, last=ctx.day(last))
    if row.get("part_lost_from"):
        line += "\n" + ctx.text("card.deadline_monthly", day=ctx.day(date.fromisoformat(row["part_lost_from"])))
    return line


# --- where to go, and what to say there

def _doors(ctx: Context, listed: list[dict]) -> list[Piece]:
    if not listed:
        return []
    # The next general union; the rungs above it and the trade's union wait behind a button.
    union = next((route for route in listed[1:] if route["body"] == "union" and route["level"] != "industry"), None)
    chosen = [route for route in listed[1:] if route["body"] != "union" or route is union][:MAX_STEPS]
    first, *others = routes.in_brief(ctx, listed, [listed[0], *chosen])
    key = "card.first_union" if first["body"] == "union" else "card.first_other"
    found = [Piece(ctx.text(key, name=first["name"], phone=_listed(ctx, first)).rstrip(), ALWAYS)]
    if first["ask"] and ctx.issues:
        found.append(Piece(_say(ctx, listed[0], first["ask"]), 1))
    return found + [Piece(_step(ctx, door), STEP_RANKS.get(door["body"], 1 if number < 3 else 2), step=True)
                    for number, door in enumerate(others)]


def _say(ctx: Context, route: dict, ask: str) -> str:
    """What to say; a reader of another language gets the Chinese words to show."""
    said = ctx.text("card.say", say=ask)
    if like(ctx.language) == "zh":
        return said
    chinese = ctx.speaking("zh")
    words = routes.facts_in_brief(chinese) + routes.in_brief(chinese, [route], [route])[0]["ask"]
    return said + "\n" + ctx.text("card.show").replace("{zh}", words)


def _step(ctx: Context, door: dict) -> str:
    return ctx.text("card.step", name=door["name"], phone=phones(ctx, door), why=door["why"])


def phones(ctx: Context, door: dict) -> str:
    """The numbers of a door as they follow its name: （12333）, " (12333)"."""
    return _phones(ctx.law, _listed(ctx, door), ctx.language) if door["phones"] else ""


@lru_cache(maxsize=5000)
def _phones(law: Law, numbers: str, language: str) -> str:
    return ("" if like(language) == "zh" else " ") + law.text("card.phone", language, phone=numbers)


def _listed(ctx: Context, door: dict) -> str:
    """The numbers of a door; those of its own office with the day on which they were last checked."""
    office, shown = door["office"], list(door["phones"])
    if office and office["phones"]:
        last = shown.index(office["phones"][-1])
        shown[last] = ctx.text("card.checked", phone=shown[last], day=ctx.day(date.fromisoformat(office["checked_on"])))
    return " / ".join(shown)


# --- what to bring, what may be due, what to beware of

def _rest(ctx: Context, assessment: dict) -> list[Piece]:
    separator = "; " if like(ctx.language) == "en" else "；"
    shown = warnings.build(ctx, assessment["deadlines"])[:MAX_WARNINGS]
    found = [Piece(ctx.text("card.warning", warning=text), (1, 3, 5)[number]) for number, text in enumerate(shown)]
    how = ctx.law.rule("evidence")["last"]   # advice on keeping proof, not a thing to bring
    proofs = [item["id"] for item in assessment["evidence"] if item["id"] not in how][:MAX_PROOFS]
    items = [ctx.text(f"evidence.{id}_short") for id in proofs]
    if items:
        found.append(Piece(ctx.text("card.bring", items=separator.join(items)), 1))
    sums = [_amount(ctx, row) for row in assessment["amounts"] if row["to"]][:3]
    if sums:
        found.append(Piece(ctx.text("card.money", items=separator.join(sums)), 3))
    judged = f"card.class_{assessment['relationship']['class']}"
    if ctx.law.has_text(judged, ctx.language) and ctx.issues:
        found.append(Piece(ctx.text(judged), 5))
    about = topics.in_brief(ctx, [topic["id"] for topic in assessment["topics"][:2]])
    found += [Piece(ctx.text("card.topic", topic=brief), (3, 6)[number]) for number, brief in enumerate(about)]
    articles = _articles(ctx, assessment["deadlines"])
    if articles:
        found.append(Piece(ctx.text("card.law", articles=separator.join(articles)), 5))
    return [*found, Piece(ctx.text("card.free"), 7)] if ctx.issues else found


def _amount(ctx: Context, row: dict) -> str:
    name = ctx.text(f"amounts.name_{row['id']}")
    low, high = ctx.yuan(row["from"]), ctx.yuan(row["to"])
    return f"{name} {low}" if low == high else f"{name} {low}–{high}"


def _articles(ctx: Context, deadlines: list[dict]) -> list[str]:
    """The articles behind the days named on the card, as far as their laws have a name in this language."""
    known = ctx.law.rule("bodies")["laws"]
    cited = [row["law"][0] for row in deadlines if row["id"] not in OTHERS and row["last_day"] and row["law"]]
    plain = [dict(article) for article in cited if article["name"] in known and article["article"].isdigit()]
    chosen = [article for number, article in enumerate(plain) if article not in plain[:number]][:MAX_LAWS]
    return [written_out(ctx.law, [article], ctx.language) for article in chosen]
