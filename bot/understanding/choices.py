"""Facts that are one of a few values, and those about who the person is: form of work, injury, job, people, birth."""

import re
from functools import cache
from typing import List, NamedTuple, Optional

from . import numbers, roles
from .guarded import Guarded
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


# An earlier job: what was so there says nothing about this one.
_EARLIER_JOB = {"zh": re.compile(r"以前的?(?:那个?|那家)?(?:厂|公司|单位|老板|工地|工作)|之前的?(?:那个?|那家|一家)?(?:厂|公司|单位|老板|工地|工作)|上一?家|前一?家|原来的?(?:那个?|那家)?(?:厂|公司|单位|老板)|别的(?:厂|公司|老板)"),
                "en": re.compile(r"\b(?:previous|former|last|old|other|another|earlier) (?:job|employer|company|boss|factory|firm|workplace)")}
# Said of someone who is not the worker: 老板娘怀孕了, 同事都签了.
_SOMEONE_ELSE = {"zh": re.compile(r"(?:老板娘?|经理|主管|店长|站长|领导|同事们?|工友们?|别人|其他人|人家|室友|顾客|客户|隔壁)[^，,。]{0,8}$"),
                 "en": re.compile(r"\b(?:boss|manager|supervisor|landlord|others|other people|everyone else|colleagues?|co-?workers?|workmates?|customer)(?:'s wife)?(?: \w+){0,4} $")}
_BOSS = re.compile(r"老板|经理|主管|店长|站长|领导|boss|manager|supervisor")
_SELF = {"zh": re.compile(r"[我俺咱]"), "en": re.compile(r"\b(?:i|we|me|us|i'm|i've)\b")}
_OF_ANOTHER = {"pregnant", "sex", "written_contract", "union_member", "minor", "cannot_read"}


def _of_another(reading: Reading, hit: Hit) -> bool:
    """The phrase is about another job or another person than the worker the message is about."""
    tongue = reading.tongue(hit)
    low, _ = reading.clause(hit.start)
    before = reading.text[low:hit.start]
    if hit.name in ("written_contract", "injury.insured", "enterprise_union", "union_member") and _EARLIER_JOB[tongue].search(before):
        return True
    someone = hit.name in _OF_ANOTHER and _SOMEONE_ELSE[tongue].search(before)
    if someone and hit.name == "written_contract" and _BOSS.match(someone[0]):
        return False  # the boss is who signs or does not
    return bool(someone and not _SELF[tongue].search(before[someone.start():] + reading.text[hit.start:hit.end]) and not re.search(r"跟|和|给|与|让|叫|with|for", before[someone.start():]))


_OTHER_HURT = re.compile(r"(?:把|撞了|撞到了?|伤了|砸到了?)(?:别人|人家|人|行人|路人|他|她|对方|同事|工友|顾客)[^，。]{0,5}$|(?:老板|包工头|经理|主管|客户|顾客|领导|路人|行人)(?:也|自己|都)?(?:被|不小心)?$")


def _told(reading: Reading, fact: str) -> List[Hit]:
    """The phrases of a fact that are told as true, longest first where they overlap; negated ones turned or dropped."""
    hits = reading.hits.of("choice", fact)
    if not hits:
        return []
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
        words = reading.text[hit.start:hit.end]
        if fact in ("still_employed", "ended_by") and roles.aside(reading, hit) or _of_another(reading, hit):
            continue
        if fact == "written_contract" and (roles.not_of_work(words + reading.text[hit.end:hit.end + 4]) or _MORE_CONTRACT.search(words) or words.endswith("没有") and _NOT_YET.match(reading.text, hit.end)
                                           or hit.value and reading.text[max(0, hit.start - 1):hit.start] in ("改", "续", "拒", "代", "重")):
            continue
        if fact == "injury.kind" and _OTHER_HURT.search(reading.text[max(0, hit.start - 14):hit.start]):
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


