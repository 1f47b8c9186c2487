"""Bare answers: what "没有", "去年三月", "六万" or "don't know" mean to the question just asked."""

import re
from typing import NamedTuple, Optional

from . import dates, numbers
from .matchers import lexicon
from .reading import Reading
from .roles import LOOSE

_TRIM = " \t\r\n,，。.;；:：!！?？~～…、\"“”"
_TAIL = re.compile(r"(?:的|了|啊|呀|呢|吧|哦|哈|嘛|噢|诶|哎|啦)+$")
_FLAGS = {"written_contract", "enterprise_union", "union_member", "still_employed", "written_debt_note", "pregnant", "violence",
          "criminal_case", "cannot_read", "minor", "retaliation_feared", "injury.recognised", "injury.insured", "injury.fatal",
          "arbitration.award_final", "control.sets_time", "control.sets_volume", "control.sets_price", "control.rules",
          "control.penalties", "control.registered_business"}
_MONEY = {"amount_owed", "monthly_wage"}
_DATE_LISTS = {"claimed_on", "employer_promised_on"}
_TEXTS = {"employer", "platform"}
_PLACES = {"place", "household_place", "employer_place", "platform_place"}
# A message longer than this tells a story: what is taken from it for the question asked is a guess, to be shown first.
_SHORT_ENOUGH = {"zh": 24, "en": 60}
_BIRTH = re.compile(r"(?:生于|出生于?在?|出生日期是?|生日是?|born (?:in|on)?)\s?$")
_LONE_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]|\s?(?:元|块|yuan))")
_BARE_YEAR = re.compile(r"^(?:(?:19|20)\d\d|[0-2]\d)$")


class Answer(NamedTuple):
    """The value an answer gives the asked fact; None when the person does not know."""
    value: object
    start: int
    end: int
    exact: bool


def _list(name: str, language: str) -> set:
    return set(lexicon("answers")[name].get(language) or ())


def is_date(fact: str) -> bool:
    """A fact whose value is a day (or a list of days)."""
    return fact.endswith("_on") or fact in ("owed_since", "injury.on") or fact in _DATE_LISTS


def read(reading: Reading, fact: str, roles: list, found: dict) -> Optional[Answer]:
    """The answer to `fact`, or None if the message does not answer it. `found` are facts told outright by name."""
    if fact in found:
        return None
    text = reading.text.strip(_TRIM)
    whole = (0, len(reading.text))
    if not text:
        return None
    yes_no = _yes_no(text, reading.language)
    if yes_no is None and _unknown(text, reading.language) and not reading.mentions and not reading.sums \
            and not _LONE_YEAR.search(text):
        return Answer(None, *whole, True)
    if yes_no is None and not any(name in _FLAGS for name in found):  # "没有合同" tells of the contract, whatever was asked
        yes_no = _short(text, reading.language)
    if fact in _FLAGS:
        if fact.startswith("control."):
            lists = lexicon("answers")["who_sets"]
            bare = text[1:] if reading.language == "zh" and text.startswith("是") and len(text) > 1 else text
            yes_no = next((value == "true" for value in lists if bare in lists[value][reading.language]), yes_no)
            if not found and not any(bare in lists[value][reading.language] for value in lists):
                yes_no = _who(text, reading.language, yes_no)
        return None if yes_no is None else Answer(yes_no, *whole, True)
    if is_date(fact):
        return _date(reading, fact, roles, text, yes_no)
    if fact in _MONEY:
        return _money(reading, fact, text, yes_no, found)
    if fact == "people":
        return _people(reading, text, yes_no)
    if fact == "born":
        return _born(reading, text)
    if fact in ("dangers", "contacts", "issues"):
        return Answer([], *whole, True) if yes_no is False else None
    if fact == "sex":
        value = {"男": "man", "女": "woman", "男的": "man", "女的": "woman", "male": "man", "female": "woman", "man": "man", "woman": "woman",
                 "男性": "man", "女性": "woman", "m": "man", "f": "woman"}.get(text)
        return Answer(value, *whole, True) if value else None
    if fact == "injury.kind" and yes_no is False:
        return Answer(None, *whole, True)
    if fact == "ended_by":
        return _ended_by(reading, text, whole)
    if fact in _TEXTS:
        text = _CALLED.sub("", text)
        if yes_no is not None or len(text) > (24 if reading.language == "zh" else 40) or len(text) < 2 or reading.mentions or reading.sums or _NO_NAME.search(text):
            return None
        start = reading.text.index(text)
        return Answer(reading.original(start, start + len(text)), start, start + len(text), True)
    return None


