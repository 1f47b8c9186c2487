"""Administrative places of mainland China: codes, names, parents and area codes from one dated table.

`places.tsv` is the only source of codes and names; `zones.yml` adds development zones that have no code of their own and
`aliases.yml` the other names people use. Both libraries at hand (jionlp, geotool-cn) carry codes of different years, so whatever
they answer is mapped onto this table before anyone sees it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bot.law.languages import like

FOLDER = Path(__file__).parent
LEVELS = ("province", "prefecture", "county")
COLUMNS = ["adcode", "level", "name_zh", "short_zh", "name_en", "parent", "dialling"]
MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})


@dataclass(frozen=True)
class Place:
    """One unit of the table. `parent` is None for a province; `dialling` is None where the unit has no area code of its own."""

    adcode: str
    level: str
    name_zh: str
    short_zh: str
    name_en: str
    parent: str | None
    dialling: str | None


@dataclass(frozen=True)
class Zone:
    """A development zone: its own names, and the code of the unit whose union answers for it."""

    name_zh: str
    name_en: str
    names: tuple[str, ...]
    host: str


def _rows() -> list[list[str]]:
    lines = (FOLDER / "places.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")][1:]


@cache
def table() -> Mapping[str, Place]:
    """Every place by its code, in the order of the file. Source: `places.tsv`."""
    return MappingProxyType(
        {row[0]: Place(row[0], row[1], row[2], row[3], row[4], row[5] or None, row[6] or None) for row in _rows()}
    )


@cache
def aliases() -> Mapping[str, Any]:
    """The content of `aliases.yml`: other names, and which short names are ordinary words."""
    return MappingProxyType(_yaml("aliases.yml"))


@cache
def zones() -> tuple[Zone, ...]:
    """Every development zone of `zones.yml`."""
    return tuple(
        Zone(zone["name"], zone["english"], (zone["name"], *zone.get("also", ())), zone["host"])
        for zone in _yaml("zones.yml")["zones"]
    )


def _yaml(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=loader)


@cache
def _children() -> Mapping[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = {}
    for place in table().values():
        if place.parent:
            found.setdefault(place.parent, []).append(place)
    return {parent: tuple(below) for parent, below in found.items()}


def get(adcode: str | None) -> Place | None:
    """The place of a six-digit code, or None if the table has no such code."""
    return table().get(adcode) if adcode else None


def today(adcode: str | None) -> str | None:
    """The code a place has today: an abolished unit's is that of its successor, a code that is not in the table stands for the
    prefecture or province it would lie in; None where there is neither."""
    if not adcode or get(adcode):
        return adcode
    wider = (aliases()["former_codes"].get(adcode), f"{adcode[:4]}00", f"{adcode[:2]}0000")
    return next((code for code in wider if get(code)), None)


def chain(adcode: str | None) -> list[Place]:
    """The place and those it belongs to, lowest first (county, prefecture, province); empty for an unknown code."""
    found: list[Place] = []
    place = get(adcode)
    while place:
        found.append(place)
        place = get(place.parent)
    return found


def children(adcode: str) -> list[Place]:
    """The units directly below a place, in the order of their codes; empty for a county or an unknown code."""
    return list(_children().get(adcode, ()))


def dialling(adcode: str | None) -> str | None:
    """The area code with its zero ("0858"): the place's own or that of the unit above; None for a province or an unknown code."""
    return next((place.dialling for place in chain(adcode) if place.dialling), None)


def named(words: str) -> list[str]:
    """The codes of the places called so: by full name, by its end (贵州盘州), or by the name alone."""
    words = words.replace(" ", "").lower()
    if words in _full_names():
        return [_full_names()[words]]
    if words in _called():
        return list(_called()[words])
    ends: dict[str, bool] = {}
    for start in range(1, len(words) - 1):
        for code in _called().get(words[start:], ()):
            ends.setdefault(code, any(words.startswith((part.name_zh, part.short_zh)) for part in chain(code)[1:]))
    return [code for code in table() if ends.get(code)]


@cache
def _full_names() -> dict[str, str]:
    return {full_name(code, language).replace(" ", "").lower(): code for code in table() for language in ("zh", "en")}


@cache
def _called() -> dict[str, tuple[str, ...]]:
    """The codes of the places that share a name."""
    found: dict[str, list[str]] = {}
    for code, place in table().items():
        for name in {place.name_zh, place.short_zh, place.name_en.replace(" ", "").lower()}:
            found.setdefault(name, []).append(code)
    return {name: tuple(codes) for name, codes in found.items()}