_NOT_YET = re.compile(r"到期|期满|约定|写|规定|注明|生效|盖|终止|解除|续|提到|给我")  # "合同没有到期" has one
_MORE_CONTRACT = re.compile(r"第\S次|续签|无固定")  # "不签第三次合同": there were two before


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
        if hit and fact == "sex":
            found.append(_sex(reading, hit))
        elif hit:
            found.append(Choice(fact, hit.value, hit.start, hit.end))
    found += _form(reading) + _injury(reading) + _dangers(reading) + _control(reading)
    found += _occupation(reading) + _employer(reading) + _people(reading) + _birth(reading)
    return found


_SPOUSE = re.compile(r"我(?:老公|丈夫|老婆|媳妇|妻子)|my (?:husband|wife)")
_SPOUSE_WORKS = re.compile(r"(?:他|她|也|就|又|从|今年|去年|前年|上个?月|昨天|\d+[年月日号])*(?:在|去|被|干|做|上班|打工|受伤|工伤|摔|开|送|跑|当|怀孕)|'s?|,? (?:works?|worked|drives?|drove|is|was|has|had|got|fell|delivers?|did|does|lost)\b")


def _sex(reading: Reading, hit: Hit) -> Choice:
    """Told outright, or guessed: "我老公在工地摔了" is about a man, "我和老公" about a woman."""
    words = reading.text[hit.start:hit.end]
    if not _SPOUSE.fullmatch(words):
        return Choice("sex", hit.value, hit.start, hit.end, words not in ("流产",))
    about = _SPOUSE_WORKS.match(reading.text, hit.end) and not reading.text[max(0, hit.start - 2):hit.start].endswith(("和", "跟", "与"))
    value = {"man": "woman", "woman": "man"}[hit.value] if about else hit.value
    return Choice("sex", value, hit.start, hit.end, False)


def _form(reading: Reading) -> List[Choice]:
    hits = _told(reading, "employment_form")
    # "Contractor" in the name of who is owed by is told more than a passing 全职.
    best = min(hits, key=lambda hit: _FORMS.index(hit.value), default=None)
    return [Choice("employment_form", best.value, best.start, best.end)] if best else []


_ON_ORDER = re.compile(r"(?:送餐|送单|送外卖|跑单|配送|取餐|接单|闪送|delivering (?:food|an order|a meal|meals|orders))(?!员|站|公司|平台)")


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
    if any(_ON_ORDER.search(reading.text[reading.clause(hit.start)[0]:hit.start]) for hit in accidents):
        kinds.setdefault("on_platform_order", accidents)
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
    fatal = [hit for hit in _told(reading, "injury.fatal") if not re.match(r" (?:to|on|in time|there)\b", reading.text[hit.end:]) and not any(d.start <= hit.start < d.end for d in risky)]
    if fatal and _DEATH_CONTEXT.search(reading.text):
        found.append(Choice("injury.fatal", True, fatal[0].start, fatal[0].end))
        if not kind:
            found.append(Choice("injury.kind", "accident", fatal[0].start, fatal[0].end, False))
    return found


_PAPERS = re.compile(r"身份证|护照|证件|passport|\bids?\b|papers")
_LOCKED = re.compile(r"锁|关|lock|guards")
_LAW = re.compile(r"退休金|养老金|法院|离婚")


def _dangers(reading: Reading) -> List[Choice]:
    """All dangers in one list; violence also as its own fact. What is threatened or feared counts here: better one too many."""
    hits = [hit for hit in reading.hits.of("choice", "danger")
            if not reading.negated(hit) and not (reading.language == "zh" and reading.text[max(0, hit.start - 1):hit.start] in ("没", "不", "别"))
            and not (hit.value == "violence" and reading.text[hit.start:hit.end] in ("打我", "弄我", "踢我") and re.match(r"电话|微信|手机|出群|得", reading.text[hit.end:]))
            and not (hit.value == "detention" and re.match(r"复印件|号|照片|正反面|信息", reading.text[hit.end:]))
            and not (hit.value == "hospital_unpaid" and _LAW.search(reading.text[max(0, hit.start - 16):hit.start]))]
    found = []
    if hits:
        names = list(dict.fromkeys(hit.value for hit in hits))
        held = " ".join(reading.text[hit.start:hit.end] for hit in hits if hit.value == "detention")
        if "forced_labour" not in names and _PAPERS.search(held) and _LOCKED.search(held):
            names.append("forced_labour")  # papers taken and locked in: work that cannot be left
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


