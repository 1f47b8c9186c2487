"""Past deflection logs come in: CSV, XLSX or JSON, told apart by content, with the columns of `deflections.COLUMNS`.

A file is either sound as a whole or not read at all. Its `words` and `outcome` count as released: whoever runs the command
on the server decides what goes in, and an exported file holds released text only. A row that the record holds already in
exactly these words is skipped, so a file can be imported again, also after an interruption.
"""
import json
import re
from collections import Counter
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import log_marks, sealed, tables
from bot.cases.deflections import ANSWERS, COLUMNS, public
from bot.cases.model import Deflection
from bot.guidance.facts import BODIES, EARLIEST, ISSUES, LATEST, LEVELS, OCCUPATIONS, REASONS
from bot.law import places

DATES = ("opened_on", "contacted_on", "first_answer_on", "resolved_on")
TEXTS = {"case_id": 40, "place": 80, "words": 10_000, "outcome": 10_000}  # longest, in characters
THREE = ("yes", "no", "unknown")
KNOWN = {"occupation": OCCUPATIONS, "issue": ISSUES, "body": BODIES, "level": LEVELS, "aware": THREE, "involved": THREE,
         "answer": ANSWERS, "reason": REASONS, "knew_first": ("union", "inspection", "media", "other", "unknown")}
MOST_PEOPLE = 10_000_000
CHUNK = 500


class ImportFault(ValueError):
    """A file that cannot be imported; the message names the row (as a spreadsheet counts, or the JSON object) and the field."""


def read(data: bytes) -> list[dict]:
    """The rows of a file as `deflections.rows` gives them, but with dates as dates. Raises ImportFault at the first fault."""
    try:
        if data.startswith(tables.XLSX):
            return _rows_of_table(tables.xlsx(data))
        text = tables.decoded(data)
        if text.lstrip()[:1] in ("[", "{"):
            return [_row(f"row {number}", _object(number, one)) for number, one in enumerate(_list(text), start=1)]
        return _rows_of_table(tables.separated(text))
    except tables.TableFault as fault:
        raise ImportFault(str(fault)) from None


def missing(session: Session, rows: list[dict]) -> list[dict]:
    """Those rows that the record lacks. Equal rows within a file are so many contacts, and are matched one to one."""
    held: Counter = Counter()
    codes = sorted({row["case_id"] for row in rows})
    for first in range(0, len(codes), CHUNK):
        query = select(Deflection).where(Deflection.case_id.in_(codes[first:first + CHUNK]))
        held.update(_key(public(row)) for row in session.scalars(query))
    fresh = []
    for row in rows:
        key = _key(row)
        if held[key]:
            held[key] -= 1
        else:
            fresh.append(row)
    return fresh


def add(session: Session, rows: list[dict]) -> None:
    """Writes rows of `read` into the log."""
    if rows:
        extra = {"words_released": True, "outcome_released": True, "created_at": settings.now()}
        key = sealed.house(session)
        session.execute(insert(Deflection.__table__), [sealed.values(session, Deflection, key, {**row, **extra}) for row in rows])
        log_marks.mark(session, [row["case_id"] for row in rows])


def _key(row: dict) -> tuple:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in (row[column] for column in COLUMNS))


def _list(text: str) -> list:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ImportFault("FILE: not JSON") from None
    if not isinstance(found, list):
        raise ImportFault("FILE: not a JSON list of objects")
    return found


def _object(number: int, value) -> dict:
    if not isinstance(value, dict):
        raise ImportFault(f"row {number}: not a JSON object")
    for name, held in value.items():
        if name not in COLUMNS:
            raise ImportFault(f"row {number}: {_short(name)}: not a column of the deflection log")
        if isinstance(held, (dict, list, bool)):
            raise ImportFault(f"row {number}: {name}: {json.dumps(held, ensure_ascii=False)[:40]} is neither a text nor a number")
    return value


def _rows_of_table(lines: list[list]) -> list[dict]:
    header = tables.headed(lines)
    for place, name in enumerate(header):
        if name not in COLUMNS:
            raise ImportFault(f"row 1: {_short(name) or f'column {place + 1}'}: not a column of the deflection log")
        if name in header[:place]:
            raise ImportFault(f"row 1: {name}: stands twice")
    if "case_id" not in header:
        raise ImportFault("row 1: case_id: this column is missing")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if all(cell is None or cell == "" for cell in line):
            continue
        if any(cell not in (None, "") for cell in line[len(header):]):
            raise ImportFault(f"row {number}: column {len(header) + 1}: more cells than the first row names")
        rows.append(_row(f"row {number}", {name: tables.cell(cell) for name, cell in zip(header, line)}))
    return rows


def _short(name: str) -> str:
    """A name out of a file as far as a message has room for it, on one line."""
    return " ".join(name.split())[:40]


def _row(where: str, given: dict) -> dict:
    """One row, every column present. Raises ImportFault naming the field."""
    row = {}
    for column in COLUMNS:
        value = given.get(column)
        try:
            row[column] = None if value is None or value == "" else _value(column, value)
        except ValueError as error:
            raise ImportFault(f"{where}: {column}: {error}") from None
    if row["case_id"] is None:
        raise ImportFault(f"{where}: case_id: empty")
    row["aware"], row["involved"] = row["aware"] or "unknown", row["involved"] or "unknown"
    return row


def _value(column: str, value):
    if column == "people":
        return _people(value)
    text = tables.plain(value)
    if column in ("place", "words", "outcome"):
        return tables.sound(text, TEXTS[column])
    text = text.strip()
    if not text:
        return None
    if column == "case_id":
        return tables.sound(text, TEXTS[column])
    if column in DATES:
        return _date(text)
    if column == "adcode":
        if not re.fullmatch(r"\d{6}", text, re.ASCII) or places.get(f"{text[:2]}0000") is None:
            raise ValueError(f"{text[:40]!r} is not the six-digit code of a place")
        return text
    if text not in KNOWN[column]:
        raise ValueError(f"{text[:40]!r} is not one of {', '.join(KNOWN[column])}")
    return text


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a date like 2026-11-22") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{text} is outside {EARLIEST.year} to {LATEST.year}")
    return day


def _people(value) -> int | None:
    text = tables.plain(value).strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,8}", text, re.ASCII) or int(text) > MOST_PEOPLE:
        raise ValueError(f"{text[:40]!r} is not a number of people")
    return int(text)
