"""Dates and lengths of time in plain Chinese and English, relative to a given day.

A date known only to its month or year is the first day of it with exact=False: the earlier day is the safe one for a
time limit. A month or day without a year is the most recent one that is past, or goes on from the year said before it.
"""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import List, Optional

from . import numbers
from .guarded import Guarded


@dataclass(frozen=True)
class Mention:
    """A date in a text. `weak` ones (a bare year or day number) count only with a cue next to them or when asked for."""
    start: int
    end: int
    day: date
    exact: bool
    side: Optional[str] = None  # "from" or "to" in a range such as 三月到五月
    weak: bool = False
    bridge: str = ""            # what stands between the two ends of a range: 到, 干到, to ...
    floating: bool = False      # no year was said


@dataclass(frozen=True)
class Duration:
    """A length of time: 三个月, 一年多, two and a half years."""
    start: int
    end: int
    months: int
    days: float
    exact: bool

    def before(self, today: date) -> date:
        """The day this long before `today`."""
        return shift(today, -self.months) - timedelta(days=min(int(self.days), 40_000))


@dataclass
class _Parts:
    """What one pattern read, before the year is settled."""
    start: int
    end: int
    year: Optional[int] = None
    month: Optional[int] = None
    day: Optional[int] = None
    exact: bool = True
    fixed: Optional[date] = None
    lunar: bool = False
    before: bool = False
    weak: bool = False
    qingming: bool = False


def shift(day: date, months: int) -> date:
    """`day` moved by whole months; the last day of a month stays inside the month it lands in."""
    index = day.year * 12 + day.month - 1 + months
    index = min(max(index, 12), 9998 * 12)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _date(year: int, month: int, day: int) -> Optional[date]:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _solar(year: int, month: int, day: int) -> Optional[date]:
    """The Gregorian day of a lunar one."""
    from lunardate import LunarDate

    try:
        return LunarDate(year, month, day).toSolarDate()
    except (ValueError, IndexError, KeyError):
        return None


# --- Chinese -------------------------------------------------------------------------------------------------------

_D = "零〇一二三四五六七八九"
_FRESH = rf"(?<![{_D}两十百千万\d.])"  # a number begins here: without it a long row of digits is read again from every digit
_Y4 = rf"(?:19|20)\d\d|[一二][零〇九][{_D}][{_D}]"
_Y0 = r"[二两]千(?:零[一二三四五六七八九]|一?十[一二三四五六七八九]?|二十[一二三四五六七八九]?)?"
_YEAR = rf"(?:(?P<y>{_Y4})\s?年?|(?P<y0>{_Y0})年|(?P<y2>(?<!\d)[0-3]\d|[零〇一二三][{_D}])\s?年|(?P<ry>今年|去年|前年|大前年|上年|头年|明年|后年|当年|同年|第二年|次年))的?\s?"
_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]|十|[一二三四五六七八九])\s?月(?:份)?"
_DAY = r"(?P<d>[12]\d|3[01]|0?[1-9]|三十一|三十|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])"
_TAIL = r"(?P<t>初一|月?初|月?底|月?末|上旬|中旬|下旬|中间|中)"
_NOT_DAY = r"(?![0-9万千百十个天年月人名块元,.k%]|号楼)"
_FEST = r"(?P<f>春节|过完年|过了年|年过完|过年|小年(?!轻)|中元节|大年初一|大年三十|年三十|除夕|元宵节?|清明节?|(?<![千百万十第])五一(?!\d)|劳动节|端午节?|中秋节?|国庆节?|十一(?=[前后放假期国黄])|元旦|七夕|三八节|六一儿童节|儿童节|重阳)"
_LMONTH = r"(?P<lm>正月|腊月|冬月|(?:农历|阴历|旧历)(?:正|腊|冬|十[一二]|十|[一二三四五六七八九]|1[0-2]|[1-9])月)"
_LDAY = r"(?P<ld>初[一二三四五六七八九十]|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十|十[一二三四五六七八九]?)?"
_SEASON = r"(?P<s>年初|年头|开年|年中|年底|年尾|年末|岁末|上半年|下半年|春天|春季|开春|夏天|夏季|暑假|秋天|秋季|冬天|冬季|寒假|[初底末尾])"
_AFTER = r"(?P<rel>前后|那几天|那会儿|那阵子?|前夕|前[一两]天|[第后][一二两]天|之前|以前|前|之后|以后|过后|后|期间|那天|放假|左右)?"