_AS_ONE = re.compile(r"\b(?:i am|i'm|i was|as|work|worked|working|we are|we're|we were|is|was|been)\b[^.,]{0,16}$")
_ANOTHER = re.compile(r"(?:把我|打|拦|不让|撞了我|骂|说|赶| hit| beat| told| stopped| had| came| who| bill| found| refused| will not| won't)")
_PART_OF_WORD = re.compile(r"[伤资作程地期]")  # 煤矿工|伤, 保洁工|资
_PLANT = re.compile(r"(?:[在进去]|一个|一家|这个|那个|我们)([\u4e00-\u9fff]{0,6}?厂)(?![商址房家牌区长])")
_ADDRESSED = re.compile(r"(?:^|[\s,，。!！]|你好|您好|请问|谢谢|各位)[\u4e00-\u9fff]?$")
_FOLLOWS_ADDRESS = re.compile(r"$|[\s,，。!！:：我你您请好想问谢]")


def _occupation(reading: Reading) -> List[Choice]:
    """The job a message names: a job before a workplace, and either before what the platform's name suggests."""
    bodies = reading.hits.of("bodies")
    hits = [hit for hit in reading.hits.of("occupation")
            if not any(hit.end == body.start or hit.start < body.end and body.start < hit.end for body in bodies)
            and not reading.negated(hit) and not (_ANOTHER.match(reading.text, hit.end) and (
                hit.name == "security_guard" or reading.language == "en" and not _AS_ONE.search(reading.text[max(0, hit.start - 24):hit.start])))
            and not (reading.text[hit.end - 1] == "工" and _PART_OF_WORD.match(reading.text, hit.end))
            and not (reading.text[hit.start:hit.end] == "老师" and _ADDRESSED.search(reading.text[:hit.start]) and _FOLLOWS_ADDRESS.match(reading.text, hit.end))]
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
    elif not platforms and (plant := _PLANT.search(reading.text)):
        found.append(Choice("occupation", "manufacturing", plant.start(1), plant.end(1), False))
    return found


_EN_EMPLOYER = re.compile(r"\b((?:[A-Z][\w&.'()-]*|\([A-Z][\w ]*\))(?: (?:[A-Z][\w&.'()-]*|\([A-Z][\w ]*\)|of|and))*?) (?:Co\.?,? ?Ltd\.?|Co\.|Company|Group|Corporation|Factory|Ltd\.?|Inc\.?|Limited)(?![a-z])")


# A name of a company without 有限公司 holds none of these; a sentence that ends in 公司 mostly does.
_SENTENCE = re.compile(r"[我你他她们的了吗不没说要给打欠帮让叫谁也都就月年号今昨]|发现|答应|联系|以为|听说|知道|告诉")


_COMMON = {"公司", "情况", "期间", "自己", "外地", "本地", "附近", "现在", "以前", "后来", "朋友", "亲戚", "老乡", "城里", "郊区", "南方", "北方", "沿海", "乡镇", "县城", "隔壁",
           "同学", "工业", "民营", "国营", "集体", "乡办", "家庭", "正规", "普通", "一般", "私人", "很大", "很小", "一家", "那家", "这家", "某某", "工业园", "开发区", "专门", "离职", "怀孕"}


@cache
def _named_firms() -> Guarded:
    suffix = "|".join(lexicon("employers")["suffixes"]["zh"])
    return Guarded(rf"([\u4e00-\u9fffa-z0-9()（）·]{{2,24}}?)({suffix})(?!{suffix}|里|家|房|区|长|商|子|门口|名|址|牌)")


@cache
def _generic(language: str) -> tuple:
    """Trades and counting words that are no name, the longest first."""
    return tuple(sorted(map(str, lexicon("employers")["generic"][language]), key=len, reverse=True))


