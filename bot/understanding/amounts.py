"""What the sums of a message are: owed, paid, wage; and sums made of others (two debts, a daily wage times days)."""

import re
from dataclasses import replace
from typing import List, NamedTuple, Optional

from .reading import Reading

_REST = re.compile(r"还欠|还剩|还差|剩下|剩|至今还|尚欠|仍欠|现在还|still owe|remaining|left to pay|the rest")
_REST_AFTER = re.compile(r"(?:多|元|块|钱)*(?:未付|没付|没给|没结|没发|未发|未结)")
_MONTHS_PAY = re.compile(r"个(?:半)?月的?(?:工资|工钱)(?:一共|总共|合计|共|是|有|大概|差不多)*$")
_WAGE_WORD = re.compile(r"工资\S{0,4}$|薪水\S{0,3}$|salary[^.]{0,12}$")
_WAGE_RATE = re.compile(r"月|底薪|基本工资|说好|谈好|讲好|month")
# The legal number of paid days in a month, for turning a daily wage into a monthly one.
PAID_DAYS = 21.75


class Amount(NamedTuple):
    """A fact about money."""
    fact: str
    value: float
    start: int
    end: int
    exact: bool


def _whole(value: float):
    return int(value) if value == int(value) else round(value, 2)


def _role(reading: Reading, one) -> Optional[str]:
    """owed, paid, cost or promised: the word nearest to a sum, words before it first."""
    best, best_score = None, 22 if reading.language == "zh" else 40
    for hit in reading.hits.of("money"):
        if hit.name == "total":
            continue
        if hit.name == "paid" and any(owed.start <= hit.start and hit.end <= owed.end
                                      for owed in reading.hits.of("money", "owed")):
            continue  # "not paid" holds "paid"
        if hit.name == "paid" and reading.negated(hit):
            continue
        score = reading.distance(one.start, one.end, hit.start, hit.end)
        score += 0 if hit.end <= one.start else 5
        score += 8 * sum(1 for other in reading.sums
                         if other is not one and min(one.end, hit.end) <= other.start < max(one.start, hit.start))
        if score < best_score or score == best_score and hit.name != "owed":
            best, best_score = hit.name, score
    return best


def _owing_wages(reading: Reading, one) -> bool:
    """"欠我工资6000" is a debt although 工资 stands before the sum."""
    low, high = reading.clause(one.start)
    before = reading.text[low:one.start]
    if _MONTHS_PAY.search(before):
        return True  # "两个月工资一万一": of both months together
    return bool(_WAGE_WORD.search(before) and not _WAGE_RATE.search(before)
                and any(low <= hit.start < high for hit in reading.hits.of("money", "owed"))
                and not reading.text[one.end:one.end + 4].startswith(("一个月", "每月", "/月", "a month", " a mo")))


_NO_WAGE_AFTER = re.compile(r"(?:元|块|块钱)?(?:一?个月|每月)?的?(?:抚养|生活费|房租|租金|伙食|水电|利息|贷款|月供|社保|公积金|押金|管理费|罚|话费|车贷|补助|低保|养老金|退休金)| (?:in |for )?(?:rent|deposit|loan|interest|fees?|pension|allowance for rent)")
_NO_WAGE_BEFORE = {"zh": re.compile(r"(?:房租|月供|贷款|扣|罚|还贷|利息|租金|抚养费|社保|公积金|生活费|少发|少给|少拿|降|减|最低工资|低保|养老金|退休金|缴费|交|还我|分期|先还|先付|答应)[^，。,]{0,8}$"),
                   "en": re.compile(r"\b(?:rent|deduct\w*|cut|fine[ds]?|loan|mortgage|insurance|charg\w+|fee|lower|less|reduced|reduce|minimum wage|pension|by|promise\w*|repay|pay back|instal\w+|offer\w*)\b[^.,]{0,24}$")}


def _no_wage(reading: Reading, one) -> bool:
    """So much a month, but rent, a deduction or a pension, or the legal minimum."""
    low, _ = reading.clause(one.start)
    return _NO_WAGE_AFTER.match(reading.text, one.end) is not None or _NO_WAGE_BEFORE[reading.language].search(reading.text[low:one.start]) is not None


_JOINED = re.compile(r"(?:块钱?|元)?[,，、\s]*(?:and|plus|还有|另外还有|再加上?|加上|和|外加)\s?(?:another |about |的|(?:加班费|奖金|提成|押金))?\s?")
_EVEN = re.compile(r"连$")
_ALL_PAY = re.compile(r"(?:工资|工钱|血汗钱|wages|pay)(?:一共|总共|合计|共|加起来|总计|全部|in total|altogether)[是有]?$")


