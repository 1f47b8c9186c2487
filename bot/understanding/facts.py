"""The facts in a message, under the names of the contract: plain functions, no model, no network."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Dict, List, Optional

from bot.law.languages import like

from . import amounts, answers, choices, contacts, roles
from .reading import Reading

_PLACE_FACTS = {"household": "household_place", "household_place": "household_place", "home": "household_place", "hometown": "household_place",
                "employer": "employer_place", "employer_place": "employer_place", "platform": "platform_place", "platform_place": "platform_place"}
_ASKED_PLACES = ("place", "household_place", "employer_place", "platform_place")
# Facts that are days but mean nothing without another fact.
_NEEDS = {"debt_due_on": "written_debt_note", "injury.on": "injury.kind"}
_MAY_LIE_AHEAD = ("ended_on", "debt_due_on", "contract_expired_on", "arbitration.performance_due_on")


@dataclass(frozen=True)
class Finding:
    """One fact read from a message; `start` and `end` are its span in the text as typed."""
    fact: str
    value: object
    start: int
    end: int
    exact: bool


def find(text: str, *, language: str, today: date, expecting: Optional[str] = None) -> List[Finding]:
    """Every fact in a message. `expecting` is the fact the bot has just asked for: a bare answer is taken for it."""
    if not text or not text.strip():
        return []
    reading = Reading(text, like(language), today)
    found: Dict[str, Finding] = {}

    def add(fact, value, start, end, exact):
        if fact not in found:
            first, last = reading.span(start, end)
            found[fact] = Finding(fact, value, first, last, exact)
        elif fact == "dangers":
            found[fact] = _joined(found[fact], value)

    told = contacts.find(reading, _quietly(places_in, reading), expected=expecting == "contacts")
    cues = [roles.cue("contact", *one.anchor, one) for one in told] + _arrivals(reading)
    dated = roles.assign(reading, cues)
    for choice in choices.find(reading):
        add(*choice)
    _add_dates(reading, dated, found, add)
    for amount in amounts.find(reading):
        add(*amount)
    _add_contacts(told, dated, add)
    _add_places(reading, told, expecting, add)
    _settle(found, reading)
    if expecting:
        answer = answers.read(reading, expecting, dated, found)
        if answer:
            found.pop(expecting, None)
            add(expecting, answer.value, answer.start, answer.end, answer.exact)
            _only_the_answer(found, expecting)
    if expecting != "injury.kind" and _order_unknown(reading, found):
        del found["injury.kind"]
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.fact))


_NO_ORDER = re.compile(r"仓库|分拣|站点里|厨房|车间|工厂|装卸|warehouse|kitchen|factory|sorting|depot")


def _order_unknown(reading: Reading, found: dict) -> bool:
    """Somebody who works on a platform was hurt: on an order or not decides which insurance it is. That is asked, not guessed."""
    kind = found.get("injury.kind")
    return kind is not None and kind.value == "accident" and bool(reading.hits.of("platform")) and not _NO_ORDER.search(reading.text)


_COME = re.compile(r"(?:来到|来|到|去|进|came to|come to|went to|moved to|arrived in|got to)(?: the)?\s?$")


def _arrivals(reading: Reading) -> list:
    """"去年5月到惠州贴瓷砖": coming to a place to work is the beginning of it."""
    found = []
    jobs = reading.hits.of("occupation") + reading.hits.of("words", "work")
    for place in places_in(reading) if reading.mentions and jobs else ():
        come = _COME.search(reading.text[max(0, place.start - 11):place.start])
        if come and any(place.end <= job.start <= place.end + 14 for job in jobs):
            start = place.start - len(come[0])
            found.append(roles.cue("started_on", start, place.start, place))
    return found


def _joined(old: Finding, more: list) -> Finding:
    """Two findings of a list as one."""
    value = old.value + [item for item in more if item not in old.value]
    return Finding(old.fact, value, old.start, old.end, old.exact)


def _add_dates(reading: Reading, dated: list, found: dict, add) -> None:
    """Single dates as they are; claims and promises as lists in the order of the days."""
    for role in dated:
        if role.name == "contact" or role.name in roles.LISTS:
            continue
        need = _NEEDS.get(role.name)
        if need and not (need in found and found[need].value):
            continue
        if role.name == "contract_signed_on" and "written_contract" in found and not found["written_contract"].value:
            continue
        if role.name not in _MAY_LIE_AHEAD and role.mention.day > reading.today or role.name == "owed_since" and role.mention.day == reading.today:
            continue
        add(role.name, role.mention.day.isoformat(), role.mention.start, role.mention.end, role.mention.exact)
    for name in ("claimed_on", "employer_promised_on"):
        days = sorted((role.mention for role in dated if role.name == name), key=lambda one: one.day)
        if days:
            value = list(dict.fromkeys(one.day.isoformat() for one in days))
            add(name, value, min(one.start for one in days), max(one.end for one in days), all(one.exact for one in days))
    if "owed_since" not in found:
        _owed_for(reading, add)
    if "started_on" not in found:
        _worked_for(reading, found, add)


_ABOUT = re.compile(r"(?:都|快|将近|差不多|大概|大约|已经|有|整整|足足|近|约|接近)+$")
_DRAGGED = re.compile(r"(?:拖|欠)(?:欠)?(?:了|着)(?:我|她|他|我们|她们|他们|大家|工人)$")
_NOT_PAID = re.compile(r"(?:没|不|未)(?:有|给|跟)?(?:我们?|大家|工人)?(?:发|给|结|付|开|拿到?|领到?)(?:过)?(?:我们?)?的?(?:工资|钱|工钱)?(?:了|都)?\s?$")


def _owed_for(reading: Reading, add) -> None:
    """"三个月没发工资了": unpaid for a time that reaches to today."""
    for length in reading.durations:
        before, after = reading.text[max(0, length.start - 14):length.start], reading.text[length.end:length.end + 22]
        if reading.language == "zh":
            before = _ABOUT.sub("", before)
            going_on = after.startswith(("没开支", "没开钱", "没开工资", "没发", "没给", "没付", "不发", "都没发", "都没给", "没有发", "没结", "没拿到", "没领到", "的工资没发", "工资没发", "了没发", "了没给")) \
                or after.startswith(("了", "的")) and re.search(r"(?:拖欠|欠)(?:着)?(?:我们?)?(?:的)?(?:工资|薪水|工钱)$", before) is not None \
                or _DRAGGED.search(before) is not None and not re.match(r"块|元|万|多?钱", after) \
                or after.startswith("了") and _NOT_PAID.search(before) is not None \
                or before.endswith(("拖了", "欠了", "拖欠了", "拖了我", "拖欠", "一直拖了", "欠薪", "没发工资", "拖着"))
        else:
            clause = reading.text[slice(*reading.clause(length.start))]
            going_on = ("for " in before[-14:] or "in " in before[-4:]) and any(
                word in clause for word in ("not been paid", "n't been paid", "not paid", "n't paid", "unpaid", "without pay", "no wages", "no pay", "no salary"))
        if going_on and (length.months or length.days >= 7):
            add("owed_since", length.before(reading.today).isoformat(), length.start, length.end, False)
            return


_AT_WORK_EN = re.compile(r"have worked|'ve worked|been (?:working|employed|an? |delivering|driving|with|at|in|here|there|doing|cleaning|cooking|building|streaming|teaching|selling)")
_NOT_AT_WORK_EN = re.compile(r"paid|n't|\bnot\b|been (?:\w+ly )?(?:\w+ed|told)\b(?<!employed)|without")


def _worked_for(reading: Reading, found: dict, add) -> None:
    """"来公司三年了", "I have worked here for two years": at work until today."""
    if "ended_on" in found or "still_employed" in found and found["still_employed"].value is False:
        return
    for length in reading.durations:
        if length.months < 1:
            continue
        low, high = reading.clause(length.start)
        before, after = reading.text[low:length.start], reading.text[length.end:high]
        if reading.language == "zh":
            going_on = any(word in before for word in ("干", "做", "上班", "工作", "来", "待", "送", "跑", "当", "开")) and after.startswith("了") \
                and "没" not in before and "欠" not in before
        else:
            going_on = "for" in before[-30:] and _AT_WORK_EN.search(before) and not _NOT_AT_WORK_EN.search(before)
        if going_on:
            add("started_on", length.before(reading.today).isoformat(), length.start, length.end, False)
            return


def _add_contacts(told: list, dated: list, add) -> None:
    """The contacts with their days."""
    if not told:
        return
    days = {id(role.anchor): role.mention.day.isoformat() for role in dated if role.name == "contact"}
    value = [one.value(days.get(id(one))) for one in told]
    add("contacts", value, min(one.start for one in told), max(one.end for one in told), all(one.exact for one in told))


def _quietly(function, *args) -> list:
    """A list from another room, or nothing: a message must be readable without it."""
    try:
        return list(function(*args))
    except Exception:  # noqa: BLE001 - whatever fails there, the other facts still count
        return []


def places_in(reading: Reading) -> list:
    """Places named in the message (another module's work); read once, spans in the squeezed text."""
    if not hasattr(reading, "places"):
        reading.places = []
        try:
            from . import places
        except ImportError:
            return []
        # Capitals tell an English place from a word, so they are given back.
        reading.places = _quietly(lambda: places.find(reading.cased(), language=reading.language))
    return reading.places


def _add_places(reading: Reading, told: list, expecting: Optional[str], add) -> None:
    """Places by their role; one that only names the body spoken to counts last."""
    places = places_in(reading)
    anchors = [one.anchor for one in told]
    of_body = [place for place in places if any(start - 8 <= place.start and place.end <= end for start, end in anchors)]
    named = [place for place in places if place not in of_body and place.role != "other"]
    # Where the work is said to be comes before a place that is only mentioned.
    for place in sorted(named, key=lambda one: one.role != "work") + of_body:
        role = getattr(place, "role", None)
        if role is None and _from(reading, place):
            role = "home"
        if role == "origin":
            # Gone from there: home at most, and only a guess.
            if len(places) > 1:
                add("household_place", reading.original(place.start, place.end), place.start, place.end, False)
                continue
            role = None
        fact = _PLACE_FACTS.get(role, "place")
        if expecting in _ASKED_PLACES and len(places) == 1 and role in (None, "", "work", "place"):
            fact = expecting
        exact = bool(getattr(place, "exact", True)) and place not in of_body
        add(fact, reading.original(place.start, place.end), place.start, place.end, exact)


def _from(reading: Reading, place) -> bool:
    """"我是贵州威宁的," with nothing after 的: where the person is from."""
    before, after = reading.text[max(0, place.start - 3):place.start], reading.text[place.end:place.end + 2]
    return before.endswith(("我是", "们是", "人是")) and (after[:1] == "人" or after[:1] == "的" and not re.match(r"的\w", after))


def _settle(found: dict, reading: Reading) -> None:
    """What follows from the facts together, and what they rule out."""
    ended, started = found.get("ended_on"), found.get("started_on")
    if ended and started and ended.value < started.value:
        del found["ended_on"]
        ended = None
    if ended and "still_employed" not in found and ended.value <= reading.today.isoformat():
        found["still_employed"] = Finding("still_employed", False, ended.start, ended.end, ended.exact)
    still = found.get("still_employed")
    if still and still.value and "ended_by" in found:
        del found["ended_by"]
    if "ended_by" in found and "still_employed" not in found:
        one = found["ended_by"]
        found["still_employed"] = Finding("still_employed", False, one.start, one.end, one.exact)
    pregnant, sex = found.get("pregnant"), found.get("sex")
    if pregnant and pregnant.value and sex and sex.value == "man":
        # "我老婆怀孕四个月被辞退": the case is hers.
        found["sex"] = Finding("sex", "woman", pregnant.start, pregnant.end, False)
    if "contract_signed_on" in found and "written_contract" not in found:
        one = found["contract_signed_on"]
        found["written_contract"] = Finding("written_contract", True, one.start, one.end, one.exact)


def _only_the_answer(found: dict, fact: str) -> None:
    """A span taken for the asked fact is not also something else: 去年三月 asked as injury.on is no owed_since."""
    answer = found[fact]
    if not answers.is_date(fact) or answer.value in (None, []):
        return
    for name in list(found):
        other = found[name]
        if name != fact and answers.is_date(name) and (other.start, other.end) == (answer.start, answer.end):
            del found[name]
