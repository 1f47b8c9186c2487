"""What each date in a message is the date of, told by the words near it."""

import re
from typing import List, NamedTuple, Optional

from .dates import Mention
from .reading import Reading

_LIMIT = {"zh": 24, "en": 48}
_WEAK_LIMIT = {"zh": 14, "en": 26}
LISTS = {"claimed_on", "employer_promised_on", "contact"}
_WORKED = re.compile(r"干|做|上班|工作|打工|work")
# Cues of starting that also start other things: "从三月开始没发工资".
LOOSE = {"开始", "至今", "到现在", "就在", "start", "began", "started", "begin", "去了", "来了", "到公司", "到这", "一直做", "一直干"}
_SINCE = {"zh": re.compile(r"(?:从|自从|自|打从|打)$"), "en": re.compile(r"(?:since|from|starting|starting in)(?: in| about| around| the)?\s*$")}
_SINCE_AFTER = re.compile(r"(?:份)?\s?(?:起|开始|以来|以后|之后|到现在|至今|就|一直)")
_DUE_EN = re.compile(r"\b(?:by|before|after|pay|until)\b")


# 没给我交社保, 没发证: not wages.
_NOT_WAGES = re.compile(r"(?:我们?|员工|大家|任何|过|一直)*(?:交|缴|上社|买|办|签|报|休|认|社保|保险|公积金|合同|说法|假|答复|回复|补偿|证|面子|机会)")
_DRAGGED = re.compile(r"[拖欠没]|一直$")  # 拖到现在, 没给到现在
_GRADED = re.compile(r"\s?(?:[一二三四五六七八九十\d]+级|认定|保险|赔|待遇|鉴定|申请)")
_DEEMED = re.compile(r"(?:评上了?|认定为?|申请[了的]?|申报[了的]?|算|报[了的]?|认)$")


# A month whose pay, premium or rent is meant is no day on which anything happened: "十二月发十月的补贴".
_OF_PAY = {"zh": re.compile(r"(?:份)?(?:整月)?的?(?:那个月的?)?(?:工资|工钱|薪|补贴|奖金|提成|加班费|绩效|社保|房租|年假|年休假|生育|保险|账单|运费)"),
           "en": re.compile(r"(?:'s)? (?:wages?|salary|pay\b|paycheck|bonus|rent|overtime|premium)")}
# "下来了" is no coming to a job.
_NOT_COMING = re.compile(r"[下出起过上回寄发送转要传打]$")
_NOUN = re.compile(r"(?:申请|协议|报告|信|书|单子?|流程|程序|补偿|赔偿|金|制度|规定|通知书|权|审批)")
_SIGNED = re.compile(r"(?:签[了过的]|办了|办完了?|拿到了?|开了|收到了?)(?:一?[份个张])?的?$")
_HEARD = re.compile(r"(?:found out|learned|learnt|heard|noticed|realised|realized|told me|called me|发现|知道|听说|才知|得知|看到)[^,.，。]{0,3}$")


class Role(NamedTuple):
    """A date with the fact it is the date of; `anchor` is the cue that said so."""
    name: str
    mention: Mention
    anchor: object


class _Cue(NamedTuple):
    name: str
    start: int
    end: int
    owner: object


_OTHER_CONTRACT = re.compile(r"购房|购车|买房|买车|租房|租赁|租车|买卖|借款|贷款|装修合同|供货|转让|认购|保险合同|加盟|培训协议|房屋|按揭|服务合同")


def not_of_work(words: str) -> bool:
    """A contract that is no contract of work: 购房合同."""
    return _OTHER_CONTRACT.search(words) is not None


_OTHER_PAPER = re.compile(r"(?:一?[份张个])?(?:离职|辞职|解除|协议|承诺|欠条|保证|收据|工资|字|单|退|放弃|调解|和解|空白纸)")  # 签的离职单
_OTHERS_ACT = re.compile(r"(?:老板娘?|包工头|工头|经理|主管|站长|厂长|会计|人事|hr|领导|同事们?|工友们?|别人|朋友|室友|班长|组长|其他人|好多人|有人|有的人|大家|很多人|前台|负责人|"
                         r"\b(?:boss|manager|foreman|contractor|supervisor|landlord|colleagues?|co-?workers?|others|people|someone|friend|he|she|they))"
                         r"(?:也|都|就|已经|自己|突然|现在|说|又|先|全|才|直接|早就| has| have| had| also| just| then| already| suddenly| all)*\s?$")
_OWN_ACTS = re.compile(r"离|辞(?!退)|不干|不做|^走|没干|没做|自离|quit|resign|left|walked|stopped")
_LEFT_THING = re.compile(r"\s?(?:my|the|a|an|it|him|her|them|his|their|our|me|us)\b(?! (?:job|company|factory|employer|work|post|position|place|firm|restaurant|shop|hotel|site|boss|platform|plant|warehouse|team|gang|crew|agency|mine))")
_CASE = re.compile(r"(?:case|claim|complaint|appeal|lawsuit|charge|application|petition)s? (?:was |were |is |got |has been |had been |being )?$")


