"""Offices with numbers of their own, as the desk keeps them: handed to the reasoning from outside, tried before the generic number."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.law import places

BELOW_COUNTY = ("township", "enterprise")
GENERIC_FIRST = ("police",)  # nobody in danger waits for an office's line


@dataclass(frozen=True)
class Office:
    """One office. `level` and `adcode` are those of a route (`adcode` None: national); `checked_on`: when its numbers were last right."""

    body: str
    level: str | None
    adcode: str | None
    name: str
    phones: tuple[str, ...]
    checked_on: date
    name_en: str | None = None
    address: str | None = None
    hours: str | None = None

    def told(self) -> dict:
        """What a route says of its office, as JSON holds it."""
        return {"name": self.name, "phones": list(self.phones), "address": self.address, "hours": self.hours,
                "checked_on": self.checked_on.isoformat()}


def find(offices: Iterable[Office], body: str, level: str | None, adcode: str | None, near: str | None = None) -> Office | None:
    """The office that a route means; of several the one checked last. `near` is the place of the case, for bodies without a seat.

    Which workplace or street is meant is never known, so the offices below the county are left out; another body that sits there is
    taken from the county.
    """
    if level in BELOW_COUNTY:
        if body == "union":
            return None
        level = "county"
    doors = [(level, adcode)] if level or adcode else [*((place.level, place.adcode) for place in places.chain(near)), ("national", None)]
    for door in doors:
        fitting = [office for office in offices if (office.body, office.level, office.adcode) == (body, *door)]
        if fitting:
            return max(fitting, key=lambda office: office.checked_on)
    return None


def numbers(office: Office | None, generic: list[str], body: str) -> list[str]:
    """The numbers to call, in order, each once."""
    own = list(office.phones) if office else []
    return list(dict.fromkeys([*generic, *own] if body in GENERIC_FIRST else [*own, *generic]))
