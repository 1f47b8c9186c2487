"""The directory of offices: added, corrected and checked by staff, imported from a table, and handed to the guidance.

Nothing is overwritten: a correction ends the old row and adds one under the same number. A file is imported as a whole or not at all.
"""
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import tables
from bot.cases.model import Office
from bot.guidance import directory as guidance
from bot.guidance.facts import BODIES, LEVELS
from bot.law import places

COLUMNS = ("body", "level", "adcode", "place", "name", "name_en", "phones", "address", "hours", "note", "source", "checked_on")
KEPT = tuple(column for column in COLUMNS if column != "place")  # the place is only there to be read
LONGEST = {"name": 80, "name_en": 120, "address": 200, "hours": 120, "note": 400, "source": 200}
NEEDED = ("name", "source")
MOST_PHONES, MOST_ROWS = 6, 20_000
# Asked at every assessment, so made once: making a statement takes longer than running it.
_NEAR = select(Office).where(Office.ended_at.is_(None), or_(Office.adcode.is_(None), Office.adcode.in_(bindparam("near", expanding=True)))
                             ).order_by(Office.id)
GENERAL = ("county", "prefecture", "province", "national")
# 110, 12333, 12351; 0858-3638888 and 010-12351, an extension after it; 400-810-1234; a mobile that an office publishes as its own.
PHONE = re.compile(r"(?:[1-9]\d{2,5}|0\d{2,3}-\d{5,8}(?:-\d{1,5})?|[48]00\d{7}|[48]00-\d{3}-\d{4}|1[3-9]\d{9})\Z", re.ASCII)
OLD = timedelta(days=365)  # a number that nobody has checked for so long is due


class OfficeFault(ValueError):
    """A field that cannot be kept; `code` names the reason, `field` the field, `row` the line of the table (None: a form)."""

    def __init__(self, field: str, code: str, row: int | None = None, **fields):
        super().__init__(f"{field}: {code}" if row is None else f"row {row}: {field}: {code}")
        self.field, self.code, self.row, self.fields = field, code, row, fields


def offices(session: Session, adcode: str | None) -> tuple[guidance.Office, ...]:
    """What the guidance is handed for a case in a place: the offices of the place, of the units above it, and of the whole country."""
    near = [place.adcode for place in places.chain(adcode)]
    rows = session.scalars(_NEAR, {"near": near})
    return tuple(guidance.Office(row.body, row.level, row.adcode, row.name, tuple(row.phones), row.checked_on, row.name_en, row.address,
                                 row.hours) for row in rows)


def page(session: Session, *, search: str | None = None, body: str | None = None, place: str | None = None, due: bool = False,
         after: tuple[str, int] | None = None, limit: int = 50) -> list[Office]:
    """The offices as they stand, by place and then as they were added; `after` is the (adcode, id) of the last one of the page before.

    `place` is the beginning of a code, `due`: those not checked for a year.
    """
    order = func.coalesce(Office.adcode, "")
    query = _filtered(_current(), search, body, place, due)
    if after is not None:
        query = query.where(or_(order > after[0], and_(order == after[0], Office.id > after[1])))
    return list(session.scalars(query.order_by(order, Office.id).limit(limit)))


def count(session: Session, *, search: str | None = None, body: str | None = None, place: str | None = None, due: bool = False) -> int:
    return session.scalar(_filtered(select(func.count(Office.id)).where(Office.ended_at.is_(None)), search, body, place, due))


def current(session: Session, number: int) -> Office | None:
    """An office by its number, as it stands; None where it was taken out."""
    return session.scalar(_current().where(Office.number == number))


def history(session: Session, number: int) -> list[Office]:
    """How an office stood before, the latest first."""
    return list(session.scalars(select(Office).where(Office.number == number, Office.ended_at.isnot(None)).order_by(Office.id.desc())))


def keep(session: Session, office: Office | None, given: dict, by: str) -> Office:
    """Adds an office (`office` None), or corrects one; what has not changed is not written again. Raises OfficeFault."""
    values = checked(given)
    if office is not None and all(getattr(office, name) == values[name] for name in KEPT):
        return office
    if office is None and _same(session, values) is not None:
        raise OfficeFault("name", "there_already")
    return _write(session, office, values, by)


