"""Which bodies a worker has turned to and what they answered: {body, level, on, answer, reason, words}."""

import re
from typing import List, NamedTuple, Optional

from .matchers import Hit
from .reading import Reading

_ACT_REACH = {"zh": 12, "en": 40}
_SAID = {"zh": re.compile(r"(?:说的?是?|讲|答复|回复|告诉我们?|表示|回答|声称|解释|回我|认为)[,，:：\s\"“「]*"),
         "en": re.compile(r"\b(?:said|says|say|told (?:me|us)|tells me|replied|answered|claimed|saying|insisted|explained)(?: that)?[,:\s\"“]*")}
_TRIM = " \t\n,，。.;；:：!！?？\"“”'「」…、"
_QUESTION_END = re.compile(r"(?:吗|呢|么)?\s*[?？]|吗(?:\s|$)")


class Contact(NamedTuple):
    """One contact. `body` is None when a reason was told but not whose it was; `start`, `end` span body and answer."""
    body: Optional[str]
    level: Optional[str]
    answer: Optional[str]
    reason: Optional[str]
    words: Optional[str]
    start: int
    end: int
    anchor: tuple   # span of the body or of the act: a date near it is the day of the contact
    exact: bool

    def value(self, on: Optional[str]) -> dict:
        """The contact as the contract has it."""
        return {"body": self.body, "level": self.level, "on": on, "answer": self.answer, "reason": self.reason, "words": self.words}


# "去人社局" is what a body told the worker to do only after such a word; else it is what the worker did.
_STEP = re.compile(r"[去找打回先]")
_TOLD_TO = re.compile(r"(?:让|叫|要|说|讲|建议|推|应该|得|只能|必须|劝|告诉|可以|喊|请)[^，,。]{0,6}$")


def _excuses(reading: Reading) -> List[Hit]:
    """The excuses of a message that someone else can have said."""
    kept = []
    for hit in reading.hits.of("excuse"):
        if reading.language == "zh" and _STEP.match(reading.text[hit.start]) and hit.name in ("other_level_or_department", "other_jurisdiction") \
                and not _TOLD_TO.search(reading.text[max(0, hit.start - 9):hit.start]):
            continue
        kept.append(hit)
    return kept


def _overlaps(one, other) -> bool:
    return one.start < other.end and other.start < one.end


def _bodies(reading: Reading, excuses: List[Hit]) -> List[Hit]:
    """Bodies the message names as someone spoken to; not those it only asks about or was sent on to."""
    hits = reading.hits.of("bodies")
    asides = [hit for hit in reading.hits.of("choice") if hit.name in ("enterprise_union", "union_member", "criminal_case")]
    filed = [hit for hit in reading.hits.of("dates") if hit.name.startswith(("arbitration.", "court."))]
    kept = []
    for hit in hits:
        if any(other is not hit and _overlaps(hit, other) and (other.end - other.start, -other.start) > (hit.end - hit.start, -hit.start)
               for other in hits):
            continue
        if any(_overlaps(hit, excuse) for excuse in excuses):
            continue
        if any(_overlaps(hit, aside) for aside in asides):
            continue
        if reading.text[hit.end:hit.end + 2] in ("会员", "卡吗", "会费") or reading.text[hit.end:hit.end + 1] in ("费", "书"):
            continue
        if any(_overlaps(hit, cue) for cue in filed) and not _speaks(reading, hit):
            continue
        if _only_advice(reading, hit) or _only_asked(reading, hit) or _employer_says(reading, hit):
            continue
        if hit.name == "arbitration_commission" and _PAPER.match(reading.text, hit.end):
            continue
        kept.append(hit)
    return kept


def _speaks(reading: Reading, hit: Hit) -> bool:
    """Something the body said stands right after it."""
    return any(hit.end <= speech.start <= hit.end + 6 for speech in reading.hits.of("words", "speech"))


_PAPER = re.compile(r"的?(?:不予受理|裁决书|裁决|结果|通知书|申请书|材料|时效)| (?:application|award|result|notice|papers)")


def _employer_says(reading: Reading, hit: Hit) -> bool:
    """"公司说工会管不着他们": what the employer says of a union is not an answer of the union."""
    low, _ = reading.clause(hit.start)
    return any(low <= cue.start and cue.end <= hit.start and hit.start - cue.end <= 6 for cue in reading.hits.of("words", "employer_speaker"))


def _only_advice(reading: Reading, hit: Hit) -> bool:
    """"让我找劳动局": the body was named by another one."""
    low, _ = reading.clause(hit.start)
    reach = 10 if reading.language == "zh" else 22
    before = [cue for cue in reading.hits.of("words", "advice") if low <= cue.start and cue.end <= hit.start and hit.start - cue.end <= reach]
    if not before:
        return False
    if reading.language == "zh" and all(reading.text[cue.start:cue.end] in ("去找", "先去", "转到", "转给") for cue in before):
        # "我去找工会" is the worker's own step; "说要去找" is advice.
        return re.search(r"说|要|应该|得|建议|只能|可以", reading.text[low:before[0].start]) is not None
    return True