def province_named(text: str | None) -> str | None:
    """The code of the province that a place in free words lies in (四川达州, 达州宣汉, Chongqing); None where it is not certain."""
    text = (text or "").strip().lower()
    found = {adcode for name, adcode in _province_names() if name in text}
    if not found:
        found = {code for length in range(2, len(text) + 1) for code in _unit_names().get(text[:length], ())}
    return found.pop() if len(found) == 1 else None


@cache
def _province_names() -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), place.adcode) for place in table().values() if place.level == "province"
                 for name in (place.short_zh, place.name_en))


@cache
def _unit_names() -> Mapping[str, frozenset[str]]:
    """Cities and counties by name: the codes of the provinces that have one of that name."""
    found: dict[str, set[str]] = {}
    for place in table().values():
        for name in (place.name_zh, place.short_zh, place.name_en.lower()):
            found.setdefault(name, set()).add(f"{place.adcode[:2]}0000")
    return MappingProxyType({name: frozenset(codes) for name, codes in found.items() if len(name) > 1})


def full_name(adcode: str, language: str) -> str:
    """贵州省六盘水市盘州市 for "zh", "Panzhou, Liupanshui, Guizhou" for "en"; raises KeyError for an unknown code."""
    line = chain(adcode)
    if not line:
        raise KeyError(adcode)
    if like(language) == "en":
        return ", ".join(place.name_en for place in line)
    return "".join(place.name_zh for place in reversed(line))


def from_point(lat: float, lon: float) -> Place | None:
    """The county (or the city that has no counties) of a WGS-84 point, as Telegram sends it; None outside mainland China.

    The boundaries are geotool-cn's, as of March 2026; its codes and names are mapped onto the table.
    """
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    import GeoToolCN

    result = GeoToolCN.reverse(lat, lon)
    for region in (result.district, result.city, result.province):
        place = _from_region(region.code, region.name) if region else None
        if place:
            return place
    return None


def _from_region(code: str, name: str) -> Place | None:
    """Our place for another table's code and name: the same unit, its successor, or its namesake under the same parent."""
    place = get(code)
    if place and place.name_zh == name:
        return place
    successor = aliases()["replaced"].get(f"{code[:2]}{name}")
    if successor:
        return get(successor)
    around = children(f"{code[:4]}00") + children(f"{code[:2]}0000")
    return next((near for near in around if near.name_zh == name), None)


def check() -> list[str]:
    """One line a fault in the table, the zones or the aliases; empty when all is well."""
    faults = []
    seen: set[str] = set()
    places = table()
    for row in _rows():
        if len(row) != len(COLUMNS):
            faults.append(f"places.tsv: {row[0]}: {len(row)} columns instead of {len(COLUMNS)}")
            continue
        if row[0] in seen:
            faults.append(f"places.tsv: {row[0]}: code stands twice")
        seen.add(row[0])
        faults += _row_faults(Place(row[0], row[1], row[2], row[3], row[4], row[5] or None, row[6] or None))
    for zone in zones():
        if zone.host not in places:
            faults.append(f"zones.yml: {zone.name_zh}: unknown host {zone.host}")
    parts = ("chinese", "english", "former", "former_codes", "replaced")
    codes = [(name, code) for part in parts for name, code in aliases()[part].items()]
    codes += [("prominent", code) for code in aliases()["prominent"]]
    codes += [(name, code) for name, rivals in aliases()["rivals"].items() for code in rivals]
    faults += [f"aliases.yml: {code}: called former, but stands in places.tsv" for code in aliases()["former_codes"] if code in places]
    return faults + [f"aliases.yml: {name}: unknown code {code}" for name, code in codes if code not in places]


def _row_faults(place: Place) -> list[str]:
    faults = []
    above = get(place.parent)
    if not re.fullmatch(r"\d{6}", place.adcode):
        faults.append("the code is not six digits")
    if place.level not in LEVELS:
        faults.append(f"unknown level {place.level}")
    if not (place.name_zh and place.short_zh and place.name_en):
        faults.append("a name is missing")
    if place.level == "province" and place.parent:
        faults.append("a province has no parent")
    if place.level != "province" and not above:
        faults.append(f"unknown parent {place.parent}")
    if above and LEVELS.index(above.level) >= LEVELS.index(place.level):
        faults.append(f"its parent {place.parent} is not of a higher level")
    if above and place.adcode[:2] != above.adcode[:2]:
        faults.append(f"its parent {place.parent} is in another province")
    if place.dialling and not re.fullmatch(r"0(10|2\d|[3-9]\d\d)", place.dialling):
        faults.append(f"malformed area code {place.dialling}")
    if not dialling(place.adcode) and (place.level != "province" or place.adcode in MUNICIPALITIES):
        faults.append("no area code")
    return [f"places.tsv: {place.adcode} {place.name_zh}: {fault}" for fault in faults]