def remove(session: Session, office: Office, by: str) -> None:
    """Takes an office out; the row stays on record."""
    office.ended_at, office.ended_by = settings.now(), by


def read(data: bytes) -> tuple[list[dict], list[OfficeFault]]:
    """The rows of a CSV or XLSX file as `keep` takes them, and every fault in it. Raises tables.TableFault for what is no table."""
    lines = tables.read(data)
    header = tables.headed(lines)
    faults = [OfficeFault(name or f"#{place}", "column_unknown", 1) for place, name in enumerate(header, 1) if name not in COLUMNS]
    faults += [OfficeFault(name, "column_twice", 1) for name in dict.fromkeys(header) if name in COLUMNS and header.count(name) > 1]
    faults += [OfficeFault(name, "column_missing", 1) for name in ("body", "name", "phones", "source") if name not in header]
    if len(lines) > MOST_ROWS:
        faults.append(OfficeFault("FILE", "too_many", 1, most=MOST_ROWS))
    if faults:
        return [], faults
    rows, seen = [], {}
    for number, line in enumerate(lines[1:], start=2):
        if all(value is None or value == "" for value in line):
            continue
        given = {name: tables.cell(value) for name, value in zip(header, line)}
        found: list[OfficeFault] = []
        values = checked({name: "" if value is None else tables.plain(value) for name, value in given.items()}, found, number)
        if not found:
            key = _key(values)
            if key in seen:
                found.append(OfficeFault("name", "row_twice", number, other=seen[key]))
            seen[key] = number
        faults += found
        rows.append(values)
    return rows, faults


def take_in(session: Session, rows: Iterable[dict], by: str) -> dict[str, int]:
    """Writes rows of `read`: an office of the same body, place and name is corrected, another added. How many were of each sort."""
    known = {_key({name: getattr(row, name) for name in KEPT}): row for row in session.scalars(_current())}
    done = {"added": 0, "corrected": 0, "unchanged": 0}
    for values in rows:
        office = known.get(_key(values))
        if office is not None and all(getattr(office, name) == values[name] for name in KEPT):
            done["unchanged"] += 1
            continue
        _write(session, office, values, by)
        done["added" if office is None else "corrected"] += 1
    return done


def export(session: Session, format: str) -> bytes:
    """The directory as it stands, as csv or xlsx, in the columns that `read` takes."""
    rows = session.scalars(_current().order_by(func.coalesce(Office.adcode, ""), Office.id))
    lines = [[row.body, row.level, row.adcode, places.full_name(row.adcode, "zh") if row.adcode else None, row.name, row.name_en,
              " ".join(row.phones), row.address, row.hours, row.note, row.source, row.checked_on.isoformat()] for row in rows]
    return tables.write(format, "directory", COLUMNS, lines)


def checked(given: dict, faults: list[OfficeFault] | None = None, row: int | None = None) -> dict:
    """The fields of a form or a row as they are kept. Raises the first OfficeFault, or adds all of them to `faults`."""
    found: list[OfficeFault] = []
    values = {"body": _one_of("body", given, BODIES, found, row), "level": _one_of("level", given, LEVELS, found, row),
              "adcode": _place(given, found, row), "phones": _phones(given, found, row), "checked_on": _day(given, found, row)}
    if values["body"] is None and not any(fault.field == "body" for fault in found):
        found.append(OfficeFault("body", "needed", row))
    for name, longest in LONGEST.items():
        try:
            values[name] = tables.sound(str(given.get(name) or "").strip(), longest)
        except ValueError:
            values[name] = None
            found.append(OfficeFault(name, "too_long", row, most=longest))
        if name in NEEDED and values[name] is None and not any(fault.field == name for fault in found):
            found.append(OfficeFault(name, "needed", row))
    _seat(values, found, row)
    if found and faults is None:
        raise found[0]
    if faults is not None:
        faults += found
    return values


def due(office: Office, today: date) -> bool:
    """Whether nobody has checked an office for a year."""
    return today - office.checked_on > OLD


def _current():
    return select(Office).where(Office.ended_at.is_(None))


