"""One message taken apart once: squeezed text, phrases, dates, sums and where its clauses break."""

import re
from bisect import bisect_left
from datetime import date

from . import dates, language as languages, matchers, money, typos

LONGEST = 10_000

_BREAKS = {
    # (pattern, strength): 1 between clauses, 2 between sentences.
    "zh": [(re.compile(r"[。！？!?;；\n…]|(?<=[\u4e00-\u9fff])\.(?!\d)"), 2), (re.compile(r"，|,(?!\d{3}(?!\d))|、(?=\D)|(?<=[\u4e00-\u9fff\d])\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+(?=\d)"), 1)],
    "en": [(re.compile(r"[!?;\n]|\.(?=\s|$)"), 2), (re.compile(r",(?!\d)|\b(?:and|but|then|so|because|although|however|after which|when)\b|[():]"), 1)],
}
_IF = {
    "zh": re.compile(r"如果|要是|假如|假设|万一|倘若|若是|是不是|是否|该不该|要不要|能不能|会不会|可不可以|应不应该|有没有(?!$)|怎么才|什么叫|什么是|怎样算|怎么算|除非|不知道是|哪种情况"),
    "en": re.compile(r"\b(?:if|whether|suppose|in case|unless|should i|would i|what is|what counts|does it count)\b"),
}
_WISH = {
    "zh": re.compile(r"(?:想要?|打算|准备|要求|逼|让|叫|劝|要|应该|需要|可以|能|必须|才能|敢|威胁要?|吓唬|不然就|否则就?|再不.{0,4}就|考虑|怎么|如何|将|会|建议|申请|扬言|肯|求|就要|"
                     r"马上|即将|面临|快要|就快|可能|也许|估计|差点|险些|就算|算|视为|当作|默认|不如|最好|不想|不敢|不愿意?)"
                     r"(?:我们?|人|员工|他|她|自己|我自己|大家|去|直接|给|主动|被|跟我们?|和我们?|给我们?|你|一起|再|重新|无条件|随时|单方面?|随意|随便|合法|马上|立即|立刻|提出?|向\S{1,4}|从\S{1,4}|自动|自主|口头|书面|先|把我们?|"
                     r"以[^，。]{1,12}(?:为由|理由))*$"),
    "en": re.compile(r"(?:\bwant(?:ed|s)? to|going to|plan(?:ning)? to|thinking (?:of|about)|(?:forc|ask|tell|press|push|order)\w* (?:me|us|you) to|told (?:me|us) to|threaten\w* to|threatened me with|made (?:me|us)|make (?:me|us)|want(?:s|ed)? (?:me|us) to|\b(?:should|can|could|would|might|may|must|will|gonna)(?: i| we)?|\b(?:about|refus\w+|before|how|need|wish|try|trying) (?:to|i|being)|\bto|afraid (?:of|they will|he will)|scared of)\s*(?:be |get |being |getting |have (?:a )?|have me |fire |i )*$"),
}
_NOT = {
    "zh": re.compile(r"(?:没有?|未|从未|不是|不|别|非|并未|并没有?|从来没有?|不算|还没有?|不能|没能|没人|谁也没)(?:被|是|过|自主|自愿|主动|向\S{1,4}|提出?|跟我们?|和我们?|给我们?|与我们?|把我|向我|属于|算|人|再|任何|让我|认定|当|曾|真的?|发生|出|什么|正式|工会|有|书面|劳动|什么大|跟我|办法|要|我|想|去|主动)*$"),
    "en": re.compile(r"(?:\bnot|n't|n’t|\bnever|\bno|\bwithout|\bnobody|\bneither|\bnone)(?: (?:been|yet|get|got|getting|a|an|the|any|really|actually|have|had|be|even|seriously|ever|being|was|to|my|of|us|being))*\s*$"),
}
_ASKED = {
    "zh": re.compile(r"(?:了|过|的)?(?:合同)?(?:了)?(?:吗|么|嘛|没有?\s*(?:[?？]|$)|不\s*(?:[?？]|$))"),
    "en": re.compile(r"(?:\s\w+){0,2}\?"),
}
# A rule asked about, not something told: "用人单位能否辞退员工" names no one.
_NO_ONE = re.compile(r"用人单位|劳动者|职工|企业|雇主|员工")
_SOMEONE = re.compile(r"[我俺咱他她]|亲戚|朋友|老公|老婆|爱人|父亲|母亲|儿子|女儿|孩子|同事|工友|本人|自己")
_ASKS = re.compile(r"[?？吗呢]|怎样|怎么|如何|能否|是否|可否|什么|哪些|多少|应当|应该|有没有")
_ASKING_EN = re.compile(r"\b(?:do|does|did|is|are|was|am|have|has|can|could|should|must|will) (?:i|we|it|they|he|my|the|a|you)\b")


_HAN = re.compile(r"[\u4e00-\u9fff]{2}")
_LATIN_WORD = re.compile(r"(?<![a-z])(?!app|boss|hr\b)[a-z']{2,}")


# 被/让 + what did it + what it did to the body: "让机器卷了头发", "被狗咬了". Not 被公司压了工资.
_HURT_BY = re.compile(r"(?:被|让|叫)(?:[^，。！？,.!?被让叫\s老公平站领经]{1,7}?)(?:(?:卷|砸|撞|夹|绞|轧|碾|割|扎|刺|烫|烧|电|炸|咬|崩|刮|锯|铡|蹭)(?:了(?!韭)|到|着|伤|断|中|掉|破|倒|飞|进)|压(?:到|着|伤|断|住|了(?!我?们?的?(?:工|钱|价|\d|[一两二三半几])))|切(?:到|着|断|掉|了))")