def aside(reading: Reading, hit) -> bool:
    """An end of work that is a paper (离职申请), someone else's (包工头不干了) or of something else (the case was dismissed)."""
    text = reading.text
    before, words = text[max(0, hit.start - 24):hit.start], text[hit.start:hit.end]
    noun = _NOUN.match(text, hit.end) if re.search("[离辞裁]|解除", words) else None
    if noun and not (_SIGNED.search(before) and text[hit.end:hit.end + 2] != "申请"):
        return True
    if words.endswith("quit") and re.match(r" (?:smoking|drinking|gambling|school|college|university|playing|asking|trying|it\b|my course)", text[hit.end:]):
        return True
    if words.endswith("left") and _LEFT_THING.match(text, hit.end) or "dismissed" in words and _CASE.search(before):
        return True
    return bool(_OWN_ACTS.search(words) and _OTHERS_ACT.search(before[-16:]))


def _cues(reading: Reading, extra: List[_Cue]) -> List[_Cue]:
    """The cues of the message that are told as having happened; longer ones hide shorter ones of another role inside them."""
    hits = [hit for hit in reading.hits.of("dates") if hit.name != "household"]
    noted = bool(reading.hits.of("choice", "written_debt_note"))
    kept = []
    for hit in hits:
        if any(other is not hit and other.name != hit.name and other.start <= hit.start and hit.end <= other.end
               and other.end - other.start > hit.end - hit.start for other in hits):
            continue
        if hit.name not in ("owed_since", "arbitration.refused_on") and reading.negated(hit):
            continue
        before, after = reading.text[max(0, hit.start - 3):hit.start], reading.text[hit.end:hit.end + 4]
        if hit.name == "started_on" and (_DRAGGED.search(before) or reading.text[hit.start] in "来到" and _NOT_COMING.search(before)):
            continue
        if hit.name == "ended_on" and aside(reading, hit):
            continue
        if hit.name == "contract_signed_on" and (before.endswith(("改", "续", "拒", "代", "重")) or not_of_work(reading.text[hit.start:hit.end] + after)
                                                   or _OTHER_PAPER.match(reading.text, hit.end)):
            continue
        if reading.text[hit.start:hit.end] == "到期" and (hit.name == "debt_due_on") is not noted:
            continue
        if hit.name == "owed_since" and _NOT_WAGES.match(reading.text, hit.end):
            continue
        if reading.text[hit.start:hit.end] == "工伤" and (_GRADED.match(reading.text, hit.end) or _DEEMED.search(reading.text[max(0, hit.start - 4):hit.start])):
            continue
        # "老乡叫我来的": with 的 or 了 it happened.
        done = reading.text[hit.start:hit.end].endswith(("的", "了")) or after.startswith("了")
        if hit.name not in ("claimed_on", "owed_since") and not done and reading.supposed(hit):
            continue
        kept.append(_Cue(hit.name, hit.start, hit.end, hit))
    return kept + extra


def _score(reading: Reading, mention: Mention, cue: _Cue) -> Optional[float]:
    """How badly a cue fits a date; None when it cannot."""
    score = reading.distance(mention.start, mention.end, cue.start, cue.end)
    after = cue.start >= mention.end
    text = reading.text
    word = text[cue.start:cue.end]
    if _OF_PAY[reading.language].match(text, mention.end):
        if cue.name != "owed_since":
            return None
        score -= 8
    if cue.name in ("contract_expired_on", "debt_due_on") and mention.floating and re.match(r"份?才", text[mention.end:mention.end + 2]):
        return None  # "12月才到期": still to come
    if cue.name in ("ended_on", "started_on", "injury.on") and _HEARD.search(text[max(0, mention.start - 16):mention.start]):
        return None
    if reading.language == "en" and reading.cost(min(mention.end, cue.end), max(mention.start, cue.start))[1]:
        return None
    if word in ("至今", "到现在") and cue.name == "started_on" and not any(
            min(mention.end, cue.end) <= hit.start < max(mention.start, cue.start) for hit in reading.hits.of("words", "work")):
        return None
    if word.endswith(("干到", "做到", "上班到", "干到了", "until", "till")):
        return score - 6 if cue.end <= mention.start and score < 6 else None
    if reading.language == "zh":
        score += 0 if after else 4
    else:
        score += 6 if after else 0
    between = sum(1 for other in reading.mentions
                  if other is not mention and min(mention.end, cue.end) <= other.start < max(mention.start, cue.start))
    score += 14 * between
    if cue.name == "employer_promised_on" and not after:
        # What follows a promise is the day it is promised for.
        if reading.language == "zh" or "pay" in word or _DUE_EN.search(text[cue.end:mention.start]):
            return None
    if cue.name == "started_on" and word in LOOSE:
        score += 3
    return score