def _only_asked(reading: Reading, hit: Hit) -> bool:
    """A question about going there, with nothing told that was done."""
    low, high = reading.clause(hit.start)
    if any(low <= act.start < high and not reading.negated(act) and not reading.supposed(act)
           for act in reading.hits.of("words", "past_act")) and reading.language == "zh":
        return False
    first, last = reading.clause(hit.start, 2)
    asked = [cue for cue in reading.hits.of("words", "question") if low <= cue.start < high]
    if reading.language == "en":
        asked = [cue for cue in reading.hits.of("words", "question")
                 if low <= cue.start < high and (cue.start < hit.start or cue.start - hit.end < 12)]
    return bool(asked)


def _level(reading: Reading, hit: Hit, places: list) -> Optional[str]:
    """The level the words before a union (or office) tell, or the place in its name does."""
    for place in places:
        if place.start < hit.start and place.end in (hit.start, hit.start - 1) and getattr(place, "adcode", None):
            code = str(place.adcode)
            if getattr(place, "township", None):
                return "township"
            if code.endswith("0000"):
                return "province"
            return "prefecture" if code.endswith("00") else "county"
    best = None
    for cue in reading.hits.of("levels"):
        gap = reading.text[cue.end:hit.start] if cue.end <= hit.start else None
        inside = hit.start <= cue.start < hit.end and reading.language == "en"
        if gap is None and not inside:
            continue
        near = inside or gap.strip() in ("", "总", "的", "自己的", "level", "trade", "labour", "labor", "federation of", "'s", "general", "official")
        if near and (best is None or (cue.end, cue.end - cue.start) > (best.end, best.end - best.start)):
            best = cue
    if best is None and reading.language == "en":
        after = re.match(r" (?:of|in|at|for) (?:the |our |my )?(\w+)", reading.text[hit.end:])
        if after:
            place = hit.end + after.start(1)
            best = next((cue for cue in reading.hits.of("levels") if cue.start == place), None)
    if best is None and reading.text[hit.start:hit.end] in ("全总", "acftu"):
        return "national"
    return best.name if best else None


def _reason(hits: List[Hit]) -> Hit:
    """The excuse that says most: a specific one before no answer before a bare refusal, then the first."""
    return min(hits, key=lambda hit: (hit.name == "other", hit.name == "no_answer", hit.start))


def _words(reading: Reading, low: int, high: int, excuses: List[Hit]) -> tuple:
    """The excuse as it was told: from the word 说 (or the clause) to the end of the clause of the last excuse."""
    first, last = excuses[0], excuses[-1]
    start = None
    for match in _SAID[reading.language].finditer(reading.text, low, high):
        if match.end() <= first.start and reading.cost(match.end(), first.start)[1] == 0:
            start = match.end()
            break
    if start is None:
        start = max(low, reading.clause(first.start)[0])
    end = min(high, reading.clause(last.end - 1)[1])
    while start < end and reading.text[start] in _TRIM:
        start += 1
    while end > start and reading.text[end - 1] in _TRIM:
        end -= 1
    return start, max(end, start + 1)


def find(reading: Reading, places: list = (), expected: bool = False) -> List[Contact]:
    """Every contact a message tells of. `expected`: the bot asked about one, so an excuse alone counts too."""
    told = _excuses(reading)
    bodies = _bodies(reading, told)
    # "工会律师说" is the union speaking.
    employer = [hit for hit in reading.hits.of("words", "employer_speaker")
                if not any(0 <= hit.start - body.end <= 1 for body in bodies)]
    excuses = [hit for hit in told
               if not any(speaker.start <= hit.start and not any(speaker.end <= body.start < hit.start for body in bodies)
                          and reading.cost(speaker.end, hit.start)[1] == 0 and hit.start - speaker.end < 30 for speaker in employer)]
    found, used = [], set()
    for place, body in enumerate(bodies):
        low = bodies[place - 1].end if place else 0
        high = bodies[place + 1].start if place + 1 < len(bodies) else len(reading.text)
        # What the body said runs over at most two sentences.
        stop = reading.clause(body.end, 2)[1]
        if stop + 1 < high:
            stop = reading.clause(stop + 1, 2)[1]
        if place + 1 < len(bodies):
            # The next body's own clause belongs to it: "又打了劳动局".
            begin = max(body.end, reading.clause(bodies[place + 1].start)[0])
            if not any(begin <= hit.start < high for hit in reading.hits.of("words", "acting")):  # "工会帮我填了法律援助的表"
                stop = min(stop, begin)
        stop = min(stop, high)
        mine = [hit for hit in excuses if body.end <= hit.start and hit.end <= stop]
        if reading.language == "en" and not mine:
            # "refused by the court", "no one answered at the union"
            first = max(low, reading.clause(body.start)[0])
            mine = [hit for hit in excuses if first <= hit.start and hit.end <= body.start]
        contact = _contact(reading, body, mine, low, stop, places)
        if contact:
            used.update(mine)
            found.append(contact)
    loose = [hit for hit in excuses if hit not in used]
    if not found and loose:
        contact = _loose(reading, loose, expected)
        if contact:
            found.append(contact)
    return _merge(found)