def _employer(reading: Reading) -> List[Choice]:
    """A company's own name, only where one is clearly given."""
    words = lexicon("employers")
    generic = _generic(reading.language)
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
        return [Choice("employer", name, *reading.squeezed(start, end), len({one[0] for one in found}) == 1)]
    names = []
    for match in _named_firms().finditer(reading.text):
        start = match.start(1)
        head = match[1]
        cut = max((head.rfind(word) + len(word) for word in words["boundary"]["zh"] if head.rfind(word) >= 0), default=0)
        head, start = head[cut:], start + cut
        bare = _without(head, generic, reading, start)
        if len(head) < 2 or len(bare) < 2 or re.fullmatch(r"[x某*×]+", bare):
            continue
        full = "有限" in match[2]
        if not full and not (_named(reading, head, bare, start, generic) and len(head) <= 10 and not _SENTENCE.search(head)):
            continue
        names.append((start, match.end(2), full))
    if not names:
        return []
    start, end, full = max(names, key=lambda name: name[2])
    return [Choice("employer", reading.original(start, end), start, end, full and len({reading.text[a:b] for a, b, _ in names}) == 1)]


_CALLED = re.compile(r"(?:叫做?|名叫|名称[是叫:：]?|名字[是叫:：]?|单位[是:：]|公司[是:：]|[\"《“「(（])$")


def _named(reading: Reading, head: str, bare: str, start: int, generic: tuple) -> bool:
    """A name without 有限公司 counts only where it is introduced as one, or stands between a place and a trade."""
    if _CALLED.search(reading.text[max(0, start - 5):start]):
        return True
    trades = [word for word in generic if len(word) > 1 and head.endswith(word)]
    if not trades or bare in _COMMON or len(bare) > 4:
        return False
    before = reading.text[max(0, start - 2):start]
    placed = head.index(bare) >= 2 if bare in head else False  # 烟台|万华|建筑
    return placed or not before or before.endswith(("在", "给", "进", "是", "到", "于", "职", "，", ",", "。", " "))


def _without(head: str, generic: tuple, reading: Reading, start: int) -> str:
    """What is left of a company's name without trades, counting words and the place it begins with."""
    for word in generic:
        head = head.replace(word, "")
    from .facts import places_in

    for place in places_in(reading):
        if place.start <= start < place.end or start <= place.start < start + 6:
            head = head.replace(reading.text[place.start:place.end], "") if place.end <= len(reading.text) else head
    return head


_N = r"(?P<n>\d{1,5}|[一二两三四五六七八九十百几]{1,5})"
_PEOPLE_ZH = [
    Guarded(rf"(?:我们|咱们|咱|一起|一共|总共|还有|连我|加上我|带我|共|其他|另外|和)(?:一共|总共|大概|村里|村|这|这里|班组|工地|厂里|车间|组|有|来的|干活的|的|一起|大约|差不多|被欠的|被欠薪的|来了|另外|还有)*{_N}(?P<more>多|来)?(?:个|名|位|号|口)?(?P<unit>工人|农民工|人|兄弟|工友|老乡|同事|骑手|快递员|司机|员工|民工|口子|矿工|姐妹)"),
    Guarded(rf"{_N}(?P<more>多|来)?(?:个|名|位|号|口)?(?P<unit>工人|农民工|工友|老乡|同事|骑手|快递员|司机|员工|民工|矿工|人的?工资|人(?:都|一起|全|没|被欠|被拖欠|的钱|的工钱))"),
    Guarded(rf"(?:工友|工人|农民工|同事|老乡|骑手|司机)(?:们)?(?:一共|总共|共|有|大概|大约)*{_N}(?P<more>多|来)?(?:个|名|位|号|口)?人?(?![\d万千百元块年月号天])"),
    Guarded(rf"我们(?:村|那边|这边|老家|一块|一起|一同|来|出来|过来|的|干活|一共|总共|班组|里|儿)*{_N}(?P<more>多|来)?个(?=$|[，,。；;、\s都全也])"),
    Guarded(rf"(?:我|咱)[^，。被让]{{0,14}}?{_N}(?P<more>多|来)?[个号口](?P<unit>人)(?=在|给|帮|跟|去|来|干|让|被)"),
    Guarded(rf"(?:^|[，,。\s]){_N}(?P<more>多|来)?(?:个|名|位|号|口)(?P<unit>人)(?=[呢啊吧呀]|$|[，,。](?!一))"),
    Guarded(r"(?:我|咱)(?:们)?(?P<pair>俩|仨|两口子|夫妻)(?!个?[月年天钱周]|个?星期|个?礼拜|小时)"),
]
_AND_ZH = Guarded(r"我(?:和|跟|与)(?:我的?)?(?:(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个|名|位)(?:工友|老乡|同事|兄弟|朋友|亲戚|工人|人)|(?P<one>老公|老婆|丈夫|妻子|媳妇|我爸|爸爸|父亲|我弟|弟弟|哥哥|表弟|表哥|堂弟|朋友|一个工友|工友|老乡|同事)(?!们))")
_OTHER_SIDE = re.compile(r"把我|打我|打了|围|冲|来打|拿|动手|包工头|老板|保安")
_EN_N = rf"(?P<n>\d{{1,5}}|{numbers.WORD}(?:[ -]{numbers.WORD})?)(?P<more>-odd|-something|ish|-plus|\+)?"
_PEOPLE_EN = [
    Guarded(rf"\b{_EN_N} of us\b"),
    Guarded(rf"\b(?:we are|we're|there are|there were|we were|us) {_EN_N} (?:\w+ )?(?:workers|people|men|women|riders|miners|drivers|couriers|colleagues|employees|labou?rers)"),
    Guarded(rf"\b{_EN_N} (?:\w+ )?(?:\w+ )?(?:workers|miners|riders|drivers|couriers|employees|labou?rers|colleagues|co-?workers|workmates)\b(?! (?:hit|beat|attacked))"),
]
_AND_EN = Guarded(rf"\b(?:me and|i and|myself and|with|and) (?:my )?{_EN_N}? ?(?:other |others|of my )?(?:workers|co-?workers|colleagues|workmates|friends|others|people)\b")


