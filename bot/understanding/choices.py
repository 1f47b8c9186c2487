"""Facts that are one of a few values, and those about who the person is: form of work, injury, job, people, birth."""

import re
from typing import List, NamedTuple, Optional

from . import numbers
from .matchers import Hit, lexicon
from .reading import Reading


class Choice(NamedTuple):
    """A fact, its value, where it was said and whether it was said outright."""
    fact: str
    value: object
    start: int
    end: int
    exact: bool = True


# Yes-or-no facts for which "not" turns the phrase round; for the others it only takes it away.
_TURNED = {"written_contract", "union_member", "pregnant", "injury.recognised", "injury.insured", "written_debt_note", "cannot_read"}
# Told with a negation of their own, or so often inside a wish that the check for wishes would lose them.
_PLAIN = {"retaliation_feared", "control.sets_time", "control.sets_volume", "control.sets_price", "control.rules", "control.penalties",
          "control.registered_business", "sex", "employment_form", "pregnant", "enterprise_union", "cannot_read"}
_LATER = re.compile(r"后来|最后|最近才|才补|补签|later|afterwards|in the end|finally")
_WEAK_INJURY = {"工伤", "accident", "injury at work", "work injury", "的工伤"}
_INJURY_ABSTRACT = re.compile(r"\s?(?:保险|赔偿|待遇|鉴定|标准|认定|险|科|insurance|compensation|claim|benefit)")
_DEATH_CONTEXT = re.compile(r"工地|干活|上班|工伤|工亡|机器|事故|摔死|砸死|电死|坠|矿|work|site|accident|machine")


def _told(reading: Reading, fact: str) -> List[Hit]:
    """The phrases of a fact that are told as true, longest first where they overlap; negated ones turned or dropped."""
    hits = reading.hits.of("choice", fact)
    # "have no contract" holds "no contract": there the inner, negative phrase is the one that counts.
    hits = [hit for hit in hits if not (fact in _TURNED and hit.value is True and any(
        other.value is False and hit.start <= other.start and other.end <= hit.end for other in hits))]
    kept = []
    for hit in hits:
        if any(other is not hit and other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start
               for other in hits):
            continue
        if fact not in _PLAIN and reading.supposed(hit):
            continue
        if fact in _PLAIN and reading.text[max(0, hit.start - 1):hit.start] in ("没", "不") and fact not in _TURNED:
            continue
        if reading.negated(hit):
            if fact not in _TURNED or hit.value is not True:
                continue
            hit = hit._replace(value=False)
        kept.append(hit)
    return kept


def _pick(reading: Reading, hits: List[Hit]) -> Optional[Hit]:
    """The first one told, unless a later one says that it changed since."""
    if not hits:
        return None
    for hit in hits[1:]:
        low, _ = reading.clause(hit.start)
        if hit.value != hits[0].value and _LATER.search(reading.text[low:hit.end]):
            return hit
    return hits[0]


_SIMPLE = ("written_contract", "enterprise_union", "union_member", "still_employed", "ended_by", "written_debt_note", "pregnant",
           "sex", "criminal_case", "cannot_read", "minor", "retaliation_feared", "injury.recognised")
# The surest sign of a form first: a contractor's hand who is also called a worker is still a contractor's hand.
_FORMS = ("platform_crowdsourced", "platform_dedicated", "dispatched", "student", "past_retirement_age", "self_employed",
          "subcontracted", "employee")


def find(reading: Reading) -> List[Choice]:
    """Every fact of this kind in a message."""
    found = []
    for fact in _SIMPLE:
        hit = _pick(reading, _told(reading, fact))
        if hit:
            found.append(Choice(fact, hit.value, hit.start, hit.end))
    found += _form(reading) + _injury(reading) + _dangers(reading) + _control(reading)
    found += _occupation(reading) + _employer(reading) + _people(reading) + _birth(reading)
    return found


