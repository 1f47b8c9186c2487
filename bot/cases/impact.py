"""Which stored open cases a change of the knowledge base would change, and in what. Reads only."""
from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from bot.cases import cases
from bot.cases.model import Case
from bot.guidance.assess import assess
from bot.guidance.facts import Facts, FactsError, parse_facts
from bot.law import Law

BATCH = 200
DEADLINE = ("status", "last_day", "act_by", "part_lost_from", "safe_by")
NONE = "-"


def of_open_cases(session: Session, before: Law, after: Law, today: date, *, newest: int | None = None) -> Iterator[tuple[str, list[str]]]:
    """(code, what changes) of every open case whose assessment differs under the two bases, in the order they were opened.

    `newest`: only of so many, those opened last, the latest first.
    """
    chosen = select(Case).where(Case.status == "open").options(selectinload(Case.facts), selectinload(Case.contacts))
    chosen = chosen.order_by(Case.id) if newest is None else chosen.order_by(Case.id.desc()).limit(newest)
    for case in session.execute(chosen.execution_options(yield_per=BATCH)).scalars():
        facts = _facts(case)
        if facts is None:
            yield case.code, ["facts: cannot be read"]
            continue
        found = changes(assess(facts, before, today), assess(facts, after, today))
        if found:
            yield case.code, found


def count(session: Session) -> int:
    """How many open cases there are."""
    return session.scalar(select(func.count(Case.id)).where(Case.status == "open"))


def changes(before: dict, after: dict) -> list[str]:
    """What differs between two assessments of one case, each in a few words; empty where nothing but the version does."""
    found = [f"{key} {before[key]} -> {after[key]}" for key in ("status", "urgency") if before[key] != after[key]]
    if before["relationship"]["class"] != after["relationship"]["class"]:
        found.append(f"relationship {before['relationship']['class']} -> {after['relationship']['class']}")
    found += _rows("deadline", before["deadlines"], after["deadlines"], ("id", "issue"), _deadline)
    found += _rows("route", before["routes"], after["routes"], ("body", "level"), lambda row: f"order {row['order']}")
    found += _rows("amount", before["amounts"], after["amounts"], ("id",), lambda row: f"{row['from']}..{row['to']}")
    found += _rows("insurance", before["insurance"], after["insurance"], ("id",), lambda row: f"{row['available']} {row['monthly_cost']}")
    for key, name in (("questions", "fact"), ("evidence", "id")):
        found += _lists(key, [row[name] for row in before[key]], [row[name] for row in after[key]])
    found += _lists("documents", before["documents"], after["documents"])
    if _cited(before) != _cited(after):
        found.append("law cited")
    if not found and _without_version(before) != _without_version(after):
        found.append("wording")
    return found


def _facts(case: Case) -> Facts | None:
    """The facts as they decide, in the worker's language; None where a stored one no longer fits."""
    tree = cases.facts(case)
    tree.pop("household_adcode", None)
    tree["language"] = (case.worker.language if case.worker else None) or "zh"
    try:
        return parse_facts(tree)
    except FactsError:
        return None


def _deadline(row: dict) -> str:
    return " ".join(f"{name}={row.get(name) or NONE}" for name in DEADLINE if row.get(name) or name == "status")


def _rows(what: str, before: list[dict], after: list[dict], key: tuple[str, ...], words) -> list[str]:
    """Rows that came, went or read differently, told by their key."""
    old, new = ({" ".join(str(row[part] or NONE) for part in key): words(row) for row in rows} for rows in (before, after))
    return [f"{what} {name}: {old.get(name, NONE)} -> {new.get(name, NONE)}" for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)]


def _lists(what: str, before: list[str], after: list[str]) -> list[str]:
    return [f"{what} {','.join(before) or NONE} -> {','.join(after) or NONE}"] if before != after else []


def _cited(value: object) -> list[tuple[str, str]]:
    """Every article named anywhere in an assessment."""
    if isinstance(value, dict):
        own = [(value["name"], value["article"])] if set(value) == {"name", "article"} else []
        return own + [article for part in value.values() for article in _cited(part)]
    return [article for part in value for article in _cited(part)] if isinstance(value, list) else []


def _without_version(assessment: dict) -> dict:
    return {name: value for name, value in assessment.items() if name != "knowledge_version"}
