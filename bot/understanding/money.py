"""Sums of money in plain Chinese and English: 一万二, 六万多, 40,800元, 每天三百, RMB 21,000, 3k.

Only what is said near a sum tells what it is (owed, paid, wage); that is decided in `amounts.py`.
"""

import re
from dataclasses import dataclass
from typing import List, Optional

from . import numbers


@dataclass(frozen=True)
class Sum:
    """An amount of yuan. `per` is "month", "day", "hour", "year", "piece" or None; `bare`: no currency or big unit was said."""
    start: int
    end: int
    value: float
    exact: bool
    per: Optional[str] = None
    bare: bool = False


# What a number is counted in when it is not money.
_ZH_NOT = (r"(?!\s?(?:个|人|名|位|年|月|天|日|号|岁|周|点|小时|分钟|次|家|层|楼|栋|米|公里|平|斤|吨|公斤|单|件|趟|班|级|条|份|页|房|室|车|辆|台|套|"
           r"口人|倍|%|％|度|多?(?:个|天|人|年|单|次|名|岁|家|平|米)|之|分之|些|样|种|下|起|直|定|般|共|切|半|边|方|路|线|旦|再|致|行|工(?!资|钱)|块(?:干|做|去|来|上班|打工|打|进|走|住|的|儿|出|在)|"
           r"来岁|几个|几天|几人|几年|期|中|建|局|冶|院|厂|款|项|章|节|部|所|群|桌|碗|瓶|针|根|条|寸|厘米|毫米|级|步|声|句|门|门课|集|股|支|队|组|排|栋|幢|号))")
_ZH_SUM = re.compile(
    r"(?<![\d.,a-z])(?P<about>将近|接近|差不多|大概|大约|约|近|快|至少|起码|不到|超过|小(?=[一两二三四五六七八九十\d]))?(?P<cur>¥|rmb|人民币)?\s?"
    rf"(?P<n>{numbers.CHINESE})(?P<more>多|来|余|左右)?(?P<big>[万千百])?(?P<more2>多|来|余|左右|几)?"
    rf"\s?(?P<unit>块钱|元钱|块|元|圆|人民币|rmb|塊|钱|大洋)?(?P<more3>多|左右|上下|钱)?")
_ZH_NOT_AFTER = re.compile(_ZH_NOT)
_VAGUE = re.compile(r"(?P<n>万把)\s?(?:块钱|块|元)?|(?P<t>千把)\s?(?:块钱|块|元)?")

_PER = {"day": r"(?:一|每|1)?天|日薪|日工资|(?:一|每|1)个?工(?:日)?|每日|一日|工价",
        "month": r"(?:一|每|1)个?月(?:工资|薪水)?|月薪|月工资|月收入|底薪|基本工资|每月工资|月|工资",
        "hour": r"(?:一|每|1)个?小时|时薪|(?:一|每)个?钟|每小时",
        "year": r"(?:一|每)年|年薪",
        "piece": r"(?:一|每)(?:单|件|平|方|米|个活|票|趟|堂|节课|场|把|斤|块砖)"}
_PER_BEFORE = re.compile("(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _PER.items())
                         + r")(?:的)?(?:工资|收入|薪水|待遇)?(?:都|就|才|只)?(?:是|给|拿|能拿|到手|挣|能挣|发|有|算|按|为|说好|讲好|谈好|说好是|说好给|约定|定的)?(?:我)?(?:了)?\s?:?$")
_PER_AFTER = re.compile(r"\s?(?:的)?(?:/|每)?\s?(?:(?P<day>一天|每天|天|日|一个工)(?!没|不|后|前)|(?P<month>一个月|每个月|每月|一月|个?月(?!\d|底|初|份))|(?P<hour>一个?小时|每小时|小时|一个钟)|(?P<year>一年)|(?P<piece>一单|每单|单|一件|件|一平|平|一方|一趟))")


# Sums in other money are no yuan.
_FOREIGN_AFTER = re.compile(r"\s?(?:美元|美金|美刀|港币|港元|港纸|欧元|日元|韩元|台币|英镑|泰铢|卢布|坚戈|比索|林吉特|新币|澳元|加元|越南盾|u(?:sd)?\b|usdt|dollars?\b|bucks\b|euros?\b|pounds?\b|usd\b|hkd\b|hk dollars)")
_FOREIGN_BEFORE = re.compile(r"(?:[$€£]|usd|hkd|hk\$|us\$)\s?$")