def _contact(reading: Reading, body: Hit, excuses: list, low: int, stop: int, places) -> Optional[Contact]:
    """The contact with one body, if something was done or said."""
    acts = [hit for hit in reading.hits.of("words", "act")
            if (low <= hit.start and hit.end <= body.start + 2 and body.start - hit.end <= _ACT_REACH[reading.language]
                and reading.cost(hit.end, body.start) == (0, 0)) or body.start <= hit.start < body.end]
    past = [hit for hit in reading.hits.of("words", "past_act")
            if max(low, reading.clause(body.start)[0]) <= hit.start < reading.clause(body.end)[1] and not reading.negated(hit)]
    speech = _speaks(reading, body) or any(body.end <= hit.start <= body.end + (8 if reading.language == "zh" else 30)
                                           for hit in reading.hits.of("words", "speech"))
    acting = [hit for hit in reading.hits.of("words", "acting") if body.end <= hit.start < stop]
    answered = [hit for hit in reading.hits.of("words", "answered") if body.end <= hit.start < stop]
    question = _QUESTION_END.search(reading.text, body.end, min(len(reading.text), reading.clause(body.end, 2)[1] + 1))
    if question and not (past or speech) :
        return None
    if any(reading.negated(act) for act in acts) and not excuses:
        return None
    anchor = (min([body.start] + [act.start for act in acts]), body.end)
    level = _level(reading, body, places) if body.name in ("union", "labour_inspection", "arbitration_commission") else None
    if level and body.name != "union" and level not in ("township", "county", "prefecture", "province", "national"):
        level = None
    if excuses:
        reason = _reason(excuses)
        start, end = _words(reading, body.end if excuses[0].start >= body.end else low, max(stop, body.start), excuses)
        answer = "none" if reason.name == "no_answer" else "deflected"
        return Contact(body.name, level, answer, reason.name, reading.original(start, end), anchor[0], max(end, body.end), anchor, True)
    advice = [hit for hit in reading.hits.of("words", "advice") if body.end <= hit.start < stop]
    if acting or answered:
        which = acting or answered
        return Contact(body.name, level, "acting" if acting else "answered", None, None, anchor[0], which[-1].end, anchor, True)
    if advice and reading.language == "zh" and reading.text[advice[0].start:advice[0].end] not in ("去找", "先去") :
        start, end = _words(reading, body.end, stop, advice)
        return Contact(body.name, level, "deflected", "other_level_or_department", reading.original(start, end), anchor[0], end, anchor, False)
    self_made = body.name == "police" and reading.text[body.start:body.end].startswith("报") and "了" in reading.text[body.start:body.end + 1] \
        or body.name == "police" and reading.text[body.start:body.end] == "报过警"
    if past or self_made:
        return Contact(body.name, level, None, None, None, anchor[0], body.end, anchor, True)
    if speech:
        return Contact(body.name, level, "answered", None, None, anchor[0], body.end, anchor, False)
    return None


def _loose(reading: Reading, excuses: List[Hit], expected: bool) -> Optional[Contact]:
    """An excuse without a body: only a union speaks of members; otherwise the dialogue must know whom it asked about."""
    reason = _reason(excuses)
    told = reading.hits.of("words", "past_act") or _SAID[reading.language].search(reading.text)
    if not expected and not (reason.name == "not_member" and told):
        return None
    start, end = _words(reading, 0, len(reading.text), excuses)
    body = "union" if reason.name == "not_member" else None
    answer = "none" if reason.name == "no_answer" else "deflected"
    return Contact(body, None, answer, reason.name, reading.original(start, end), start, end, (start, end), False)


def _merge(found: List[Contact]) -> List[Contact]:
    """One contact per body and level: a later mention of the same body only adds what the first one lacked."""
    kept = []
    for one in found:
        same = next((place for place, other in enumerate(kept) if other.body == one.body and (other.level == one.level or not one.level or not other.level)), None)
        if same is None:
            kept.append(one)
            continue
        other = kept[same]
        if one.answer is None or other.reason and not one.reason:
            if not other.level and one.level:
                kept[same] = other._replace(level=one.level)
            continue
        if other.answer is None or not other.reason:
            kept[same] = one._replace(level=one.level or other.level, start=min(one.start, other.start),
                                      anchor=(min(one.anchor[0], other.anchor[0]), one.anchor[1]))
        elif one.reason != other.reason:
            kept.append(one)
    return kept