_PLATFORM = {"zh": re.compile(r"平台|系统|公司|站长|站点|老板|他们|app"), "en": re.compile(r"\b(?:platform|app|company|boss|station|system|they)\b")}
_DECIDES = re.compile(r"定|说了算|安排|派|管|规定|选|自由|随便|\b(?:decid|set|choos|chose|control|fix|assign|determin|up to)")
_MYSELF = {"zh": re.compile(r"自己|我(?:定|来|说了算|选|决定)|自由|随便"), "en": re.compile(r"\b(?:i|me|myself|my own|freely)\b")}


_NOT_THEY = re.compile(r"不是|不归|不由|不管|没(?:人|有人)?管|\b(?:platform|app|company|boss|station|system|they) (?:does|do|did|is|are)(?:n't| not)\b|"
                       r"\bnot (?:the|them|they|by|up to)\b|\b(?:nobody|no one)\b")


def _who(text: str, language: str, otherwise: Optional[bool]) -> Optional[bool]:
    """Who decides, from a short answer that names one side only: "系统派的", "the app decides"."""
    if len(text) > (16 if language == "zh" else 40) or len(text) > (4 if language == "zh" else 14) and not _DECIDES.search(text):
        return otherwise
    platform, myself = bool(_PLATFORM[language].search(text)), bool(_MYSELF[language].search(text))
    if platform == myself:
        return otherwise
    return platform != bool(_NOT_THEY.search(text))


_CALLED = re.compile(r"^(?:好像|应该|就|它|公司|厂|单位|老板)*(?:是|叫做?|名叫|名字是|名字叫)的?|^(?:it is |it's |it was )?called |^(?:it is|it's) ")
_NO_NAME = re.compile(r"[我你他她谁啥]|不|没|怎么|什么|随便|为啥|为什么|干嘛|[?？，。；！!;]|欠|签|伤|辞|说|找|工资|上班|干活|知道|记得|问|钱|"
                      r"\b(?:is|was|are|were|have|has|had|do|did|does|owes?|owed|paid|pays?|fired|worked|can|will|business|why|don't|won't|not|want|tell|none|no|what|you|i|it|me)\b")


def _yes_no(text: str, language: str) -> Optional[bool]:
    """True, False or None for an answer that is nothing but yes or no (perhaps said twice: 没有,没签)."""
    parts = [part.strip(_TRIM) for part in re.split(r"[,，。!！\s]+" if language == "zh" else r"[,.!]+", text) if part.strip(_TRIM)]
    if not parts or len(parts) > 4:
        return None
    yes, no = _list("yes", language), _list("no", language)
    values = []
    for part in parts:
        bare = part if part in yes or part in no else _TAIL.sub("", part)
        values.append(True if bare in yes else False if bare in no else None)
    if language == "en" and values[0] is None:
        first = text.split()[0].strip(_TRIM) if text.split() else ""
        values = [True if first in ("yes", "yeah", "yep") else False if first in ("no", "nope") and len(text.split()) < 7 else None]
    # "没有,从来没签过": the first word decides as long as nothing contradicts it.
    if values[0] is None or any(value is not None and value != values[0] for value in values):
        return None
    return values[0]


_SHORT_NO = {"zh": re.compile(r"(?:还|从来|从|也|都|并|他们|公司|老板|我|一直)*(?:没|不|未)[^,，。]{0,8}"),
             "en": re.compile(r"(?:(?:no|not|never)\b|(?:i|they|he|she|we|it|the company|the boss) (?:do|does|did|have|has|had|was|were|am|is|are)(?:n't| not)\b|(?:i|they|he|she|we) never\b)[^,.]{0,30}")}
_SHORT_YES = {"zh": re.compile(r"(?:那|我|倒|合同)*(签|交|写|打|买|有|认|给)倒?是\1了?(?:的)?.{0,14}|(?:是|有|签|交|打|写|买|认)(?:了|过|的|定了)[^,，。不没]{0,6}"),
              "en": re.compile(r"(?:yes|yeah|(?:i|they|he|she|we) (?:do|did|have|has)\b(?! not))[^,.]{0,30}")}