_NOBODY_PAID = re.compile(r"\b(?:no one|nobody|not|n't|none of us|never)\b[^.,;]{0,24}\bpaid\b")


def _since(reading: Reading, mention: Mention) -> Optional[str]:
    """"从三月起", "since March": unpaid or at work since then."""
    before = reading.text[max(0, mention.start - 14):mention.start]
    opened = _SINCE[reading.language].search(before)
    if not opened and not (reading.language == "zh" and _SINCE_AFTER.match(reading.text, mention.end)):
        return None
    low, high = reading.clause(mention.start)
    if reading.language == "zh" and high - mention.end < 4:
        # "从去年三月开始,一直没发": the next clause belongs to it.
        high = reading.clause(high + 1)[1]
    if reading.language == "en":
        low = reading.clause(mention.start, 2)[0]
    owed = [hit for hit in reading.hits.of("dates", "owed_since") if low <= hit.start < high and not _NOT_WAGES.match(reading.text, hit.end)]
    work = [hit for hit in reading.hits.of("words", "work") if low <= hit.start < high]
    other = [hit for hit in reading.hits.of("dates") if low <= hit.start < high and hit.name not in ("owed_since", "started_on")]
    if owed and (reading.language == "en" or owed[0].start >= mention.end or not work):
        nearer = min((reading.distance(hit.start, hit.end, mention.start, mention.end) for hit in work), default=99)
        if reading.language == "zh" or nearer >= min(reading.distance(h.start, h.end, mention.start, mention.end) for h in owed):
            return "owed_since"
    unpaid = reading.language == "en" and _NOBODY_PAID.search(reading.text[low:mention.start])
    if unpaid:
        return "owed_since"
    if opened and not work and not owed and not other and "since" in before:
        return "started_on"
    if work and opened and not (other and reading.language == "zh" and other[0].start < work[0].start):
        return "started_on"
    return None


def _range(reading: Reading, first: Mention, last: Mention) -> Optional[tuple]:
    """The facts the two ends of a range are."""
    if _WORKED.search(first.bridge):
        return "started_on", "ended_on"
    if "欠" in first.bridge or "拖" in first.bridge:
        return "owed_since", None
    low, high = reading.clause(first.start, 2)

    def nearest(hits):
        return min((reading.distance(first.start, last.end, hit.start, hit.end) for hit in hits if low <= hit.start < high), default=99)

    clause = reading.clause(first.start)[0], reading.clause(last.end - 1)[1]
    # Only what is said in the same clause is owed for that time: "三月到五月在工地,工资没发" tells when the work was.
    owed = nearest([hit for hit in reading.hits.of("dates", "owed_since") if clause[0] <= hit.start < clause[1]])
    work = nearest(reading.hits.of("words", "work") + reading.hits.of("dates", "started_on") + reading.hits.of("occupation"))
    reach = 30 if reading.language == "zh" else 120
    if owed < work and owed < reach:
        return "owed_since", None
    if re.match(r"[，,]?(?:都|一直|就|全)?(?:是)?[在给跟帮替]", reading.text[last.end:last.end + 5]):
        work = 0
    return ("started_on", "ended_on") if work < reach else None


def assign(reading: Reading, extra: List[_Cue] = ()) -> List[Role]:
    """The role of every date that has one; each cue and each single-valued fact is used once, the closest first."""
    roles, taken = [], set()
    for first, last in zip(reading.mentions, reading.mentions[1:]):
        if first.side == "from" and last.side == "to":
            names = _range(reading, first, last)
            if names:
                taken.update((id(first), id(last)))
                roles += [Role(name, mention, None) for name, mention in zip(names, (first, last)) if name]
    for mention in reading.mentions:
        name = None if id(mention) in taken else _since(reading, mention)
        if name and not any(role.name == name for role in roles):
            taken.add(id(mention))
            roles.append(Role(name, mention, None))
    pairs = []
    for mention in reading.mentions:
        if id(mention) in taken:
            continue
        limit = (_WEAK_LIMIT if mention.weak else _LIMIT)[reading.language]
        for cue in _cues(reading, list(extra)):
            score = _score(reading, mention, cue)
            if score is not None and score <= limit:
                pairs.append((score, mention.start, cue.start, mention, cue))
    used, single = set(), {role.name for role in roles}
    for _, _, _, mention, cue in sorted(pairs, key=lambda pair: pair[:3]):
        key = (cue.name, cue.start)
        if id(mention) in taken or key in used or (cue.name in single and cue.name not in LISTS):
            continue
        taken.add(id(mention))
        used.add(key)
        single.add(cue.name)
        roles.append(Role(cue.name, mention, cue.owner))
    return roles


def cue(name: str, start: int, end: int, owner) -> _Cue:
    """A cue that another reader found (a call to a union)."""
    return _Cue(name, start, end, owner)