_MS = r"(?:1[0-2]|0?[1-9]|十[一二]|十|[一二三四五六七八九])"

_ZH = [
    # 4、5、6月; 四、五、六三个月; 七八九月; and the first of 3到5月: the earliest month.
    ("months", rf"(?<![\d{_D}十百千万.])(?:{_YEAR})?(?P<m>{_MS})\s?(?:月份?\s?)?(?:(?:[、,，和跟&]|and)\s?{_MS}\s?(?:月份?)?\s?){{1,11}}(?:(?<=月)|(?<=份)|(?:这|[两俩三四五六七八九]|\d){{1,2}}个月)"),
    ("months", rf"(?<![\d{_D}十百千万.第])(?:{_YEAR})?(?P<row>[一二三四五六七八九]{{2,6}})月(?!亮)"),
    ("months", rf"(?<![\d{_D}十百千万./-])(?:{_YEAR})?(?P<m>{_MS})(?=(?:到|至|-|~|—)\s?{_MS}\s?月)"),
    ("lunar", rf"(?:{_YEAR})?{_LMONTH}{_LDAY}"),
    ("festival", rf"(?:{_YEAR})?(?:的)?{_FEST}(?:节)?{_AFTER}"),
    ("ymd", rf"(?:{_YEAR})?{_MONTH}\s?{_DAY}\s?(?:[日号]|(?<=\d){_NOT_DAY})"),
    # 六月十八入的职: a day without 日, told by the word after it.
    ("ymd", rf"(?:{_YEAR})?{_MONTH}(?P<d>三十一|三十|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|十[一二三四五六七八九]?)(?=[入进来去到开那受被离辞走签停摔晚早上下出我他公老，,。]|$)"),
    ("ym", rf"(?:{_YEAR})?{_MONTH}{_TAIL}?"),
    ("dotted", rf"(?<![\d.])(?P<y>{_Y4})[-./](?P<m>1[0-2]|0?[1-9])(?:[-./](?P<d>3[01]|[12]\d|0?[1-9]))?(?![\d%万千元块])[日号]?"),
    ("dotted", r"(?<!\d)(?P<y>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    ("md", r"(?<![\d.,])(?P<m>1[0-2]|0?[1-9])[./](?P<d>3[01]|[12]\d|0?[1-9])[日号]"),
    ("year_tail", rf"{_YEAR}{_SEASON}"),
    ("bare_year", rf"(?<![\d.])(?:(?P<y>{_Y4})\s?年|(?P<y0>{_Y0})年|(?P<y2>[0-2]\d)年(?=[进入开离走来春夏秋冬])|(?P<ry>今年|去年|前年|大前年|明年))(?!级|前|多|限|龄)"),
    ("year_end", r"(?<![半整全一两三年])(?P<s>年初|年底|年尾|年末|上半年|下半年|开年|开春|入夏|入秋|入冬|暑假|寒假)(?!工|双薪|奖|分红|兼职|结|清)"),
    ("same_time", r"(?P<ry>去年|前年|大前年)的?(?:今天|这个?时候|这会儿|这个月|同期|现在)"),
    ("new_year", rf"(?:{_YEAR}|(?<![\d零一二两三四五六七八九十几半多全当整每今去明前后]))年(?P<rel>前|后)(?![几一两三]|的工资)"),
    ("rel_month", rf"(?P<rm>上上个?月|上个?月|这个?月(?!起码)|本月|当月|下个?月)(?:的)?(?:{_DAY}\s?[日号]|(?P<t>初|底|末|上旬|中旬|下旬|中))?"),
    ("week", r"(?P<rw>上上个?|上个?|这个?|本|下个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末])(?!个|次|天)|(?P<rw2>上上个?|上个?|这个?|本|下个?)(?:周|星期|礼拜)"),
    ("rel_day", r"(?P<rd>今天|今日|今早|今晚|今晨|昨天|昨日|昨晚|昨夜|前天|大前天|前几天|前两天|明天|明日|后天|大后天|前段时间|前阵子|前不久)"),
    ("ago", rf"{_FRESH}(?P<n>半|{numbers.CHINESE}|十几|好几|十来|二十来)\s?(?P<u>个半?月|个多月|年半|年多|年|天|周|个星期|个礼拜|星期|个小时|月)(?:多|左右)?(?:之前|以前|前)(?!后)"),
    ("bare_day", rf"(?<![\d第.]){_DAY}[号日](?!楼|线|工|厂|车|机|仓|店|院|门|棚|发|产|库|馆|公|前|之|码|桌|本|常|子|夜|报|用|期)"),
]
_ZH = [(name, Guarded(pattern)) for name, pattern in _ZH]

_FESTIVALS = {"春节": (1, 1), "过年": (1, 1), "过完年": (1, 1), "过了年": (1, 1), "年过完": (1, 1), "小年": (12, 23), "中元节": (7, 15), "大年初一": (1, 1), "元宵": (1, 15), "端午": (5, 5), "七夕": (7, 7), "中秋": (8, 15), "重阳": (9, 9)}
_SOLAR_FESTIVALS = {"清明": (4, 4), "五一": (5, 1), "劳动节": (5, 1), "国庆": (10, 1), "十一": (10, 1), "元旦": (1, 1),
                    "三八节": (3, 8), "六一儿童节": (6, 1), "儿童节": (6, 1)}
_SEASONS = {"年初": 1, "年头": 1, "开年": 1, "初": 1, "年中": 6, "年底": 12, "年尾": 12, "年末": 12, "岁末": 12, "底": 12, "末": 12, "尾": 12,
            "上半年": 1, "下半年": 7, "春": 3, "开": 3, "夏": 6, "暑假": 7, "秋": 9, "冬": 12, "寒假": 1,
            "入夏": 6, "入秋": 9, "入冬": 12}
_YEARS = {"今年": 0, "去年": -1, "上年": -1, "头年": -1, "前年": -2, "大前年": -3, "明年": 1, "后年": 2}
_DAYS = {"今天": 0, "今日": 0, "今早": 0, "今晚": 0, "今晨": 0, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "前天": -2, "大前天": -3,
         "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "前两天": -2, "前几天": -3, "前段时间": -30, "前阵子": -30, "前不久": -30}
_VAGUE_DAYS = {"前两天", "前几天", "前段时间", "前阵子", "前不久"}
_TAILS = {"初": 1, "上": 1, "中": 11, "下": 21, "底": 21, "末": 21}


def _zh_int(text: str) -> int:
    return int(numbers.chinese(text.replace("廿", "二十")).value)


def _in_a_row(row: str) -> bool:
    """七八九: months one after the other, not a number."""
    values = ["一二三四五六七八九".index(char) for char in row]
    return all(later == earlier + 1 for earlier, later in zip(values, values[1:]))


def _group(match, name):
    return match.groupdict().get(name)


def _zh_year(match, today: date, context: Optional[int]) -> Optional[int]:
    """The year a pattern names, or None when it names none."""
    if _group(match, "y"):
        digits = match["y"]
        return int("".join(str("零一二三四五六七八九".find(c)) if not c.isdigit() or c in _D else c for c in digits.replace("〇", "零"))) \
            if not digits.isdecimal() else int(digits)
    if _group(match, "y0"):
        return _zh_int(match["y0"])
    if _group(match, "y2"):
        two = match["y2"].replace("〇", "零")
        value = int(two) if two.isdecimal() else int("".join(str("零一二三四五六七八九".find(c)) for c in two))
        return 2000 + value if value <= today.year % 100 + 2 else 1900 + value
    word = _group(match, "ry")
    if word in ("当年", "同年"):
        return context
    if word in ("第二年", "次年"):
        return context + 1 if context else None
    return today.year + _YEARS[word] if word else None


def _read_zh(name: str, match, today: date, context: Optional[int]) -> Optional[_Parts]:
    """One match -> its parts, or None when it is no date after all."""
    parts = _Parts(match.start(), match.end(), year=_zh_year(match, today, context))
    if name == "lunar":
        month = match["lm"].lstrip("农阴旧历")
        head = month[:-1]
        parts.month = {"正": 1, "腊": 12, "冬": 11}.get(head) or _zh_int(head)
        day = match["ld"]
        parts.day = _zh_int(day.lstrip("初")) if day else 1
        parts.exact, parts.lunar = bool(day), True
    elif name == "festival":
        word = match["f"]
        key = word if word in _FESTIVALS or word in _SOLAR_FESTIVALS else word.rstrip("节")
        parts.before = bool(match["rel"]) and "前" in match["rel"] and match["rel"] != "前后"
        parts.exact = match["rel"] in (None, "那天", "前一天") and "年" not in word.replace("三十", "") or word in ("年三十", "大年三十")
        if word in ("除夕", "年三十", "大年三十"):
            parts.lunar, parts.month, parts.day, parts.before = True, 1, 1, True
        elif key in _FESTIVALS:
            parts.lunar, (parts.month, parts.day) = True, _FESTIVALS[key]
        else:
            parts.month, parts.day = _SOLAR_FESTIVALS[key]
            parts.qingming = key == "清明"
    elif name in ("ymd", "dotted", "md"):
        parts.month = _zh_int(match["m"])
        parts.day = _zh_int(match["d"]) if match["d"] else 1
        parts.exact = bool(match["d"])
    elif name == "months":
        row = _group(match, "row")
        if row and not _in_a_row(row):
            return None
        parts.month, parts.day, parts.exact = _zh_int(row[0] if row else match["m"]), 1, False
    elif name == "same_time":
        parts.fixed, parts.exact, parts.year = shift(today, 12 * _YEARS[match["ry"]]), False, None
    elif name == "new_year":
        parts.lunar, parts.month, parts.day, parts.exact, parts.before = True, 1, 1, False, match["rel"] == "前"
    elif name == "ym":
        parts.month, parts.exact = _zh_int(match["m"]), False
        tail = (match["t"] or "").replace("月", "")
        parts.day = _TAILS.get(tail[:1], 1)
    elif name in ("year_tail", "year_end"):
        season = match["s"]
        parts.month, parts.day, parts.exact = _SEASONS.get(season) or _SEASONS[season[0]], 1, False
    elif name == "bare_year":
        parts.month, parts.day, parts.exact, parts.weak = 1, 1, False, True
    elif name == "rel_month":
        word = match["rm"]
        step = -2 if word.startswith("上上") else -1 if word.startswith("上") else 1 if word.startswith("下") else 0
        first = shift(today.replace(day=1), step)
        day = _zh_int(match["d"]) if match["d"] else _TAILS.get((match["t"] or "")[:1], 1)
        parts.fixed, parts.exact = _date(first.year, first.month, day), bool(match["d"])
        parts.weak = word in ("这个月", "这月", "当月", "本月") and not match["d"]
    elif name == "week":
        word = (match["rw"] or match["rw2"] or "").rstrip("个")
        monday = today - timedelta(days=today.weekday())
        step = {"上上": -2, "上": -1, "下": 1}.get(word, 0)
        weekday = "一二三四五六日天末".find(match["wd"]) if match["wd"] else 0
        weekday = {7: 6, 8: 5}.get(weekday, weekday)
        parts.fixed = monday + timedelta(days=7 * step + weekday)
        if not word and parts.fixed > today:
            parts.fixed -= timedelta(days=7)
        parts.exact = bool(match["wd"])
    elif name == "rel_day":
        parts.fixed = today + timedelta(days=_DAYS[match["rd"]])
        parts.exact = match["rd"] not in _VAGUE_DAYS
        parts.weak = match["rd"] in ("今天", "今日")
    elif name == "ago":
        length = _zh_length(match["n"], match["u"], "")
        if not length:
            return None
        parts.fixed = Duration(0, 0, length[0], length[1], True).before(today)
        parts.exact = match["u"] == "天" and match["n"] not in ("十几", "好几") and length[2]
    elif name == "bare_day":
        day = _zh_int(match["d"])
        first = today.replace(day=1) if day <= today.day else shift(today.replace(day=1), -1)
        parts.fixed, parts.weak = _date(first.year, first.month, day), True
    if parts.fixed is None and parts.month is None:
        return None
    return parts


# --- English -------------------------------------------------------------------------------------------------------

_MONTHS = {name: place + 1 for place, name in enumerate(
    "jan feb mar apr may jun jul aug sep oct nov dec".split())}
_EM = (r"(?P<m>january|february|march|april|may|june|july|august|september|october|november|december|"
       r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?")
_ED = r"(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b"
_EY = r"(?P<y>(?:19|20)\d\d)\b"
_WHEN = r"(?P<w>the end of |end of |late |the start of |start of |the beginning of |beginning of |early |mid[- ]|the middle of )?"
_EF = (r"(?P<f>chinese new year|lunar new year|spring festival|new year's day|new year|national day|labou?r day|may day|"
       r"mid-autumn festival|mid-autumn|dragon boat festival|qingming|christmas)")
_EN_LENGTH = rf"(?:about |over |around |almost |nearly |more than )?(?P<n>half a|half|a couple of|a few|several|{numbers.ENGLISH}|an|a) (?P<h>and a half )?(?P<u>day|week|month|year)s?(?P<h2> and a half)?(?:,? and (?P<n2>{numbers.ENGLISH}) months?)?"

_EN = [
    ("ymd", rf"\b{_ED} (?:of )?{_EM},? ?{_EY}"),
    ("ymd", rf"\b{_EM} ?(?:the )?{_ED},? ?(?:{_EY})?"),
    ("ymd", rf"(?:\b|the ){_ED} (?:of )?{_EM}"),
    ("dotted", r"(?<![\d.])(?P<y>(?:19|20)\d\d)[-./](?P<m>1[0-2]|0?[1-9])(?:[-./](?P<d>3[01]|[12]\d|0?[1-9]))?(?![\d%])"),
    ("slashed", r"(?<!\d)(?P<a>\d\d?)/(?P<b>\d\d?)/(?P<y>20\d\d)\b"),
    ("day_of_last", rf"\b(?:the )?{_ED} of (?P<rm>last month|this month)"),
    ("ym", rf"\b{_WHEN}(?P<ry>last|this|next) {_EM}"),
    ("ym", rf"\b{_WHEN}{_EM},? (?:of )?(?:{_EY}|(?P<ry>last year|this year|next year))"),
    ("festival", rf"\b(?P<rel>before |after |around |since )?(?:the )?(?:(?P<ry>last|this|next) (?:year's )?)?{_EF}(?: (?:of )?(?:{_EY}|(?P<ry2>last year|this year)))?"),
    ("ym", rf"\b(?P<prep>in |since |from |until |till |by |to |through |between |and |during |of |before |after ){_WHEN}{_EM}(?! (?:be|have|not)\b)"),
    ("ym", rf"\b{_WHEN}(?!may\b|mar\b|march\b){_EM}"),
    ("year_tail", rf"\b(?P<w>the end of |end of |late |the start of |start of |the beginning of |beginning of |early |mid[- ]|the middle of |(?:the )?(?:last|this )?(?:spring|summer|autumn|fall|winter) (?:of |in )?)(?:{_EY}|(?P<ry>last year|this year))"),
    ("rel_season", r"\b(?P<ry>last|this) (?P<w>spring|summer|autumn|fall|winter)"),
    ("bare_year", rf"\b(?P<prep>in |since |from |until |till |to |of |by |between |and ){_EY}(?! ?(?:yuan|rmb))"),
    ("bare_year", r"\b(?P<ry>last year|the year before last)"),
    ("rel_month", r"\b(?P<w>the end of |end of |late |early |the start of |the beginning of )?(?P<rm>last month|the month before last|this month|next month)"),
    ("week", r"\b(?:(?P<rw>last|this|next|on) )(?P<wd>monday|tuesday|wednesday|thursday|friday|saturday|sunday)|\b(?P<rw2>last|this|next) week"),
    ("rel_day", r"\b(?P<rd>the day before yesterday|yesterday|today|tonight|last night|this morning|tomorrow|the day after tomorrow|the other day|recently)\b"),
    ("ago", rf"\b{_EN_LENGTH} (?:ago|back\b|earlier)"),
]
_EN = [(name, Guarded(pattern)) for name, pattern in _EN]
_EN_FESTIVALS = {"chinese new year": (1, 1), "lunar new year": (1, 1), "spring festival": (1, 1), "mid-autumn": (8, 15),
                 "mid-autumn festival": (8, 15), "dragon boat festival": (5, 5)}
_EN_SOLAR = {"new year": (1, 1), "new year's day": (1, 1), "national day": (10, 1), "labour day": (5, 1), "labor day": (5, 1),
             "may day": (5, 1), "qingming": (4, 4), "christmas": (12, 25)}
_EN_DAYS = {"the day before yesterday": -2, "yesterday": -1, "today": 0, "tonight": 0, "last night": -1, "this morning": 0,
            "tomorrow": 1, "the day after tomorrow": 2, "the other day": -3, "recently": -30}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_EN_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def _en_day_in(when: Optional[str]) -> int:
    """Which day of the month "late", "mid-" or "the end of" begins at."""
    when = when or ""
    return 21 if "end" in when or "late" in when else 11 if "mid" in when else 1


def _read_en(name: str, match, today: date, context: Optional[int]) -> Optional[_Parts]:
    """One English match -> its parts, or None."""
    parts = _Parts(match.start(), match.end())
    prep = _group(match, "prep")
    if prep:
        parts.start += len(prep)
    if _group(match, "y"):
        parts.year = int(match["y"])
    word = _group(match, "ry") or _group(match, "ry2")
    month = _group(match, "m")
    if month:
        parts.month = int(month) if month.isdigit() else _MONTHS[month[:3]]
    if name in ("ymd", "dotted"):
        parts.day, parts.exact = int(match["d"] or 1), bool(match["d"])
    elif name == "slashed":
        first, second = int(match["a"]), int(match["b"])
        # Day first or month first: only one reading, or a guess that is said to be one.
        parts.month, parts.day = (first, second) if first <= 12 else (second, first)
        parts.exact = first > 12 or second > 12 or first == second
    elif name == "ym":
        parts.day, parts.exact = _en_day_in(_group(match, "w")), False
        if word and word.startswith("last"):
            # "last March" is the March gone by, "March last year" the one of that year.
            parts.year = today.year - 1 if "year" in word or parts.month >= today.month else today.year
        elif word:
            parts.year = today.year + (1 if word.startswith("next") and "year" in word else 0)
    elif name == "festival":
        festival, rel = match["f"], match["rel"] or ""
        parts.before, parts.exact = rel == "before ", not rel
        if rel in ("since ", "around "):
            parts.exact = False
        if festival in _EN_FESTIVALS:
            parts.lunar, (parts.month, parts.day) = True, _EN_FESTIVALS[festival]
        else:
            parts.month, parts.day = _EN_SOLAR[festival]
            parts.qingming = festival == "qingming"
        if word and "year" in word:
            parts.year = today.year - (1 if word.startswith("last") else 0)
        elif word == "next":
            parts.year = today.year + 1
    elif name in ("year_tail", "rel_season"):
        when = match["w"]
        season = next((value for key, value in _EN_SEASONS.items() if key in when), None)
        parts.month = season or (12 if "end" in when or "late" in when else 6 if "mid" in when else 1)
        parts.day, parts.exact = 1, False
        if word and "year" in word:
            parts.year = today.year - (1 if word.startswith("last") else 0)
        elif word == "last":
            parts.year = today.year - 1 if _date(today.year, parts.month, 1) > shift(today, -3) else today.year
    elif name == "bare_year":
        parts.month, parts.day, parts.exact, parts.weak = 1, 1, False, True
        if word:
            parts.year = today.year - (1 if word == "last year" else 2)
    elif name in ("rel_month", "day_of_last"):
        step = {"last month": -1, "the month before last": -2, "next month": 1}.get(match["rm"], 0)
        first = shift(today.replace(day=1), step)
        day = int(match["d"]) if name == "day_of_last" else _en_day_in(_group(match, "w"))
        parts.fixed, parts.exact = _date(first.year, first.month, day), name == "day_of_last"
        parts.weak = step == 0 and name == "rel_month"
    elif name == "week":
        word = match["rw"] or match["rw2"]
        monday = today - timedelta(days=today.weekday())
        weekday = _WEEKDAYS.index(match["wd"]) if match["wd"] else 0
        if word in ("last", "on") and match["wd"]:
            back = (today.weekday() - weekday) % 7 or 7
            parts.fixed = today - timedelta(days=back)
        else:
            parts.fixed = monday + timedelta(days=7 * {"last": -1, "next": 1}.get(word, 0) + weekday)
        parts.exact = bool(match["wd"])
    elif name == "rel_day":
        parts.fixed = today + timedelta(days=_EN_DAYS[match["rd"]])
        parts.exact = match["rd"] not in ("the other day", "recently")
        parts.weak = match["rd"] in ("today", "recently")
    elif name == "ago":
        length = _en_length(match)
        parts.fixed = Duration(0, 0, length[0], length[1], True).before(today)
        parts.exact = match["u"] == "day" and length[2]
    if parts.fixed is None and parts.month is None:
        return None
    return parts


# --- Putting a year to it ------------------------------------------------------------------------------------------

def _settle(parts: _Parts, today: date, previous: Optional[date], linked: bool) -> Optional[date]:
    """The day the parts stand for. Without a year: later in the year said before, else the most recent past."""
    if parts.fixed:
        return parts.fixed
    turn = _solar if parts.lunar else _date
    back = timedelta(days=1 if parts.before else 0)

    def of(year):
        if parts.qingming:
            # The solar term falls on 4 or 5 April; the usual formula for this century.
            return date(year, 4, int(year % 100 * 0.2422 + 4.81) - year % 100 // 4) - back
        day = turn(year, parts.month, parts.day)
        return day - back if day else None

    if parts.year is not None:
        return of(parts.year)
    if previous:
        day = of(previous.year)
        if day and day < previous:
            day = of(previous.year + 1)
        if day and (linked or day <= today):
            return day
    day = of(today.year)
    if day is None or day > today:
        day = of(today.year - 1)
    # 29 February: the last year that had one.
    for back_years in range(2, 9):
        if day:
            break
        day = of(today.year - back_years)
    return day


_ZH_BRIDGE = re.compile(r"\s?(?:份|初|开始|起|间|旬)?(?:一直)?(?P<b>(?:干|做|上班|工作|打工|拖|欠)?(?:到了?|至)|[-~]{1,2}|—|到)\s?")
_EN_BRIDGE = re.compile(r"\s?,?(?P<b>to|until|till|through|up to|and|-)\s?(?:the )?")


def find(text: str, language: str, today: date) -> List[Mention]:
    """Every date in a squeezed (simplified, lower-case) text, in order."""
    patterns, read = (_EN, _read_en) if language == "en" else (_ZH, _read_zh)
    matches = [(m.start() + len(_group(m, "prep") or ""), -m.end(), order, name, m)
               for order, (name, pattern) in enumerate(patterns) for m in pattern.finditer(text)]
    matches.sort(key=lambda item: item[:3])
    mentions, last_end, previous, context = [], 0, None, None
    for start, _, _, name, match in matches:
        if start < last_end or not _is_date(text, match, language, name):
            continue
        parts = read(name, match, today, context)
        if parts is None:
            continue
        bridge = _bridge(text, mentions[-1] if mentions else None, parts.start, language)
        day = _settle(parts, today, previous, bridge is not None)
        if day is None or not 1900 < day.year < 2200:
            continue
        floating = parts.year is None and parts.fixed is None
        mention = Mention(parts.start, parts.end, day, parts.exact, weak=parts.weak, floating=floating)
        if bridge is not None:
            first = mentions[-1]
            if first.floating and parts.year is not None and not _told_before(mentions[:-1]):
                # "between June and September 2025": the year said last is of both.
                near = [one for one in (_date(year, first.day.month, first.day.day) for year in (day.year, day.year - 1)) if one and one <= day]
                first = replace(first, day=near[0]) if near else first
            mentions[-1] = replace(first, side="from", bridge=bridge, weak=False)
            mention = replace(mention, side="to", bridge=bridge, weak=False)
        mentions.append(mention)
        last_end = match.end()
        if not parts.weak or parts.year is not None:
            previous, context = (day, day.year) if parts.fixed is None else (None, day.year)
    return mentions


# "马上过年了", "每年春节", "等过年再说": no day that is past.
_COMING = re.compile(r"(?:马上|快到?|就要|就到|要|将近|临近|离|距离?|等到?|每年|每逢|逢年|还有\S{0,4}|没到|不到|都|怎么|年年|天就|近)$")


def _is_date(text: str, match, language: str, name: str) -> bool:
    """Sorts out what only looks like a date: 一月3000, 10月薪, 干了21年, 12.5万."""
    if language == "en":
        return True
    before, after = text[max(0, match.start() - 1):match.start()], text[match.end():match.end() + 2]
    if name == "ym" and not any(_group(match, g) for g in ("y", "y2", "ry")):
        if before and before in "每按半整满个几" or after[:1] in ("薪", "供", "租", "结", "嫂", "亮", "经", "子", "饼"):
            return False
        if before and (before.isdigit() or before in "零一二三四五六七八九十百千两多."):
            return False
        # "受伤一月后", "三月内": a length of time.
        if re.match(r"(?:以|之)?(?:内|多)|后" if match["m"] in "一两1" else r"(?:以|之)?内", after) and not match[0].endswith("份"):
            return False
        # "一月3000" is a wage; "三月5号" was read by the pattern for days.
        if match["m"] in ("一", "1") and (after[:1].isdigit() or after[:1] in "两三四五六七八九几" and after[:1]):
            return False
    if name in ("festival", "new_year") and _group(match, "rel") not in ("前夕",) and _COMING.search(text[max(0, match.start() - 8):match.start()]):
        return False
    if name in ("year_tail", "bare_year") and _group(match, "y2") and before and before in "了过干满有近快第做约":
        return False
    if name == "bare_day" and before and before in "第每月":
        return False
    if name == "week" and not (_group(match, "rw") or _group(match, "rw2")) and before and before in "每一二三四五六七八九两几个":
        return False
    return True


def _told_before(mentions: List[Mention]) -> bool:
    """A year was said before these dates, so they go on from it."""
    return any(not one.floating for one in mentions)


def _bridge(text: str, last: Optional[Mention], start: int, language: str) -> Optional[str]:
    """The words that join two dates to one range, or None."""
    if last is None or start - last.end > 12:
        return None
    between = text[last.end:start]
    match = (_EN_BRIDGE if language == "en" else _ZH_BRIDGE).fullmatch(between)
    if not match:
        return None
    if match["b"] == "and" and "between" not in text[max(0, last.start - 9):last.start]:
        return None
    return match["b"]


# --- Lengths of time -----------------------------------------------------------------------------------------------

_ZH_DURATION = re.compile(
    rf"{_FRESH}(?P<n>大半|小半|半|好几|十几|十来|二十来|{numbers.CHINESE})\s?(?P<u>个半月|个多月|个月|年半|年多|年|天|周|个星期|个礼拜|星期|礼拜|个工)"
    rf"(?P<more>多|左右|来|(?:零|又|加)?(?P<n2>{numbers.CHINESE}|半)个(?:多)?月|零?半)?(?!前(?!后)|份)")
_EN_DURATION = re.compile(rf"\b{_EN_LENGTH}(?! ago| old|-old| earlier| back\b)")


_VAGUE_COUNTS = {"半": 0.5, "大半": 0.5, "小半": 0.4, "几": 3, "好几": 3, "十几": 10, "十来": 10, "二十来": 20, "俩": 2}


def _zh_length(count: str, unit: str, more: str):
    """(months, days, exact) of a Chinese length, or None."""
    number = None if count in _VAGUE_COUNTS else numbers.chinese(count)
    if number is None and count not in _VAGUE_COUNTS:
        return None
    value, exact = (number.value, number.exact) if number else (_VAGUE_COUNTS[count], count == "半")
    if value > 1200 and unit not in ("天",) or value > 40_000:
        return None
    exact = exact and "多" not in unit + (more or "")
    if unit in ("天", "个工"):
        return 0, value, exact
    if "周" in unit or "星期" in unit or "礼拜" in unit:
        return 0, value * 7, exact
    if unit == "个小时":
        return 0, 0, exact
    months = value * 12 if "年" in unit else value
    if "年半" in unit:
        months += 6
    if unit == "个半月":
        return int(months), 15, exact
    whole = int(months)
    return whole, (months - whole) * 30, exact


def _en_length(match):
    """(months, days, exact) of an English length."""
    count, unit = match["n"], match["u"]
    fixed = {"half a": 0.5, "half": 0.5, "a couple of": 2, "a few": 3, "several": 3, "a": 1, "an": 1}
    number = None if count in fixed else numbers.english(count)
    value = fixed[count] if count in fixed else number.value if number else 0
    value = min(value, 40_000)
    if match["h"] or match["h2"]:
        value += 0.5
    exact = count not in ("a couple of", "a few", "several")
    if unit in ("day", "week"):
        return 0, value * (7 if unit == "week" else 1), exact
    months = min(value * (12 if unit == "year" else 1), 1200)
    more = numbers.english(match["n2"]) if unit == "year" and match["n2"] else None
    months += more.value if more and more.value < 12 else 0
    return int(months), (months - int(months)) * 30, exact


_FEWER = re.compile(r"(?<![\d.])([1-9一二两三四五六七八九])\s?[、~到-]$")


def durations(text: str, language: str) -> List[Duration]:
    """Every length of time in a squeezed text."""
    found = []
    for match in (_EN_DURATION if language == "en" else _ZH_DURATION).finditer(text):
        if language == "en":
            length = _en_length(match)
            exact = length[2] and not re.match(r"about|over|around|almost|nearly|more", match[0])
        else:
            # 300一天 is a wage by the day.
            if numbers.without_each(text, match.start("n"), match.end("n")) < match.end("n"):
                continue
            # 2020年 is a year and 三月 a month, not lengths.
            if match["u"] == "年" and re.fullmatch(_Y4, match["n"]):
                continue
            length = _zh_length(match["n"], match["u"], match["more"])
            if not length:
                continue
            if match["n2"]:
                extra = numbers.chinese(match["n2"])
                length = (length[0] + int(extra.value if extra else 0), length[1], length[2])
            exact = length[2]
            fewer = _FEWER.search(text, max(0, match.start() - 3), match.start())
            if fewer and length[0] and not match["n2"] and "年" not in match["u"]:
                # "2、3个月": two or three, the lower one as a guess.
                length, exact = (_zh_int(fewer[1]), 0, False), False
        found.append(Duration(match.start(), match.end(), length[0], length[1], exact))
    return found