def _all_our_pay(reading: Reading, one) -> bool:
    """"12个人的工资总共二十三万四": told to us, so most likely owed, but not said outright."""
    return _ALL_PAY.search(reading.text[max(0, one.start - 12):one.start]) is not None


def find(reading: Reading) -> List[Amount]:
    """amount_owed and monthly_wage, when the message tells them."""
    owed, total, found, daily, monthly = [], [], [], None, None
    for one in reading.sums:
        per = one.per
        if per == "month" and _owing_wages(reading, one):
            per = None
        if per == "month" or per == "year":
            if monthly is None and one.value >= 100 and not _no_wage(reading, one):
                value = one.value if per == "month" else one.value / 12
                monthly = Amount("monthly_wage", _whole(value), one.start, one.end, one.exact and per == "month")
        elif per == "day":
            daily = daily or one
        elif per is None:
            role = _role(reading, one)
            if _EVEN.search(reading.text[max(0, one.start - 2):one.start]) and re.match(r"(?:块|元|钱)*[都也]", reading.text[one.end:]):
                continue  # "连三百二都不给": a rate
            if role is None and owed and _JOINED.fullmatch(reading.text[owed[-1].end:one.start]):
                role = "owed"  # "5,200 yuan, and 1,900 overtime"
            whole = role is None and _all_our_pay(reading, one)
            if role == "owed" or whole:
                owed.append(replace(one, exact=False) if whole else one)
                if any(hit.end <= one.start and reading.distance(hit.start, hit.end, one.start, one.end) <= 8
                       for hit in reading.hits.of("money", "total")) or re.match(r"\s?(?:in total|altogether|in all)", reading.text[one.end:]):
                    total.append(one)
    if monthly is None and daily is not None:
        monthly = Amount("monthly_wage", round(daily.value * PAID_DAYS), daily.start, daily.end, False)
    if owed:
        found.append(_owed(reading, owed, total))
    else:
        made = _by_time(reading, daily, monthly)
        if made:
            found.append(made)
    if monthly:
        found.append(monthly)
    return found


def _owed(reading: Reading, owed: list, total: list) -> Amount:
    """One debt out of the sums said to be owed: a total, what is still left, or the sum of the parts."""
    rest = [one for one in owed if _REST.search(reading.text[max(0, one.start - 8):one.start])
            or len(owed) > 1 and reading.text[max(0, one.start - 1):one.start] == "还" and _REST_AFTER.match(reading.text, one.end)]
    for chosen in (rest[-1:], total[-1:]):
        if chosen:
            return Amount("amount_owed", _whole(chosen[0].value), chosen[0].start, chosen[0].end, chosen[0].exact)
    parts = []
    for one in owed:
        if all(one.value != other.value for other in parts) or _other(reading, one):
            parts.append(one)
    largest = max(parts, key=lambda one: one.value)
    others = [one for one in parts if one is not largest]
    if len(others) > 1 or others and not largest.exact:
        # "六万多,一个40800,另一个21000": the parts say the same more exactly.
        whole = sum(one.value for one in others)
        if abs(whole - largest.value) <= 0.12 * largest.value:
            parts = others
    value = sum(one.value for one in parts)
    return Amount("amount_owed", _whole(value), parts[0].start, parts[-1].end, all(one.exact for one in parts))


def _other(reading: Reading, one) -> bool:
    """The sum is said of another debtor, so an equal figure counts again."""
    return re.search(r"另|还有|又|other|another|second", reading.text[max(0, one.start - 12):one.start]) is not None


def _by_time(reading: Reading, daily, monthly) -> Optional[Amount]:
    """A debt that only follows from a wage and a time: 每天三百干了四十天; 欠三个月工资,每月6000."""
    if daily:
        for length in reading.durations:
            if length.months == 0 and length.days > 1 and not re.search(r"每|a ", reading.text[length.start:length.start + 1]):
                return Amount("amount_owed", _whole(daily.value * length.days), min(daily.start, length.start), max(daily.end, length.end), False)
    if monthly:
        for length in reading.durations:
            near = [hit for hit in reading.hits.of("money", "owed")
                    if reading.distance(hit.start, hit.end, length.start, length.end) <= 12]
            wages_before = re.search(r"(?:工资|薪水|工钱)(?:都)?$", reading.text[max(0, length.start - 6):length.start])
            if near and length.months and (wages_before or re.match(r"(?:的)?(?:工资|没|薪|工钱|未|'?s?'? ?(?:of )?(?:wages|pay|salary))", reading.text[length.end:])):
                value = monthly.value * (length.months + length.days / 30)
                return Amount("amount_owed", _whole(round(value, 2)), length.start, length.end, False)
    return None