def _filtered(query, search, body, place, due):
    if body:
        query = query.where(Office.body == body)
    if place:
        query = query.where(Office.adcode.startswith(place, autoescape=True))
    if due:
        query = query.where(Office.checked_on < settings.today() - OLD)
    if search:
        words = search.lower()
        codes = [code for code, one in places.table().items() if words in one.name_zh or words == one.name_en.lower()]
        said = [func.lower(column).contains(words, autoescape=True) for column in (Office.name, Office.name_en, Office.address)]
        query = query.where(or_(*said, func.replace(cast(Office.phones, String), "-", "").contains(words.replace("-", ""), autoescape=True),
                                Office.adcode.in_(codes)))
    return query


def _write(session: Session, office: Office | None, values: dict, by: str) -> Office:
    now = settings.now()
    fresh = Office(**values, kept_by=by, kept_at=now, number=office.number if office else 0)
    session.add(fresh)
    if office is not None:
        office.ended_at, office.ended_by = now, by
    session.flush()
    fresh.number = fresh.number or fresh.id
    return fresh


def _same(session: Session, values: dict) -> Office | None:
    query = _current().where(Office.body == values["body"], Office.name == values["name"])
    return next((row for row in session.scalars(query) if (row.level, row.adcode) == (values["level"], values["adcode"])), None)


def _key(values: dict) -> tuple:
    return values["body"], values["level"], values["adcode"], values["name"]


def _one_of(field: str, given: dict, known: tuple[str, ...], found: list[OfficeFault], row: int | None) -> str | None:
    text = str(given.get(field) or "").strip()
    if not text or text in known:
        return text or None
    found.append(OfficeFault(field, "not_one", row, value=text[:40], known=", ".join(known)))
    return None


def _place(given: dict, found: list[OfficeFault], row: int | None) -> str | None:
    """The code of the place: the one given, else that of the name given, where the name means one place."""
    code, name = str(given.get("adcode") or "").strip(), str(given.get("place") or "").strip()
    if code:
        if places.get(code) is None:
            found.append(OfficeFault("adcode", "no_place", row, value=code[:40]))
            return None
        return code
    if not name:
        return None
    meant = places.named(name)
    if len(meant) != 1:
        found.append(OfficeFault("place", "which_place" if meant else "no_place", row, value=name[:40],
                                 places="; ".join(places.full_name(one, "zh") for one in meant[:6])))
        return None
    return meant[0]


def _phones(given: dict, found: list[OfficeFault], row: int | None) -> list[str]:
    text = unicodedata.normalize("NFKC", str(given.get("phones") or "")).replace("(", "")
    text = re.sub(r"(?:[—–)转]|-)+", "-", text)
    phones = list(dict.fromkeys(phone for phone in re.split(r"[\s,;/、]+", text) if phone))
    wrong = [phone for phone in phones if not PHONE.match(phone)]
    if wrong:
        found.append(OfficeFault("phones", "no_phone", row, value=wrong[0][:40]))
    elif not phones:
        found.append(OfficeFault("phones", "needed", row))
    elif len(phones) > MOST_PHONES:
        found.append(OfficeFault("phones", "too_many_phones", row, most=MOST_PHONES))
    return phones


def _day(given: dict, found: list[OfficeFault], row: int | None) -> date:
    text, today = str(given.get("checked_on") or "").strip(), settings.today()
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        found.append(OfficeFault("checked_on", "no_day", row, value=text[:40]))
        return today
    if not date(2000, 1, 1) <= day <= today:
        found.append(OfficeFault("checked_on", "no_day", row, value=text[:40]))
    return day


def _seat(values: dict, found: list[OfficeFault], row: int | None) -> None:
    """The level that the body has at this place: the one given where it fits, else the place's own."""
    if any(fault.field in ("adcode", "place", "level") for fault in found):
        return
    place = places.get(values["adcode"])
    own = place.level if place else "national"
    if place is None and values["level"] != "national":
        found.append(OfficeFault("adcode", "needed", row))
    elif values["level"] in GENERAL and values["level"] != own:
        found.append(OfficeFault("level", "other_level", row, value=values["level"], level=own))
    values["level"] = values["level"] or own
