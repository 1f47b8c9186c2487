"""Local figures by place and day: minimum wage, contribution base, pilots, allowances, each with its date and how far it can be trusted.

Every function returns None where no figure is known. `hedge` is true where the worker must be told to check with 12333: the
figure was not read in an official text, is older than 18 months, or is only part of the picture.
"""
from datetime import date

from bot.guidance.facts import add_months
from bot.law import Entry, Law

CERTAIN = ("gov", "notice-copy")
GROWS_OLD = 18  # months; minimum wages usually move every two years


def province_of(adcode: str | None) -> str | None:
    """The code of the province a place lies in."""
    return f"{adcode[:2]}0000" if adcode else None


def minimum_wage(law: Law, adcode: str | None, on: date) -> dict | None:
    """The minimum wage of a place on a day: `month` and `hour` (part-time work) as (least, most) in yuan, `hour` None if unknown.

    Both ends are equal where the tier of the place is known (`tier`), else they span the province's tiers; `top_only`: the lower tiers
    were not found, so the place may have less than the least. `hour_holiday`: for part-time work on a statutory holiday;
    `with_insurance`: whether the worker's own share of social insurance is part of it; both None if not known.
    Also `from`, `quality`, `hedge`, `law`, `source`. Data: figures/minimum_wage.
    """
    entry = _entry(law, "figures/minimum_wage", adcode, on)
    if entry is None:
        return None
    value, months, hours = entry.value, entry.value["month"], entry.value["hour"]
    tier = 1 if len(months) == 1 else _tier(value.get("areas", {}), adcode)
    own = value.get("places", {}).get(f"{adcode[:4]}00", {})
    if tier is None:
        spread = [*months, *(place["month"] for place in value.get("places", {}).values())]
        month, hour = _span(spread), _span(hours)
    else:
        month, hour = _span([own.get("month", months[tier - 1])]), _span([hours[tier - 1]])
    if month is None:
        return None
    partial = tier is None and len(months) > 1
    top_only = tier is None and None in months
    return {"month": month, "hour": hour, "tier": tier, "top_only": top_only, "hour_holiday": value.get("hour_holiday"),
            "with_insurance": value.get("with_insurance"), **_about(entry, on, partial)}


def pension_base(law: Law, adcode: str | None, on: date) -> dict | None:
    """Lowest and highest monthly contribution base of employee pension insurance: `low`, `high` in yuan.

    `current` is false where the last known base is of an earlier contribution year (`year`) than the one running on that day.
    Also `from`, `quality`, `hedge`, `law`, `source`. Data: figures/pension_base.
    """
    province = province_of(adcode)
    known = [entry for entry in law.dated.get(f"figures/pension_base/{province}", ()) if entry.value is not None and entry.start <= on]
    if not known:
        return None
    entry = max(known, key=lambda each: each.start)
    current = entry.end is None or on <= entry.end
    own = entry.value.get("areas", {}).get(f"{adcode[:4]}00", {})
    spread = "areas" in entry.value and not own
    return {
        "low": own.get("low", entry.value["low"]),
        "high": own.get("high", entry.value["high"]),
        "year": entry.value["year"],
        "current": current,
        **_about(entry, on, spread or not current),
    }


def average_wage(law: Law, adcode: str | None, on: date) -> dict | None:
    """The province's average monthly wage behind the contribution base (its upper limit is three times the average).

    An estimate only: a city's own average, which severance and work-injury benefits go by, can differ. Keys: `month`, `year`, `current`.
    """
    base = pension_base(law, adcode, on)
    return base and {"month": base["high"] / 3, "year": base["year"], "current": base["current"], "law": base["law"]}


def occ_injury_start(law: Law, adcode: str | None, on: date) -> dict | None:
    """Where the occupational-injury protection of platform workers stands in a province on a day.

    `state` is "running" (with the day it began there in `from`), "planned" or "not_started"; `platforms` are those named so far and
    `all_platforms_planned` says that more may have joined. None before the first pilot or without a place.
    Data: figures/occupational_injury_pilot.
    """
    id, province = "figures/occupational_injury_pilot", province_of(adcode)
    entries = [entry for entry in law.dated.get(id, ()) if entry.start <= on]
    if not entries or province is None:
        return None
    entry = max(entries, key=lambda each: each.start)
    began = [each.start for each in entries if province in each.value["provinces"]]
    state = "running" if began else "planned" if province in entry.value["planned"] else "not_started"
    return {
        "state": state,
        "platforms": tuple(entry.value["platforms"]),
        "all_platforms_planned": entry.value["all_platforms_planned"],
        **_about(entry, on, state == "planned"),
        "from": min(began) if began else None,
    }


def single_work_injury(law: Law, adcode: str | None, on: date) -> dict | None:
    """The province's rule on work-injury insurance without a labour relationship: `groups`, `max_age`, `from`. Always hedged."""
    return _row(law, "figures/single_work_injury", adcode, on)


def high_temperature_allowance(law: Law, adcode: str | None, on: date) -> dict | None:
    """The province's high-temperature allowance: `per`, `outdoor`, `indoor`, `months`. From a list of 2023: always hedged."""
    return _row(law, "figures/high_temperature_allowance", adcode, on)


def double_wage_counting(law: Law, adcode: str | None, on: date) -> dict | None:
    """How the courts of a province count the year for the second wage: `count`, the end of a key of text/*/deadlines.yml. Always hedged."""
    return _row(law, "figures/double_wage_counting", adcode, on)


def flexible_medical(law: Law, adcode: str | None, on: date) -> dict | None:
    """What is known of a flexible worker's contribution to employee medical insurance: `year` and `amount` a month, `rate` of the base, or
    `base` as (least, most). Always hedged."""
    return _row(law, "figures/flexible_medical", adcode, on)


def _row(law: Law, id: str, adcode: str | None, on: date) -> dict | None:
    entry = running(law, id, on)
    row = entry and entry.value.get(province_of(adcode))
    if not row or row.get("from", entry.start) > on:
        return None
    about = _about(entry, on, True)
    return {**about, **row}


def _entry(law: Law, folder: str, adcode: str | None, on: date) -> Entry | None:
    return running(law, f"{folder}/{province_of(adcode)}", on) if adcode else None


def running(law: Law, id: str, on: date) -> Entry | None:
    """The entry in force on a day, None where there is none or its value was not found."""
    for entry in law.dated.get(id, ()):
        if entry.start <= on and (entry.end is None or on <= entry.end):
            return entry if entry.value is not None else None
    return None


def _about(entry: Entry, on: date, partial: bool) -> dict:
    quality = entry.value.get("quality", "weak")
    old = add_months(entry.start, GROWS_OLD) < on
    return {
        "from": entry.start,
        "quality": quality,
        "hedge": partial or old or quality not in CERTAIN,
        "law": [dict(article) for article in entry.law],
        "source": entry.source,
    }


def _tier(areas: dict[str, int], adcode: str) -> int | None:
    """The tier of a place; None where it is not listed, or where it holds places of several tiers."""
    city, province = f"{adcode[:4]}00", f"{adcode[:2]}0000"
    within = adcode[:2] if adcode == province else adcode[:4] if adcode == city else adcode
    tiers = {tier for code, tier in areas.items() if code.startswith(within) and code != adcode}
    for code in (adcode, city, province):
        if code in areas:
            return areas[code] if tiers <= {areas[code]} else None
    return None


def _span(values: list) -> tuple[float, float] | None:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else None