def _form(reading: Reading) -> List[Choice]:
    hits = _told(reading, "employment_form")
    # "Contractor" in the name of who is owed by is told more than a passing 全职.
    best = min(hits, key=lambda hit: _FORMS.index(hit.value), default=None)
    return [Choice("employment_form", best.value, best.start, best.end)] if best else []


def _injury(reading: Reading) -> List[Choice]:
    kinds = {}
    for hit in _told(reading, "injury.kind"):
        words = reading.text[hit.start:hit.end]
        weak = words in _WEAK_INJURY
        if weak and (_INJURY_ABSTRACT.match(reading.text, hit.end) or words == "accident" and "traffic" in reading.text[:hit.start]):
            continue
        if words in ("摔了", "砸了", "死亡") and re.match(r"手机|东西|杯|门|车|人家", reading.text[hit.end:hit.end + 2]):
            continue
        kinds.setdefault(hit.value, []).append(hit)
    found = []
    accidents = kinds.get("accident", [])
    kind = None
    if "occupational_disease" in kinds:
        kind = "occupational_disease"
    elif accidents or re.search(r"车祸|被撞", reading.text):
        kind = next((name for name in ("on_platform_order", "commuting") if name in kinds), "accident" if accidents else None)
    elif any("摔" in reading.text[h.start:h.end] or "撞" in reading.text[h.start:h.end] or "伤" in reading.text[h.start:h.end] or "车祸" in reading.text[h.start:h.end]
             for h in kinds.get("on_platform_order", [])):
        kind = "on_platform_order"
    if kind:
        hit = kinds[kind][0]
        found.append(Choice("injury.kind", kind, hit.start, hit.end, reading.text[hit.start:hit.end] not in _WEAK_INJURY))
    insured = _pick(reading, _told(reading, "injury.insured"))
    if insured and (kind or re.search(r"工伤|work injury", reading.text[insured.start:insured.end])):
        found.append(Choice("injury.insured", insured.value, insured.start, insured.end))
    risky = [danger for danger in reading.hits.of("choice", "danger") if danger.value == "self_harm"]
    fatal = [hit for hit in _told(reading, "injury.fatal") if not any(d.start <= hit.start < d.end for d in risky)]
    if fatal and _DEATH_CONTEXT.search(reading.text):
        found.append(Choice("injury.fatal", True, fatal[0].start, fatal[0].end))
        if not kind:
            found.append(Choice("injury.kind", "accident", fatal[0].start, fatal[0].end, False))
    return found


def _dangers(reading: Reading) -> List[Choice]:
    """All dangers in one list; violence also as its own fact. What is threatened or feared counts here: better one too many."""
    hits = [hit for hit in reading.hits.of("choice", "danger")
            if not reading.negated(hit) and not (reading.language == "zh" and reading.text[max(0, hit.start - 1):hit.start] in ("没", "不", "别"))
            and not (hit.value == "violence" and reading.text[hit.start:hit.end] == "打我" and re.match(r"电话|微信", reading.text[hit.end:]))]
    found = []
    if hits:
        names = list(dict.fromkeys(hit.value for hit in hits))
        found.append(Choice("dangers", names, hits[0].start, hits[-1].end))
        violent = next((hit for hit in hits if hit.value == "violence"), None)
        if violent:
            found.append(Choice("violence", True, violent.start, violent.end))
    return found


def _control(reading: Reading) -> List[Choice]:
    """Who decides about time, orders and price: only told of platform work."""
    on_platform = reading.hits.of("platform") or re.search(r"平台|骑手|外卖|网约车|接单|派单|拒单|跑单|platform|app|orders|rider", reading.text)
    found = []
    for name in ("sets_time", "sets_volume", "sets_price", "rules", "penalties", "registered_business"):
        hits = _told(reading, f"control.{name}")
        if hits and on_platform:
            found.append(Choice(f"control.{name}", hits[0].value, hits[0].start, hits[0].end))
    return found


_ANOTHER = re.compile(r"(?:把我|打|拦|不让|撞了我|骂|说|赶| hit| beat| told| stopped)")


