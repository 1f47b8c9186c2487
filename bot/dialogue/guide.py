"""The guidance itself, and what stands behind its buttons."""
from datetime import date

from sqlalchemy.orm import Session

from bot.cases import cases, referrals
from bot.cases.model import Case, Worker
from bot.dialogue import ask, matters
from bot.dialogue.heard import Say
from bot.dialogue.state import State
from bot.guidance.context import MONTHS
from bot.law import Law
from bot.law.languages import like

MOST_CHARACTERS = 4000  # of one message; Telegram takes 4,096
PARTS = ("ladder", "evidence", "insurance", "amounts", "topics", "relationship", "warnings")


def card(session: Session, law: Law, worker: Worker, state: State) -> list[Say]:
    """The card from the confirmed facts; the doors it names are recorded as shown."""
    language = worker.language or "zh"
    case = cases.current(session, worker)
    if case is None or worker.consented_at is None or state.paused:
        return []
    result = ask.assessment(law, worker, case, {})
    cases.keep_assessment(session, case, result)
    if not result["issues"]:
        return [Say(law.text("dialogue.need_a_problem", language))]
    if state.guided:  # nothing has changed since the card was shown
        return [Say(law.text("dialogue.nothing_new", language), buttons(law, language, result))] if state.unread else []
    referrals.tell(session, case, result["routes"])
    state.guided = True
    return [Say(matters.heading(law, language, state, case) + result["card"], buttons(law, language, result))]


def buttons(law: Law, language: str, result: dict) -> tuple[tuple[str, str], ...]:
    """What can be asked next, under the card."""
    shown = [("how_button", "/ask_how"), ("refused_button", "/choose_reason"), ("evidence_button", '/more{"part": "evidence"}')]
    if result["insurance"]:
        shown.append(("insurance_button", '/more{"part": "insurance"}'))
    if result["documents"]:
        shown.append(("papers_button", '/more{"part": "documents"}'))
    shown += [("ladder_button", '/more{"part": "ladder"}'), ("more_button", '/more{"part": "all"}'), ("human_button", "/ask_human"),
              ("correct_button", "/correct")]
    return tuple((law.text(f"dialogue.{key}", language), payload) for key, payload in shown)


def deadlines(law: Law, worker: Worker, state: State, case: Case | None) -> list[Say]:
    """Every clock of the case with its day."""
    language = worker.language or "zh"
    result = latest(law, worker, case)
    rows = [row for row in (result or {}).get("deadlines", []) if row["status"] != "not_running"]
    if not rows:
        return [Say(law.text("dialogue.no_deadlines", language))]
    lines = [_deadline_line(law, language, row) for row in rows]
    how_button = (law.text("dialogue.how_button", language), "/ask_how")
    return [Say(_fitting([matters.heading(law, language, state, case) + law.text("dialogue.deadlines", language), *lines]), (how_button,))]


def nearest(law: Law, language: str, worker: Worker, case: Case | None) -> str | None:
    """The line of the deadline that ends first, if one runs."""
    result = latest(law, worker, case)
    rows = [row for row in (result or {}).get("deadlines", []) if row["status"] in ("open", "urgent") and row["last_day"]
            and row["id"] not in ("union_reply", "injury_recognition_employer")]
    return _deadline_line(law, language, min(rows, key=lambda row: row["act_by"])) if rows else None


def how(law: Law, worker: Worker, case: Case | None) -> list[Say]:
    """How each day was computed, step by step, with its articles."""
    language = worker.language or "zh"
    result = latest(law, worker, case)
    rows = [row for row in (result or {}).get("deadlines", []) if row["last_day"] or row["status"] == "unlimited_while_employed"]
    if not rows:
        return [Say(law.text("dialogue.no_deadlines", language))]
    return [Say(_fitting([_working(law, language, row).strip() for row in rows]))]


def more(law: Law, worker: Worker, case: Case | None, part: str | None) -> list[Say]:
    """One part of the guidance in full, or the choice of parts."""
    language = worker.language or "zh"
    result = latest(law, worker, case)
    if result is None:
        return [Say(law.text("dialogue.need_a_problem", language))]
    if part not in PARTS:
        return [Say(law.text("dialogue.more", language),
                    tuple((law.text(f"dialogue.{name}_button", language), f'/more{{"part": "{name}"}}') for name in PARTS))]
    return part_of(law, language, result, part)


def part_of(law: Law, language: str, result: dict, part: str) -> list[Say]:
    """One part of an assessment, line by line."""
    lines = {"evidence": lambda: [f"· {item['text']}" for item in result["evidence"]],
             "insurance": lambda: [_insurance(law, language, item) for item in result["insurance"]],
             "amounts": lambda: [f"· {item['how']}" for item in result["amounts"]],
             "relationship": lambda: [*result["relationship"]["why"], *result["relationship"]["evidence"]],
             "topics": lambda: [f"· {topic['title']}：{topic['text']}" if like(language) == "zh" else f"· {topic['title']}: {topic['text']}"
                                for topic in result["topics"]],
             "warnings": lambda: [f"⚠️ {warning}" for warning in result["warnings"]],
             "ladder": lambda: [_rung(route) for route in result["routes"]]}[part]()
    return [Say(_fitting([law.text(f"dialogue.{part}_title", language), *(lines or [law.text("dialogue.nothing_here", language)])]))]


def latest(law: Law, worker: Worker, case: Case | None) -> dict | None:
    """The assessment of the case as of today, or None where there is no case yet."""
    if case is None or not cases.stated(case):
        return None
    return ask.assessment(law, worker, case, {})


def _fitting(pieces: list[str]) -> str:
    """The pieces one below the other, each once; whole ones are left out at the end where a message would grow too long."""
    kept, room = [], MOST_CHARACTERS
    for piece in dict.fromkeys(pieces):
        room -= len(piece) + 1
        if room >= 0:
            kept.append(piece)
    return "\n".join(kept)


def _deadline_line(law: Law, language: str, row: dict) -> str:
    name = law.text(f"deadlines.name_{row['id']}", language)
    if row["last_day"] is None:
        return f"· {name}：{row['why']}" if like(language) != "en" else f"· {name}: {row['why']}"
    key = "deadline_passed_line" if row["status"] == "passed" else "deadline_line"
    line = law.text(f"dialogue.{key}", language, name=name, act_by=_day(language, row["act_by"]), last=_day(language, row["last_day"]),
                    days=row["days_left"])
    if row["status"] != "passed" and row.get("safe_without_union"):
        line += law.text("dialogue.deadline_safe", language, day=_day(language, row["safe_without_union"]))
    return line


def _working(law: Law, language: str, row: dict) -> str:
    articles = "; ".join(f"{cite['name']} {cite['article']}" for cite in row["law"])
    return law.text("dialogue.working", language, name=law.text(f"deadlines.name_{row['id']}", language), why=row["why"], law=articles)


def _insurance(law: Law, language: str, item: dict) -> str:
    return law.text("dialogue.insurance_line", language, name=law.text(f"dialogue.insurance_name_{item['id']}", language),
                    available=law.text(f"dialogue.available_{item['available']}", language), why=item["why"])


def _rung(route: dict) -> str:
    office, phones = route["office"] or {}, " / ".join(route["phones"])
    where = [line for line in (office.get("address"), office.get("hours")) if line]
    return "\n   ".join([f"{route['order']}. {route['name'] or route['label']}{' ' + phones if phones else ''}", *where, route["why"]])


def _day(language: str, iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if like(language) == "en" else f"{day.year}年{day.month}月{day.day}日"
