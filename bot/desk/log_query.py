"""The address of the log's pages: which cases and rows it asks for, and the address that asks for them.

Whoever belongs to a desk sees the figures of its regions only, here and nowhere else: `choice` leaves no others.
"""
import re
from dataclasses import fields, replace
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from bot.cases import log_rows, rights
from bot.cases.log_figures import NONE, Choice
from bot.cases.log_rows import Filters
from bot.desk.triage import one_of
from bot.desk.web import Visit
from bot.guidance.facts import BODIES, ISSUES, LEVELS, OCCUPATIONS, REASONS
from bot.law import places

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\Z", re.ASCII)
PLACE = re.compile(r"\d{2}(\d{2}){0,2}\Z", re.ASCII)
LONGEST = 40
ROW = {"reason": REASONS, "body": BODIES, "level": LEVELS, "answer": ("answered", "deflected", "no_answer"),
       "aware": ("yes", "no", "unknown"), "involved": ("yes", "no", "unknown")}
OF_CASES = ("from", "to", "place", "occupation", "issue", "platform")  # the fields of an address that a Choice takes up


def all_of(visit: Visit, session: Session) -> Choice:
    """All that the figures of a person may speak of."""
    regions = rights.regions(session, visit.staff)
    return Choice(places=None if regions is None else tuple(regions))


def choice(visit: Visit, session: Session) -> Choice:
    """The cases that an address asks for, as far as the person's figures may speak of them."""
    widest = all_of(visit, session)
    place, platform = visit.text("place"), visit.text("platform")
    wanted = place if place == NONE or PLACE.match(place) and places.get((place + "0000")[:6]) else None
    return Choice(
        since=_month(visit.text("from")), until=_month(visit.text("to")), places=_both(wanted, widest.places),
        occupation=one_of((*OCCUPATIONS, NONE), visit.text("occupation")), issue=one_of((*ISSUES, NONE), visit.text("issue")),
        platform=platform[:LONGEST] if platform.isprintable() and platform else None)


def filters(visit: Visit, session: Session) -> Filters:
    """The rows that an address asks for. A place (or `ours=1`) leaves to whoever belongs to a desk its regions; without one the list
    shows all rows within reach."""
    cases = choice(visit, session)
    if not visit.text("place") and not visit.text("ours"):
        cases = replace(cases, places=None)
    known = {name: (*values, NONE) for name, values in ROW.items()} | log_rows.KNOWN
    case = visit.text("case")
    return Filters(cases, **{name: one_of(values, visit.text(name)) for name, values in known.items()},
                   exemplary=bool(visit.text("exemplary")), told=bool(visit.text("told")),
                   case=case[:LONGEST] if case.isprintable() and case else None)


def fields_of(one: Choice, widest: Choice = Choice()) -> dict[str, str]:
    """A choice as fields of an address."""
    found = {"from": _written(one.since), "to": _written(one.until), "occupation": one.occupation, "issue": one.issue,
             "platform": one.platform}
    if one.places is not None and one.places != widest.places and len(one.places) == 1:
        found["place"] = one.places[0]
    elif one.places is not None:
        found["ours"] = "1"
    return {name: value for name, value in found.items() if value}


def fields_of_rows(one: Filters, widest: Choice = Choice()) -> dict[str, str]:
    """Filters as fields of an address."""
    found = {field.name: getattr(one, field.name) for field in fields(one) if field.name != "choice"}
    return fields_of(one.choice, widest) | {name: "1" if value is True else value for name, value in found.items() if value}


def address(path: str, parts: dict[str, str]) -> str:
    return f"{path}?{urlencode(parts)}" if parts else path


def _month(text: str) -> int | None:
    found = MONTH.match(text)
    return int(found[1] + found[2]) if found else None


def _written(month: int | None) -> str | None:
    return f"{month // 100}-{month % 100:02d}" if month else None


def _both(wanted: str | None, regions: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What a wanted place and a desk's regions have in common; None is everywhere."""
    if regions is None or wanted is None:
        return regions if wanted is None else (wanted,)
    inside = [wanted] if any(wanted.startswith(region) for region in regions) else [one for one in regions if one.startswith(wanted)]
    return tuple(inside)