def _foreign(text: str, start: int, end: int) -> bool:
    return _FOREIGN_AFTER.match(text, end) is not None or _FOREIGN_BEFORE.search(text[max(0, start - 4):start]) is not None


def _phone(digits: str) -> bool:
    """Hotlines and telephone numbers are not money."""
    return digits in {"12345", "12333", "12351", "12348", "12315", "12368", "12338", "12320", "110", "120", "119"} \
        or re.fullmatch(r"1\d{10}|0\d{9,11}|400\d{7}", digits) is not None


_ONCE = re.compile(r"^个?月(?:的)?(?:都|就|才|只)?(?:发|给|结|拿|到手|挣|扣)")
_ONE_MONTH = re.compile(r"[上下这那头前几两二三四五六七八九十\d]个?月?$")


def _per_zh(text: str, start: int, end: int) -> Optional[str]:
    before = _PER_BEFORE.search(text[max(0, start - 12):start])
    after = _PER_AFTER.match(text, end)
    if before and _ONCE.search(before[0]) and _ONE_MONTH.search(text[max(0, start - 14):start - len(before[0]) + 1]):
        before = None  # "上个月发了3900": paid once
    for match in (after, before):
        if match:
            return next(name for name, value in match.groupdict().items() if value)
    return None


_TO = re.compile(r"\s?(?:到|至|-|~)\s?")


def _find_zh(text: str) -> List[Sum]:
    found = []
    for match in _VAGUE.finditer(text):
        found.append(Sum(match.start(), match.end(), 10_000 if match["n"] else 1000, False))
    vague = {one.start for one in found}
    for match in _ZH_SUM.finditer(text):
        if match.start("n") in vague:
            continue
        stop = numbers.without_each(text, match.start("n"), match.end("n"))
        raw = text[match.start("n"):stop].strip()
        number = numbers.chinese(raw)
        if number is None or _phone(raw) or number.value <= 0 or number.value > 10**10 or text[max(0, match.start("n") - 1):match.start("n")] == "第":
            continue
        value, exact, end = number.value, number.exact, match.end() if stop == match.end("n") else stop
        if _foreign(text, match.start("n"), end):
            continue
        if match["big"] and match["more"] and value < 1000:
            value *= {"万": 10_000, "千": 1000, "百": 100}[match["big"]]
        elif match["big"]:
            continue
        if match["about"] or match["more"] or match["more2"] or match["more3"] in ("多", "左右", "上下"):
            exact = False
        big_unit = any(unit in raw for unit in "百千万亿kw") or bool(match["big"])
        marked = bool(match["cur"] or match["unit"])
        per = _per_zh(text, match.start("cur") if match["cur"] else match.start("n"), end)
        if not marked and _ZH_NOT_AFTER.match(text, end) is None:
            continue
        if match["unit"] == "块" and re.match(r"干|做|去|来|上班|打工|进|走|住|的人|儿|出|在|被|打", text[end:end + 2]) and value == 1:
            continue  # 一块干活: together
        if not marked and not big_unit and per is None and value < 100:
            continue
        if not marked and per in ("piece", "hour") and not match["n"][0].isdigit() and value < 2:
            continue
        bare = not marked and not big_unit
        # 300元/天: a rate of less than 1000 a "月" said with a bare 工资 is no monthly wage.
        found.append(Sum(match.start("n"), end, value, exact, per, bare))
    return _ranges_zh(text, found)


def _ranges_zh(text: str, found: List[Sum]) -> List[Sum]:
    """"四千到五千一个月", "4000-5000": the lower end, as a guess."""
    kept = []
    for one in found:
        last = kept[-1] if kept else None
        if last and _TO.fullmatch(text[last.end:one.start]) and last.value < one.value * 10_000:
            low = last.value if last.value * 10 > one.value else last.value * (10_000 if one.value >= 10_000 else 1000)
            if low < one.value:
                kept[-1] = Sum(last.start, one.end, low, False, one.per or last.per, last.bare and one.bare)
                continue
        kept.append(one)
    return kept