def _apart(lists, taken=()) -> list:
    """What several readers found, in order; what overlaps an earlier list (or `taken`) is left out."""
    kept = []
    for found in lists:
        kept += [one for one in found if not any(one.start < other.end and other.start < one.end for other in (*taken, *kept))]
    return sorted(kept, key=lambda one: one.start)


class Reading:
    """A message and what the word lists, the date grammar and the money grammar find in it."""

    def __init__(self, typed: str, language: str, today: date):
        self.typed = typed
        self.language = "en" if language == "en" else "zh"
        self.today = today
        self.text, self._places = typos.mend(*languages.squeeze(typed[:LONGEST]), self.language)
        # "老板 said 没钱, my wages not paid": both languages are read, the one of the message first.
        self.mixed = bool(_HAN.search(self.text)) and len(_LATIN_WORD.findall(self.text)) >= 2
        tongues = [self.language] + ["zh" if self.language == "en" else "en"] * self.mixed
        self.hits = matchers.Hits(self.text, tongues)
        if self.language == "zh":
            for match in _HURT_BY.finditer(self.text):
                self.hits.add(matchers.Hit("choice", "injury.kind", "accident", match.start(), match.end()))
                self.hits.add(matchers.Hit("dates", "injury.on", None, match.start(), match.end()))
        self.mentions = _apart(dates.find(self.text, tongue, today) for tongue in tongues)
        self.durations = _apart((dates.durations(self.text, tongue) for tongue in tongues), self.mentions)
        taken = [(one.start, one.end) for one in self.mentions + self.durations]
        self.sums = _apart(money.find(self.text, tongue, taken) for tongue in tongues)
        breaks = {m.start(): (strength, m.end()) for pattern, strength in reversed(_BREAKS[self.language])
                  for m in pattern.finditer(self.text)}
        self._break_places = sorted(breaks)
        self._breaks = [breaks[place] for place in self._break_places]

    def span(self, start: int, end: int) -> tuple:
        """A span of the squeezed text as a span of the text as typed."""
        if not self._places or start >= end:
            return 0, len(self.typed)
        return self._places[start], self._places[min(end, len(self._places)) - 1] + 1

    def squeezed(self, start: int, end: int) -> tuple:
        """A span of the text as typed as a span of the squeezed text."""
        return bisect_left(self._places, start), bisect_left(self._places, end)

    def cased(self) -> str:
        """The squeezed text with its capitals."""
        simple = languages.simplify(self.typed)
        return "".join(simple[place] for place in self._places)

    def original(self, start: int, end: int) -> str:
        """The words of a span as the person typed them."""
        first, last = self.span(start, end)
        return self.typed[first:last]

    def cost(self, start: int, end: int) -> tuple:
        """(weak, strong) breaks between two places."""
        low, high = bisect_left(self._break_places, min(start, end)), bisect_left(self._break_places, max(start, end))
        strengths = [strength for strength, _ in self._breaks[low:high]]
        return strengths.count(1), strengths.count(2)

    def clause(self, start: int, strength: int = 1) -> tuple:
        """(start, end) of the clause (strength 1) or sentence (2) around a place."""
        at = bisect_left(self._break_places, start)
        low, high = at - 1, at
        while low >= 0 and self._breaks[low][0] < strength:
            low -= 1
        while high < len(self._breaks) and self._breaks[high][0] < strength:
            high += 1
        return (self._breaks[low][1] if low >= 0 else 0,
                self._break_places[high] if high < len(self._breaks) else len(self.text))

    def distance(self, a_start: int, a_end: int, b_start: int, b_end: int) -> int:
        """How far two spans stand apart; a clause break counts 10, a sentence break 25."""
        gap = max(0, b_start - a_end, a_start - b_end)
        weak, strong = self.cost(min(a_end, b_end), max(a_start, b_start)) if gap else (0, 0)
        return gap + 10 * weak + 25 * strong

    def negated(self, hit) -> bool:
        """"没受伤", "not a member" said of a hit that is not itself a negation."""
        before = self.text[max(0, hit.start - 14):hit.start]
        return _NOT[self.tongue(hit)].search(before) is not None

    def tongue(self, hit) -> str:
        """The language a hit is in."""
        if not self.mixed:
            return self.language
        return "en" if self.text[hit.start:hit.end].isascii() else "zh"

    def supposed(self, hit) -> bool:
        """The hit is asked about, wished, threatened or only supposed, not told."""
        text, start, tongue = self.text, hit.start, self.tongue(hit)
        # 签没签, 是不是, 有没有: the word before the negation comes again after it.
        if start and start + 1 < len(text) and text[start] in "没不" and text[start - 1] == text[start + 1]:
            return True
        low, high = self.clause(start)
        before = text[max(low, start - 40):start]
        # "让我签了空白合同": what is told with 了 or 过 was done, whoever wanted it.
        done = tongue == "zh" and re.search("[了过]", text[hit.start:hit.end + 1]) is not None
        if _IF[tongue].search(before) or not done and _WISH[tongue].search(before):
            return True
        if tongue == "en":
            first, last = self.clause(start, 2)
            asked = text[last:last + 1] == "?" and _ASKING_EN.match(text[first:hit.start].strip())
            return bool(asked and not text[max(0, first):hit.start].count(","))
        first, last = self.clause(start, 2)
        whole = text[first:last + 1]
        general = hit.name in ("still_employed", "ended_by", "ended_on") or hit.name == "written_contract" and hit.value
        if general and text[start] != "被" and _NO_ONE.search(whole) and _ASKS.search(whole) and not _SOMEONE.search(whole):
            return True
        return _ASKED["zh"].match(text[hit.end:high + 2]) is not None
