"""Numbers as people type them: 一万二, 6万1千8, 四万零八百, 1.2万, 40,800, 3k, twelve thousand."""

import re
from typing import NamedTuple, Optional

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_DIGITS.update({"〇": 0, "两": 2, "俩": 2, "仨": 3, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9})
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_ZH = "[零〇一二两三四五六七八九十百千万亿几壹贰叁肆伍陆柒捌玖拾佰仟]"
# One Chinese character, then perhaps digits: written so that no text makes the search slow.
CHINESE = rf"(?:{ARABIC})(?:\s?[百千万亿](?:\d{{1,4}}(?!\d)|{_ZH})*|[kw]\d?(?![a-z\d]))?|{_ZH}(?:\d{{1,4}}(?!\d)|{_ZH})*"
# "三千五一个月" is 3,500 a month, not 3,501 months.
ONE_EACH = r"(?<=[百千万\d])(?<!零)一(?=\s?(?:个月|个工|天|年(?![半多])|个?小时|个钟|单|件|平|方|趟|月))|(?<=[百千万][一二三四五六七八九两])一(?=\s?(?:个月|个工|天|年(?![半多])|个?小时|个钟|单|件|平|方|趟))"
_ONE_EACH = re.compile(ONE_EACH)
_TOKEN = re.compile(rf"{ARABIC}|[{''.join(_DIGITS)}{''.join(_UNITS)}几]")


class Number(NamedTuple):
    """A number and whether it was said exactly ("三四万" and "十几万" are not)."""
    value: float
    exact: bool


def without_each(text: str, start: int, end: int) -> int:
    """Where a numeral in `text` really ends: the last 一 of "三百一天" belongs to what follows."""
    return end - 1 if end > start + 1 and _ONE_EACH.match(text, end - 1) else end


def chinese(text: str) -> Optional[Number]:
    """The number a Chinese or mixed numeral stands for; a digit after 万, 千 or 百 counts in the next unit down."""
    tokens = _TOKEN.findall(text.replace(" ", ""))
    total = section = 0
    number, last_unit, zero, exact, paired = None, 1, False, True, False
    for token in tokens:
        if token == "几":
            number, exact = number if number is not None else 0, False
        elif token in _UNITS:
            unit = _UNITS[token]
            if unit >= 10_000:
                base = section + (number or 0)
                # "十几万" keeps the ten; "几万" says nothing and stays 0.
                total = total + (base if base or not exact else 1) * unit if unit == 10_000 else (total + (base or 1)) * unit
                section = 0
            else:
                section += (1 if number is None else number) * unit
            number, last_unit, zero = None, unit, False
        elif token in ("零", "〇"):
            number, zero = (number * 10 if number is not None else None), True
        elif token in _DIGITS:
            if number is not None and not zero:
                # Two digits side by side mean "three or four": keep the lower.
                exact, paired = False, True
            else:
                number = _DIGITS[token]
        else:
            if len(token) > 15:
                return None
            number = float(token.replace(",", "")) if "." in token else int(token.replace(",", ""))
    if number is not None:
        shorthand = last_unit >= 100 and not zero and isinstance(number, int) and number < 10 and (exact or paired)
        section += number * last_unit // 10 if shorthand else number
    if not tokens:
        return None
    value = round(total + section, 2)
    return Number(int(value) if value == int(value) else value, exact)


_WORDS = {word: value for value, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split())}
_WORDS.update({word: 20 + 10 * place for place, word in enumerate(
    "twenty thirty forty fifty sixty seventy eighty ninety".split())})
_WORDS.update({"a": 1, "an": 1, "couple": 2})
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000, "million": 1_000_000, "mil": 1_000_000, "m": 1_000_000}
WORD = "(?:" + "|".join(sorted([w for w in _WORDS if w not in ("a", "an")] + ["hundred", "thousand", "million"], key=len, reverse=True)) + ")"
ENGLISH = (rf"(?:{ARABIC}(?:\s?(?:k|m|million|thousand|hundred|mil|grand)\b)?"
           rf"|\b(?:an? )?{WORD}\b(?:(?:[ -]| and ){WORD}\b){{0,8}}(?: (?:grand|k)\b)?)")
_EN_SCALE = r"(?:\s?(?P<scale>k|thousand|hundred|million|grand)\b)?"
# "five or six thousand", "5-6k": the lower one is kept.
ENGLISH_RANGE = re.compile(rf"(?<![\d.,/-])(?P<between>\bbetween )?(?P<low>{ARABIC}|\b{WORD}\b)(?P<own>k)?(?: or |-| to | ?~ ?|(?(between) and |(?!)))(?P<high>{ARABIC}|\b{WORD}\b){_EN_SCALE}")
_EN_TOKEN = re.compile(rf"{ARABIC}|[a-z]+")


def english(text: str) -> Optional[Number]:
    """The number English words or digits stand for: "one and a half" is left to the caller."""
    total, current, seen = 0, 0, False
    for token in _EN_TOKEN.findall(text.lower()):
        if token[0].isdigit():
            if len(token) > 15:
                return None
            current += float(token.replace(",", ""))
            seen = True
        elif token in _WORDS:
            current += _WORDS[token]
            seen = True
        elif token == "hundred":
            current, seen = (current or 1) * 100, True
        elif token in _SCALES:
            total, current, seen = total + (current or 1) * _SCALES[token], 0, True
    if not seen:
        return None
    value = round(total + current, 2)
    return Number(int(value) if value == int(value) else value, True)


def english_range(match) -> Optional[float]:
    """The lower end of an `ENGLISH_RANGE` match when both ends are of one kind of size, else None."""
    low, high = english(match["low"]), english(match["high"])
    if not low or not high or match["high"] in ("hundred", "thousand", "million"):
        return None
    scale = _SCALES.get(match["scale"] or "", 100 if match["scale"] == "hundred" else 1)
    value = low.value * (scale if not match["own"] else 1000)
    return value if low.value < high.value <= 10 * low.value else None