_EN_SUM = re.compile(
    rf"(?<![\d.,/-])(?P<about>(?:about|around|over|nearly|almost|more than|roughly|approximately|some|at least|up to|less than) )?"
    rf"(?P<cur>(?:rmb|cny|¥|yuan) ?)?(?P<n>{numbers.ENGLISH})(?P<half> and a half)?(?P<plus>\+| or so)?"
    r"(?P<unit> ?(?:yuan|rmb|cny|kuai|renminbi)\b)?")
_EN_PER_AFTER = re.compile(r",? ?(?:for )?(?:(?:a|per|each|every|an|/) ?|/)(?:(?P<day>day|shift)|(?P<month>month)|(?P<hour>hour)|(?P<year>year)|(?P<piece>order|piece|parcel|delivery|trip))|(?P<day2> daily)|(?P<month2> monthly)|(?P<year2> yearly| annually)")
_EN_PER_BEFORE = re.compile(r"(?:(?P<month>monthly (?:wage|pay|salary)|monthly|a month|salary|base pay|basic pay|base wage)|(?P<day>daily (?:wage|rate|pay)|a day|daily)|(?P<hour>hourly (?:rate|wage|pay)))(?: (?:is|was|of|at|about|around|i get|i earn|i got|were))*,?:? ?$")
_EN_NOT_AFTER = re.compile(r"(?:st|nd|rd|th)\b|%|:\d| ?(?:am|pm)\b| (?:of us|people|workers|men|women|colleagues|others|days?|weeks?|months?|years?|hours?|minutes?|times|companies|bosses|contractors|"
                           r"orders|firms|parcels|floors?|percent|riders|miners|drivers|couriers|employees|kilomet|met(?:re|er)s|co-?workers|more people|payments?|phone|hotline|of my|employers|-)|[-/]\d|-year|-day|-hour")


def _ranges_en(text: str) -> List[Sum]:
    """"five or six thousand", "5-6k a month": the lower end, as a guess."""
    found = []
    for match in numbers.ENGLISH_RANGE.finditer(text):
        value = numbers.english_range(match)
        after = _EN_PER_AFTER.match(text, match.end())
        before = _EN_PER_BEFORE.search(text[max(0, match.start() - 30):match.start()])
        rate = after or before
        per = next(name.rstrip("2") for name, kind in rate.groupdict().items() if kind) if rate else None
        yuan = re.match(r" ?(?:yuan|rmb|cny|kuai)\b", text[match.end():])
        if value is None or value < 100 or _foreign(text, match.start(), match.end()) or not (match["scale"] or match["own"] or per or yuan):
            continue
        found.append(Sum(match.start(), match.end(), value, False, per))
    return found


def _find_en(text: str) -> List[Sum]:
    found = _ranges_en(text)
    ranges = list(found)
    for match in _EN_SUM.finditer(text):
        if any(one.start <= match.start("n") < one.end for one in ranges):
            continue
        raw = match["n"].strip()
        number = numbers.english(raw)
        if number is None or _phone(raw) or number.value <= 0 or number.value > 10**10:
            continue
        marked = bool(match["cur"] or match["unit"])
        after = _EN_PER_AFTER.match(text, match.end())
        before = _EN_PER_BEFORE.search(text[max(0, match.start() - 30):match.start()])
        if _foreign(text, match.start("n"), match.end()):
            continue
        rate = after or before
        per = next(name.rstrip("2") for name, value in rate.groupdict().items() if value) if rate else None
        if not marked and _EN_NOT_AFTER.match(text, match.end()):
            continue
        big = re.search(r"k$|thousand|million|hundred|grand|,\d{3}", raw) is not None
        if not marked and not big and (number.value < 100 and per is None or number.value < 5):
            continue
        value = number.value + (number.value / int(str(int(number.value)).rstrip("0") or 1) / 2 if match["half"] else 0)
        exact = not (match["about"] or match["plus"] or match["half"])
        found.append(Sum(match.start("n"), match.end(), value, exact, per, not marked and not big))
    return found


def find(text: str, language: str, taken=()) -> List[Sum]:
    """Every sum in a squeezed text that does not overlap the spans in `taken` (dates, lengths of time)."""
    found = _find_en(text) if language == "en" else _find_zh(text)
    return sorted((one for one in found if not any(one.start < end and start < one.end for start, end in taken)),
                  key=lambda one: one.start)
