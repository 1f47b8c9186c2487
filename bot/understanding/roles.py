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
_LOOSE = {"开始", "至今", "到现在", "就在", "start", "began", "started", "begin", "去了", "来了", "到公司", "到这", "一直做", "一直干"}
_SINCE = {"zh": re.compile(r"(?:从|自从|自|打从|打)$"), "en": re.compile(r"(?:since|from|starting|starting in)(?: in| about| around| the)?\s*$")}
_SINCE_AFTER = re.compile(r"(?:份)?\s?(?:起|开始|以来|以后|之后|到现在|至今|就|一直)")
_DUE_EN = re.compile(r"\b(?:by|before|after|pay|until)\b")


# 没给我交社保, 没发证: not wages.
_NOT_WAGES = re.compile(r"(?:我们?|员工|大家|任何|过|一直)*(?:交|缴|上社|买|办|签|报|休|认|社保|保险|公积金|合同|说法|假|答复|回复|补偿|证|面子|机会)")
_DRAGGED = re.compile(r"[拖欠没]|一直$")  # 拖到现在, 没给到现在
_GRADED = re.compile(r"\s?(?:[一二三四五六七八九十\d]+级|认定|保险|赔|待遇|鉴定|申请)")
_DEEMED = re.compile(r"(?:评上了?|认定为?|申请了?|申报|算|报了?|认)$")


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
        if hit.name == "started_on" and _DRAGGED.search(reading.text[max(0, hit.start - 3):hit.start]):
            continue
        if reading.text[hit.start:hit.end] == "到期" and (hit.name == "debt_due_on") is not noted:
            continue
        if hit.name == "owed_since" and _NOT_WAGES.match(reading.text, hit.end):
            continue
        if reading.text[hit.start:hit.end] == "工伤" and (_GRADED.match(reading.text, hit.end) or _DEEMED.search(reading.text[max(0, hit.start - 4):hit.start])):
            continue
        # "老乡叫我来的": with 的 or 了 it happened.
        done = reading.text[hit.start:hit.end].endswith(("的", "了"))
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
    if cue.name == "started_on" and word in _LOOSE:
        score += 3
    return score


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
    owed = [hit for hit in reading.hits.of("dates", "owed_since") if low <= hit.start < high]
    work = [hit for hit in reading.hits.of("words", "work") if low <= hit.start < high]
    other = [hit for hit in reading.hits.of("dates") if low <= hit.start < high and hit.name not in ("owed_since", "started_on")]
    if owed and (reading.language == "en" or owed[0].start >= mention.end or not work):
        nearer = min((reading.distance(hit.start, hit.end, mention.start, mention.end) for hit in work), default=99)
        if reading.language == "zh" or nearer >= min(reading.distance(h.start, h.end, mention.start, mention.end) for h in owed):
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
    work = nearest(reading.hits.of("words", "work") + reading.hits.of("dates", "started_on"))
    reach = 30 if reading.language == "zh" else 120
    if owed < work and owed < reach:
        return "owed_since", None
    if reading.text[last.end:last.end + 2].strip("，,")[:1] in ("在", "给", "跟"):
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