def _count(text: str, language: str) -> Optional[numbers.Number]:
    return numbers.english(text) if language == "en" else numbers.chinese(text)


# "我和我老公结婚半年" counts no workers.
_WORKING_PAIR = re.compile(r"干活|打工|上班|工地|工资|工钱|欠|一起做|一块做|在厂|做饭|干了|务工|出来干|没给|被")
_NOT_OURS = re.compile(r"\b(?:business|company|firm|factory|plant|boss|employer|contractor|site|shop|hotel|restaurant)\b[^.,]{0,12}\b(?:has|had|have|employs|employed|with|of)\b[^.,]{0,20}$|(?:less|fewer|more) th[ae]n $|\bbrought $|arrested $")


def _people(reading: Reading) -> List[Choice]:
    """How many workers the matter is about, the speaker counted."""
    text, language = reading.text, reading.language
    match = _AND_ZH.search(text) if language == "zh" else _AND_EN.search(text)
    if match and language == "zh" and match["one"] and not _WORKING_PAIR.search(text[slice(*reading.clause(match.start(), 2))]):
        match = None
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
            if language == "en" and _NOT_OURS.search(text[max(0, match.start() - 40):match.start()]):
                continue
            if language == "en" and number and number.value == 1 or re.search(r" of (?:my|the|our|his|their) ", match[0]):
                continue
            if not number or not 0 < number.value < 100_000 or _OTHER_SIDE.match(text[match.end():match.end() + 3]):
                continue
            value = int(number.value)
            if language == "zh" and re.match(r"和|还有|其他|另外", match[0]) and "工" not in match[0][-3:] and match[0][0] != "和":
                value += 1
            elif language == "zh" and match[0][0] == "和":
                value += 1 if text[max(0, match.start() - 1):match.start()] in ("我", "") else 0
            elif language == "zh" and re.match(r"还有|其他|另外", match[0]):
                value += 1
            if language == "zh" and groups.get("more") and value < 10:
                continue
            return [Choice("people", value, match.start(), match.end(), number.exact and not groups.get("more"))]
    return []