def _occupation(reading: Reading) -> List[Choice]:
    """The job a message names: a job before a workplace, and either before what the platform's name suggests."""
    bodies = reading.hits.of("bodies")
    hits = [hit for hit in reading.hits.of("occupation")
            if not any(hit.end == body.start or hit.start < body.end and body.start < hit.end for body in bodies)
            and not reading.negated(hit) and not (hit.value == "job" and _ANOTHER.match(reading.text, hit.end) and hit.name == "security_guard")]
    hits = [hit for hit in hits if not any(other is not hit and other.start <= hit.start and hit.end <= other.end
                                           and other.end - other.start > hit.end - hit.start for other in hits)]
    best = min(hits, key=lambda hit: (hit.value != "job", hit.start), default=None)
    platforms = [hit for hit in reading.hits.of("platform")]
    platforms = [hit for hit in platforms if not any(other is not hit and other.start <= hit.start and hit.end <= other.end
                                                     and other.end - other.start > hit.end - hit.start for other in platforms)]
    found = []
    if platforms:
        first = platforms[0]
        found.append(Choice("platform", first.name, first.start, first.end, len({hit.name for hit in platforms}) == 1))
        if first.value and first.value != "None" and (best is None or best.value != "job"):
            return found + [Choice("occupation", first.value, first.start, first.end, False)]
    if best:
        found.append(Choice("occupation", best.name, best.start, best.end, best.value == "job"))
    return found


_EN_EMPLOYER = re.compile(r"\b((?:[A-Z][\w&.'()-]*|\([A-Z][\w ]*\))(?: (?:[A-Z][\w&.'()-]*|\([A-Z][\w ]*\)|of|and))*?) (?:Co\.?,? ?Ltd\.?|Co\.|Company|Group|Corporation|Factory|Ltd\.?|Inc\.?|Limited)(?![a-z])")


# A name of a company without 有限公司 holds none of these; a sentence that ends in 公司 mostly does.
_SENTENCE = re.compile(r"[我你他她们的了吗不没说要给打欠帮让叫谁也都就月年号今昨]|发现|答应|联系|以为|听说|知道|告诉")


def _employer(reading: Reading) -> List[Choice]:
    """A company's own name, only where one is clearly given."""
    words = lexicon("employers")
    generic = words["generic"][reading.language]
    if reading.language == "en":
        found = []
        for match in _EN_EMPLOYER.finditer(reading.typed[:10_000]):
            name = match[1].split()
            while name and name[0].lower() in generic:
                name = name[1:]
            if name and not all(part.lower() in generic for part in name):
                start = match.end() - len(match[0]) + match[0].index(name[0])
                found.append((reading.typed[start:match.end()].strip(), start, match.end()))
        if not found:
            return []
        name, start, end = found[0]
        # Spans are kept in squeezed places; English text is the same length unless it has invisible characters.
        shift = len(reading.typed) - len(reading.text)
        return [Choice("employer", name, max(0, start - shift), end - shift if shift else end, len({one[0] for one in found}) == 1)]
    names = []
    suffix = "|".join(words["suffixes"]["zh"])
    for match in re.finditer(rf"([\u4e00-\u9fffa-z0-9()（）·]{{2,24}}?)({suffix})(?!{suffix}|里|家|房|区|长|商|子|门口|名|址|牌)", reading.text):
        start = match.start(1)
        head = match[1]
        cut = max((head.rfind(word) + len(word) for word in words["boundary"]["zh"] if head.rfind(word) >= 0), default=0)
        head, start = head[cut:], start + cut
        bare = _without(head, generic, reading, start)
        if "有限" not in match[2] and (len(head) > 10 or _SENTENCE.search(head)):
            continue
        if len(head) >= 2 and len(bare) >= 2:
            names.append((start, match.end(2)))
    if not names:
        return []
    start, end = names[0]
    return [Choice("employer", reading.original(start, end), start, end, len({reading.text[a:b] for a, b in names}) == 1)]