def _short(text: str, language: str) -> Optional[bool]:
    """"还没交", "they didn't pay it": a few words that say no or yes to whatever was asked."""
    if _SHORT_NO[language].fullmatch(text):
        return False
    return True if _SHORT_YES[language].fullmatch(text) else None


def _unknown(text: str, language: str) -> bool:
    """"记不清了", "I don't remember exactly": short, and nothing else in it."""
    if len(text) > (14 if language == "zh" else 45):
        return False
    return any(phrase in text for phrase in _list("unknown", language))


_NOT_YET = re.compile(r"(?:还|都|现在)*(?:没|未)|not yet|haven't|i haven't|no,? not")


def _date(reading: Reading, fact: str, roles: list, text: str, yes_no) -> Optional[Answer]:
    """The first date nothing else laid claim to; a bare year or day number will do when a date was asked for."""
    claimed = {id(role.mention): role for role in roles if role.name not in ("contact",) and role.anchor is not None}
    short = len(text) <= _SHORT_ENOUGH[reading.language]
    free = [mention for mention in reading.mentions
            if (id(mention) not in claimed or claimed[id(mention)].name == fact) and not _BIRTH.search(reading.text[max(0, mention.start - 8):mention.start])]
    if len(reading.mentions) == 1 and claimed and len(text) <= 12:
        # "去年三月开始的" may answer any question of when; "10月8号受的伤" tells of the injury and of nothing else.
        (role,) = claimed.values()
        free = [role.mention] if reading.text[role.anchor.start:role.anchor.end] in LOOSE else free
    if free and _NOT_YET.match(text) and all(one.day > reading.today for one in free):
        return Answer([] if fact in _DATE_LISTS else None, 0, len(reading.text), True)
    if free:
        if fact in _DATE_LISTS:
            return Answer([one.day.isoformat() for one in free], free[0].start, free[-1].end, all(one.exact for one in free))
        one = free[-1] if fact == "ended_on" and free[-1].side == "to" else free[0]
        return Answer(one.day.isoformat(), one.start, one.end, one.exact and short)
    if reading.language == "en" and not reading.mentions:
        # "may" alone is a word, but as an answer to "when" it is the month.
        months = dates.find("in " + text, "en", reading.today) if len(text) < 12 else []
        if months:
            day = months[0].day.isoformat()
            return Answer([day] if fact in _DATE_LISTS else day, 0, len(reading.text), False)
    if yes_no is False:
        return Answer([] if fact in _DATE_LISTS else None, 0, len(reading.text), True)
    lone = _LONE_YEAR.search(text) if short and not reading.mentions else None
    if _BARE_YEAR.match(text) or lone:
        year = int(lone[0]) if lone else 2000 + int(text)
        if 1950 <= year <= reading.today.year + 2:
            day = f"{year}-01-01"
            return Answer([day] if fact in _DATE_LISTS else day, 0, len(reading.text), False)
    if reading.durations and len(text) <= 20 and re.search(r"了|前|左右|ago|for|^[^a-z]*$", text) or reading.durations and len(text) <= 8:
        one = reading.durations[0]
        day = one.before(reading.today).isoformat()
        return Answer([day] if fact in _DATE_LISTS else day, one.start, one.end, False)
    return None


_EACH_MONTH = re.compile(r"一个?月|每个?月|月薪|/月|底薪|(?:a|per|each|every) month|monthly")