_BORN_ZH = Guarded(r"(?P<y>(?:19|20)\d\d|(?<!\d)[5-9]\d|(?<!\d)0\d)\s?年?(?:(?P<m>1[0-2]|0?[1-9])\s?月)?(?:\d{1,2}[号日])?\s?(?:出生|生人|生的|年生|的人|后)|(?:生于|出生于|出生年月是?|出生在|出生日期是?)\s?(?P<y2>(?:19|20)\d\d)\s?[年.-]?(?:(?P<m2>1[0-2]|0?[1-9])\s?月?)?")
_AGE_ZH = Guarded(r"(?:我|本人|今年|现在|都|年龄|年纪|才|已经|刚)(?:今年|现在|是|都|才|已经|刚满?|快|满|有)*(?P<n>\d{2}|[一二三四五六七八九]?十[一二三四五六七八九]?)(?:周?岁|多岁)"
                     r"|(?:^|[，,。\s]|爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|叔叔?|舅舅?|弟弟?|妹妹?|哥哥?|姐姐?|儿子|女儿|老公|老婆|丈夫|媳妇|孩子|才|刚|满|我|他|她|人|位|个)(?P<n2>\d{2})周?岁(?!退休|以[上下]|才|之前|前|开始|后)"
                     r"|(?:爸爸?|妈妈?|父亲|母亲|叔叔?|舅舅?|弟弟?|妹妹?|哥哥?|姐姐?|儿子|女儿|老公|老婆|丈夫|媳妇|孩子|我)(?:今年|现在|也|都|已经|才|刚满?|快|有)*(?P<n3>[1-7]\d|[一二三四五六七]?十[一二三四五六七八九]?)(?:了|多了|(?=[，,。]|$))"
                     r"|(?:^|[，,。\s])(?P<n4>[2-7]\d|[二三四五六七]十[一二三四五六七八九]?)了(?=$|[，,。\s])")
_DEAD = re.compile(r"死者|对方|老板|小孩|大宝|小宝|岁儿子|个女儿|个儿子")
_AT_SCHOOL = re.compile(r"上学|读书|小学|初中|高中|幼儿园|念书|学费|抚养|in school|at school|primary school|kindergarten")
_WORKS_ZH = re.compile(r"打工|上班|干活|打螺丝|厂|工地|做|干|送|店|童工|暑假工|招|工资|职|矿|[Ww]ork|job|hired|factory")
_BORN_EN = Guarded(r"\bborn (?:in|on)?\s?(?:(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* )?(?:\d{1,2},? )?(?P<y>(?:19|20)\d\d)")
_AGE_EN = Guarded(r"\b(?:i am|i'm|aged?|turned|(?:father|mother|dad|mum|mom|husband|wife|brother|sister|son|daughter|cousin|uncle|he|she)(?: is|'s| was|,)(?: only| now| already| just)?) (?P<n>\d\d)(?: years? old|\b(?! (?:yuan|rmb|hours|days|months|years|of|workers|weeks|%)|[,.]?\d))|\b(?P<n2>\d\d)[ -]years?[ -]old")


_KIN = re.compile(r"妻子|老婆|媳妇|丈夫|老公|父亲|母亲|爸|妈|哥|弟|姐|妹|儿子|女儿|孩子|\b(?:wife|husband|father|mother|brother|sister|son|daughter|child)\b")


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
            exact = not match[0].endswith("后") and not _KIN.search(text[max(0, match.start() - 24 if reading.language == "en" else match.start() - 6):match.start()])
            found.append(Choice("born", f"{value}-{int(month):02d}" if month else str(value), match.start(), match.end(), exact))
            age = year - value
            return found + _minor(age, match) if exact else found
        return []
    match = (_AGE_EN if reading.language == "en" else _AGE_ZH).search(text)
    if match:
        number = _count(next(value for value in match.groupdict().values() if value), reading.language)
        age = int(number.value) if number else 0
        whole = text[slice(*reading.clause(match.start(), 2))]
        if _DEAD.search(text[max(0, match.start() - 6):match.end()]) or age < 18 and (_AT_SCHOOL.search(whole) or not _WORKS_ZH.search(text)):
            return []
        if 10 <= age <= 95:
            found.append(Choice("born", str(year - age), match.start(), match.end(), False))
            found += _minor(age, match)
    return found


def _minor(age: int, match) -> List[Choice]:
    """Under 18 by the age told; under 16 it is child labour."""
    found = [Choice("minor", True, match.start(), match.end())] if age < 18 else []
    return found + ([Choice("dangers", ["child_labour"], match.start(), match.end())] if age < 16 else [])