def _without(head: str, generic: list, reading: Reading, start: int) -> str:
    """What is left of a company's name without trades, counting words and the place it begins with."""
    for word in sorted(generic, key=len, reverse=True):
        head = head.replace(word, "")
    from .facts import places_in

    for place in places_in(reading):
        if place.start <= start < place.end or start <= place.start < start + 6:
            head = head.replace(reading.text[place.start:place.end], "") if place.end <= len(reading.text) else head
    return head


_N = r"(?P<n>\d{1,5}|[一二两三四五六七八九十百几]{1,5})"
_PEOPLE_ZH = [
    re.compile(rf"(?:我们|咱们|咱|一起|一共|总共|还有|连我|加上我|带我|共|其他|另外|和)(?:一共|总共|大概|村里|村|这|这里|班组|工地|厂里|车间|组|有|来的|干活的|的|一起|大约|差不多|被欠的|被欠薪的|来了|另外|还有)*{_N}(?P<more>多|来)?(?:个|名|位)?(?P<unit>工人|农民工|人|兄弟|工友|老乡|同事|骑手|快递员|司机|员工|民工|口子|矿工|姐妹)"),
    re.compile(rf"{_N}(?P<more>多|来)?(?:个|名|位)?(?P<unit>工人|农民工|工友|老乡|同事|骑手|快递员|司机|员工|民工|矿工|人的?工资|人(?:都|一起|全|没|被欠|被拖欠|的钱|的工钱))"),
    re.compile(rf"(?:工友|工人|农民工|同事|老乡|骑手|司机)(?:们)?(?:一共|总共|共|有|大概|大约)*{_N}(?P<more>多|来)?(?:个|名|位)?人?(?![\d万千百元块年月号天])"),
    re.compile(r"(?:我|咱)(?:们)?(?P<pair>俩|仨|两口子|夫妻)"),
]
_AND_ZH = re.compile(r"我(?:和|跟|与)(?:我的?)?(?:(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个|名|位)(?:工友|老乡|同事|兄弟|朋友|亲戚|工人|人)|(?P<one>老公|老婆|丈夫|妻子|媳妇|我爸|爸爸|父亲|我弟|弟弟|哥哥|表弟|表哥|堂弟|朋友|一个工友|工友|老乡|同事)(?!们))")
_OTHER_SIDE = re.compile(r"把我|打我|打了|围|冲|来打|拿|动手|包工头|老板|保安")
_EN_N = rf"(?P<n>\d{{1,5}}|{numbers.WORD}(?:[ -]{numbers.WORD})?)"
_PEOPLE_EN = [
    re.compile(rf"\b{_EN_N} of us\b"),
    re.compile(rf"\b(?:we are|we're|there are|there were|we were|us) {_EN_N} (?:\w+ )?(?:workers|people|men|women|riders|miners|drivers|couriers|colleagues|employees|labou?rers)"),
    re.compile(rf"\b{_EN_N} (?:\w+ )?(?:\w+ )?(?:workers|miners|riders|drivers|couriers|employees|labou?rers|colleagues|co-?workers|workmates)\b(?! (?:hit|beat|attacked))"),
]
_AND_EN = re.compile(rf"\b(?:me and|i and|myself and|with|and) (?:my )?{_EN_N}? ?(?:other |others|of my )?(?:workers|co-?workers|colleagues|workmates|friends|others|people)\b")


def _count(text: str, language: str) -> Optional[numbers.Number]:
    return numbers.english(text) if language == "en" else numbers.chinese(text)