def _money(reading: Reading, fact: str, text: str, yes_no, found: dict) -> Optional[Answer]:
    """The sum told; a bare number is yuan when a sum was asked for."""
    from .amounts import PAID_DAYS

    for one in reading.sums:
        if fact == "monthly_wage" and one.per == "day":
            value = round(one.value * PAID_DAYS, 2)
            return Answer(int(value) if value == int(value) else value, one.start, one.end, False)
        if fact == "amount_owed" and one.per == "month" and _EACH_MONTH.search(reading.text[max(0, one.start - 8):one.end + 8]):
            continue  # "一个月四千": the wage, not the debt
        short = len(text) <= _SHORT_ENOUGH[reading.language]
        if fact == "monthly_wage" and "amount_owed" in found and one.per is None:
            continue  # told as the debt
        if one.per in (None, "month") and (short or not one.bare) and (one.value >= 10 or len(text) <= 8):
            return Answer(one.value, one.start, one.end, one.exact and short)
    if fact == "monthly_wage" and "amount_owed" in found:
        return None
    if yes_no is False and fact == "amount_owed":
        return Answer(0, 0, len(reading.text), True)
    pattern = numbers.ENGLISH if reading.language == "en" else numbers.CHINESE
    ranged = numbers.ENGLISH_RANGE.search(text) if reading.language == "en" else None
    if ranged and numbers.english_range(ranged):
        return Answer(numbers.english_range(ranged), 0, len(reading.text), False)
    match = re.search(pattern, text)
    if match and len(text) <= len(match[0]) + 6 and not reading.mentions and not reading.durations:
        number = (numbers.english if reading.language == "en" else numbers.chinese)(match[0])
        if number and 0 < number.value <= 10**10:
            return Answer(number.value, 0, len(reading.text), number.exact)
    return None


# What is counted is not people: 三个月, 500块, 30 days.
_NO_PEOPLE = re.compile(r"\s?(?:个?(?:月|年|天|小时|星期|礼拜|钟头|老板|包工头|公司|厂)|万|块|元|钱|号|周|岁|次|家|yuan|rmb|days?\b|weeks?\b|months?\b|years?\b|hours?\b|k\b|%|times\b)")


def _people(reading: Reading, text: str, yes_no) -> Optional[Answer]:
    """A bare number of people; "just me" is one."""
    if re.search(r"就我(?:一个|自己)|只有我|我一个|我自己|just me|only me|alone|myself", text) or yes_no is False:
        return Answer(1, 0, len(reading.text), True)
    pattern = numbers.ENGLISH if reading.language == "en" else numbers.CHINESE
    match = re.search(pattern, text)
    if not match or reading.mentions or len(text) > _SHORT_ENOUGH[reading.language] or _NO_PEOPLE.match(text, match.end()):
        return None
    number = (numbers.english if reading.language == "en" else numbers.chinese)(match[0])
    if number and 0 < number.value < 10_000 and number.value == int(number.value):
        return Answer(int(number.value), 0, len(reading.text), number.exact and not re.search(r"多|来|about|around|over", text))
    return None


def _born(reading: Reading, text: str) -> Optional[Answer]:
    """A year, a year and month, or an age."""
    if len(text) > _SHORT_ENOUGH[reading.language]:
        return None
    latest = reading.today.year - 10
    if reading.mentions and not reading.mentions[0].floating and 1920 <= reading.mentions[0].day.year <= latest:
        one = reading.mentions[0]
        month = "月" in text or re.search(r"[a-z]{3}|\d[./-]\d", text)
        return Answer(one.day.isoformat()[:7] if month else str(one.day.year), one.start, one.end, True)
    if reading.mentions:
        return None
    match = re.search(r"(?:19|20)\d\d", text)
    if match and 1920 <= int(match[0]) <= latest:
        return Answer(match[0], 0, len(reading.text), True)
    match = re.fullmatch(r"(\d\d)\s?(年|岁|后)?(?:的|了)?", text)
    if match:
        value = int(match[1])
        if match[2] in ("年", "后") or match[2] is None and value > 65:
            return Answer(str(1900 + value if value > reading.today.year % 100 - 10 else 2000 + value), 0, len(reading.text), match[2] != "后")
        return Answer(str(reading.today.year - value), 0, len(reading.text), False)
    number = (numbers.english if reading.language == "en" else numbers.chinese)(text) if len(text) <= 12 else None
    if number and 10 <= number.value <= 95:
        return Answer(str(reading.today.year - int(number.value)), 0, len(reading.text), False)
    return None


def _ended_by(reading: Reading, text: str, whole: tuple) -> Optional[Answer]:
    """Who ended it, from a few words: 老板, 我自己, the company."""
    if re.search(r"协商|双方|商量|\bboth\b|agree", text):
        value = "agreement"
    elif re.search(r"^(?:是)?(?:我|自己|本人)|^i$|^me\b|myself|i did|my own", text):
        value = "worker"
    elif re.search(r"老板|公司|单位|厂|他们|工头|平台|boss|company|employer|they|he did", text):
        value = "employer"
    else:
        return None
    return Answer(value, *whole, True) if len(text) < 30 else None