def _people(reading: Reading) -> List[Choice]:
    """How many workers the matter is about, the speaker counted."""
    text, language = reading.text, reading.language
    match = _AND_ZH.search(text) if language == "zh" else _AND_EN.search(text)
    if match and (language == "zh" or match["n"]) and not (language == "en" and re.match(r"with|and", match[0]) and "other" not in match[0]):
        number = numbers.Number(1, True) if language == "zh" and match["one"] else _count(match["n"], language)
        if number and 0 < number.value < 10_000:
            return [Choice("people", int(number.value) + 1, match.start(), match.end(), number.exact)]
    for pattern in _PEOPLE_ZH if language == "zh" else _PEOPLE_EN:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            if groups.get("pair"):
                return [Choice("people", 3 if groups["pair"] == "仨" else 2, match.start(), match.end())]
            number = _count(match["n"], language)
            if not number or not 0 < number.value < 100_000 or _OTHER_SIDE.match(text[match.end():match.end() + 3]):
                continue
            value = int(number.value)
            if language == "zh" and re.match(r"和|还有|其他|另外", match[0]) and "工" not in match[0][-3:] and match[0][0] != "和":
                value += 1
            elif language == "zh" and match[0][0] == "和":
                value += 1 if text[max(0, match.start() - 1):match.start()] in ("我", "") else 0
            elif language == "zh" and re.match(r"还有|其他|另外", match[0]):
                value += 1
            if groups.get("more") and value < 10:
                continue
            return [Choice("people", value, match.start(), match.end(), number.exact and not groups.get("more"))]
    return []


_BORN_ZH = re.compile(r"(?P<y>(?:19|20)\d\d|(?<!\d)[5-9]\d|(?<!\d)0\d)\s?年?(?:(?P<m>1[0-2]|0?[1-9])\s?月)?(?:\d{1,2}[号日])?\s?(?:出生|生人|生的|年生|的人|后)|(?:生于|出生于|出生年月是?|出生在|出生日期是?)\s?(?P<y2>(?:19|20)\d\d)\s?[年.-]?(?:(?P<m2>1[0-2]|0?[1-9])\s?月?)?")
_AGE_ZH = re.compile(r"(?:我|本人|今年|现在|都|年龄|年纪|才|已经|刚)(?:今年|现在|是|都|才|已经|刚满?|快|满|有)*(?P<n>\d{2}|[一二三四五六七八九]?十[一二三四五六七八九]?)(?:周?岁|多岁)|(?<!\d)(?P<n2>\d{2})岁")
_BORN_EN = re.compile(r"\bborn (?:in|on)?\s?(?:(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* )?(?:\d{1,2},? )?(?P<y>(?:19|20)\d\d)")
_AGE_EN = re.compile(r"\b(?:i am|i'm|aged?|turned) (?P<n>\d\d)(?: years? old|\b(?! (?:yuan|rmb|hours|days|months|years|of|workers|weeks|%)|[,.]?\d))|\b(?P<n2>\d\d)[ -]years?[ -]old")


def _birth(reading: Reading) -> List[Choice]:
    """Year (and month) of birth, told or from the age; and that the person is a minor."""
    text, year = reading.text, reading.today.year
    found = []
    match = (_BORN_EN if reading.language == "en" else _BORN_ZH).search(text)
    if match:
        groups = match.groupdict()
        value = int(groups.get("y") or groups.get("y2"))
        if value < 100:
            value += 2000 if value <= year % 100 - 10 else 1900
        month = groups.get("m") or groups.get("m2")
        if groups.get("mon"):
            month = 1 + "jan feb mar apr may jun jul aug sep oct nov dec".split().index(groups["mon"])
        if 1920 <= value <= year - 8:
            exact = not match[0].endswith("后")
            found.append(Choice("born", f"{value}-{int(month):02d}" if month else str(value), match.start(), match.end(), exact))
            age = year - value
            return found + _minor(age, match) if exact else found
        return []
    match = (_AGE_EN if reading.language == "en" else _AGE_ZH).search(text)
    if match:
        number = _count(match["n"] or match["n2"], reading.language)
        age = int(number.value) if number else 0
        if 10 <= age <= 95:
            found.append(Choice("born", str(year - age), match.start(), match.end(), False))
            found += _minor(age, match)
    return found


def _minor(age: int, match) -> List[Choice]:
    """Under 18 by the age told; under 16 it is child labour."""
    found = [Choice("minor", True, match.start(), match.end())] if age < 18 else []
    return found + ([Choice("dangers", ["child_labour"], match.start(), match.end())] if age < 16 else [])
