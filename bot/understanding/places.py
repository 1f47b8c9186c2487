"""Which places a message names, and what each is to the worker: where the work is, home, or the employer's seat.

A wrong place sends a worker to the wrong union, so a name that can mean several places stays ambiguous, and a name that is
also an ordinary word counts only where the sentence makes it a place. Names and codes come from `bot.law.places`; only the
names of towns come from jionlp's gazetteer, read without importing the library (it prints at import and guesses counties).
"""

from __future__ import annotations

import importlib.util
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.law import places
from bot.law.places import Place
from bot.understanding.language import simplify

FULL, TYPED, SHORT, RETYPED, FORMER, ZONE, TOWN = "full", "typed", "short", "retyped", "former", "zone", "town"
_GUESSED = frozenset({RETYPED, FORMER})
_RANK = {"province": 0, "prefecture": 1, "county": 2}
_HAN = "\u4e00-\u9fff"
_MOST_CANDIDATES = 12


@dataclass(frozen=True)
class PlaceFinding:
    """A place named in a text.

    `start`, `end` and `text` are the span as typed. `adcode` is None while `candidates` holds more than one code, the likeliest
    first. `name` is the full Chinese name, a development zone's own name after its host's, or empty while ambiguous. `township` is
    a town below the county. `exact` is False when a wrong or former name, or only the rest of the message, gave the place.
    `role` is a guess: "work", "home", "employer" (a company's name or seat), "platform", "origin" (gone from to another place),
    "other" (where someone else is or is from), or None.
    """

    start: int
    end: int
    text: str
    adcode: str | None
    name: str
    level: str | None
    township: str | None
    candidates: tuple[str, ...]
    exact: bool
    role: str | None = None


@dataclass(frozen=True)
class _Entry:
    code: str
    kind: str
    zone: str | None = None


@dataclass(frozen=True)
class _Mention:
    """A run of characters that names a place, with every place it may name."""

    start: int
    end: int
    entries: tuple[_Entry, ...]
    township: str | None = None
    narrowed: bool = False

    @property
    def codes(self) -> list[str]:
        return [entry.code for entry in self.entries]


def find(text: str, *, language: str | None = None, expecting: bool = False) -> list[PlaceFinding]:
    """The places named in `text`, in the order they stand there; empty if there is none we know. Never raises for any text.

    Names in both scripts are found whatever the `language` of the message is; it is taken so that all finders are called alike.
    `expecting` is True when the bot has just asked for a place: a name that is otherwise an ordinary word then counts.
    """
    simple = simplify(text)
    mentions = sorted([*_chinese(simple, expecting), *_english(simple, expecting)], key=lambda mention: mention.start)
    mentions = _narrowed_by_others(simple, mentions)
    return [_finding(text, simple, mention) for mention in mentions]


def looks_like_place(text: str) -> bool:
    """Whether a reply seems meant as a place (known or not), so that the dialogue asks again instead of changing the subject."""
    simple = simplify(text).strip()
    if not simple:
        return False
    if find(text, expecting=True):
        return True
    if _PLACE_SHAPE_ZH.search(simple) or _PLACE_SHAPE_EN.search(simple):
        return True
    return bool(_LONE_NAME_EN.fullmatch(simple)) and simple.lower().strip(" .!") not in _REPLIES_EN


_PLACE_SHAPE_ZH = re.compile(
    rf"(?<![{_HAN}])(?:我?在|就在|住在|来自)?[{_HAN}]{{2,8}}"
    rf"(?:省|市|县|区|旗|州|镇|乡|村|街道|开发区|工业园)(?![{_HAN}])"
)
_PLACE_SHAPE_EN = re.compile(
    r"\b[A-Z][a-z']+ (?:[Cc]ity|[Dd]istrict|[Cc]ounty|[Pp]rovince|[Tt]own|[Pp]refecture|[Vv]illage)\b"
    r"|\b(?:in|from|at) [A-Z][a-z']{2,}"
)
_LONE_NAME_EN = re.compile(r"[A-Z][a-z']{3,}(?:[ ,-]+[A-Z][a-z']{2,}){0,2}[.!]?")
_REPLIES_EN = frozenset(
    {"hello", "thanks", "thank you", "sorry", "okay", "please", "maybe", "sure", "right", "wrong", "none", "nothing", "help"}
)


# --- Chinese -----------------------------------------------------------------------------------------------------------------

_TYPES = {"省", "市", "县", "区", "旗", "盟", "州"}
_RETYPES = ("县", "市", "区")
_SAID_AS = (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗"), ("自治区", "省"), ("地区", "地区"), ("林区", "区"), ("特区", "区"))

# What may stand right after a short name and makes it something else: a road, a dish, a school, a language.
_NOT_AFTER_SHORT = re.compile(
    r"[东西南北中一二三四五六七八九十]{0,2}(?:路(?!边)|大街|街(?!道|上)|大道|胡同|巷|高速|公路|国道|机场|火车站|大桥|大厦|广场|公园|大学|学院|中学|"
    r"银行|保险|人寿|证券|拉面|小面|火锅|小吃|米粉|米线|螺蛳粉|烤鸭|板面|热干面|牛肉面|鸡公煲|扒鸡|烧烤|羊肉|大盘鸡|肠粉|早茶|烧鸡|菜|料理|味|话|口音|方言|时间|"
    r"镇|乡(?!下|里)|村|街道|社区|寨|产的|牌|货|石|玉|瓜|烟|酒|戏|剧|汽车|啤酒|奶|制药|证|平方|平米|平均|方|米)|人(?!民|社|力|才|事|员|工)|籍|仔|妹|佬|老乡"
)
_PERSON_AFTER = re.compile(r"人(?!民|社|力|才|事|员|工)|籍|老乡|仔|妹|佬")
_IS_PERSON = re.compile(r"(?:我|我们|俺|俺们|咱|咱们|本人|自己)(?:也|都|就|原来)?(?:是|来自)?(?:一?[个名位])?(?:从|外地|农村|地道)?的?$")
_HOME_BEFORE = re.compile(
    r"(?:老家|家乡|家里?|籍贯|户籍地?|户口所在地|户口本?|户籍所在地|身份证地址|身份证|出生|来自|家住)"
    r"(?:也|都|还|就)?(?:是|在|:|：|,|，|于)?(?:我们|我)?$"
)
_WORKING = re.compile("上班|打工|干活|工作|送外卖|送餐|送快递|做")
_HOME_AFTER = re.compile(r"(?:的?(?:户口|户籍|老家|籍|农村户口)|(?:过?来|出来|上来|下来)(?:的|打工|务工|干活|上班|做工))")
_WORK_BEFORE = re.compile(
    r"(?:在|(?<![搬迁转寄调])到|去|来|来到|工作地点?|工地|上班|打工|干活|做工|地点|项目|厂子?|单位)(?:是|在|:|：|于)?$"
)
_WORK_AFTER = re.compile(
    r"[^，。！？；,.!?;]{0,12}?"
    r"(?:打工|务工|干活|干|上班|工作|工地|做|送外卖|送餐|送快递|跑|项目|厂|开车|当|搬砖|施工|拖欠|欠薪|讨薪|这边|这里)"
)
_PLATFORM_BEFORE = re.compile(r"平台(?:公司)?(?:的?(?:注册|总部|总公司))?(?:地址?|地)?(?:是|在|于|:|：)*$")
_EMPLOYER_BEFORE = re.compile(
    r"(?:(?:总公司|公司|单位|企业|劳务|集团|中介)(?:的)?(?:地址|注册地?址?|总部|办公地?)?|注册地?址?|总部|注册)(?:是|在|于|:|：)+(?:家|一家)?$"
)
_PLATFORM_AFTER = re.compile(rf"(?:的|一家|那家|某)?[{_HAN}A-Za-z]{{0,6}}(?:平台|APP|app)")
_EMPLOYER_AFTER = re.compile(
    rf"(?:(?!工地|上班|打工|干活|项目|给|做|送|当|开|我|的|和|欠|拖|请|问|要|可以)[{_HAN}A-Za-z0-9]){{0,12}}?(?:有限公司|责任公司|公司|集团|科技|建工|交建|劳务派遣|物业)"
)
_BODY_AFTER = re.compile(
    "(?:的|当地的?)?(?:总工会|工会|人社|人力资源|劳动|法院|仲裁|公安|派出所|社保|医保|信访|政府|住建|法律援助|司法|12[0-9]{3})"
)
_SEAT_AFTER = re.compile(r"(?:注册|总部|的?总公司|的(?:一家|一个)?(?:公司|企业|单位|老板|集团|平台))")

# A short county name in a running sentence must begin where a name can begin, or "规定安全" would hold 定安.
_BEFORE_NAME = re.compile(
    rf"(?:^|[^{_HAN}]|老家|户口|的"
    r"|[在到去来从住是于回和跟与及往自过离为就个这那年月日天们我您你他她它咱俺家籍县市省区州找给经由])$"
)
_BEFORE_WORD = re.compile(r"(?:[在到去从住是回的个那这年和与及我俺省市、]|来自|老家|户口|籍贯|我们|位于)\s*$")
_AFTER_WORD = re.compile("市|这边|那边|的?工地|打工|上班|干活|务工|的人|老家")
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "石姚谭廖邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚"
)
_PERSON_BEFORE = re.compile(
    r"(?:叫做?|名叫|姓名[是:：]?|名字[是叫:：]*|老板|经理|工头|包工头|队长|师傅|组长|班长|主管|老师|同事|找|跟|和)$"
)
_JOINT = re.compile(r"(?:[\s·,，、/|\-(（]{1,2}|的|那边的?|这边的?|下面的|下属的?|地区的?|境内的?|辖区的?)?")


def _chinese(text: str, expecting: bool) -> list[_Mention]:
    if not re.search(f"[{_HAN}]", text):
        return []
    chosen = _best(text, _matches(text))
    chosen = _joined(text, chosen)
    kept = [mention for mention in chosen if _counts(text, mention, expecting)]
    kept = [_with_town(text, mention) for mention in kept]
    return sorted([*kept, *_lone_towns(text, kept)], key=lambda mention: mention.start)


@cache
def _lexicon() -> dict[str, tuple[_Entry, ...]]:
    """Every Chinese form of every place, simplified the way the messages are."""
    table = places.table().values()
    found: dict[str, list[_Entry]] = {}

    def add(form: str, code: str, kind: str, zone: str | None = None) -> None:
        form = simplify(form)
        entries = found.setdefault(form, [])
        if not any(entry.code == code for entry in entries):
            entries.append(_Entry(code, kind, zone))

    words = _words()
    for place in table:
        add(place.name_zh, place.adcode, SHORT if place.name_zh in words else FULL)
    for zone in places.zones():
        for name in zone.names:
            add(name, zone.host, ZONE, zone.name_zh)
    for place in table:
        typed = place.short_zh[-1] in _TYPES and len(place.short_zh) > 2 and place.short_zh not in words
        add(place.short_zh, place.adcode, FULL if typed else SHORT)
        for form in _typed_forms(place):
            add(form, place.adcode, TYPED)
    for form, code in places.aliases()["chinese"].items():
        add(form, code, SHORT)
    for form, code in places.aliases()["former"].items():
        add(form, code, FORMER)
    add("吉林", "220200", SHORT)
    add("海南", "632500", SHORT)
    higher = {place.short_zh for place in table if place.level != "county"}
    for place in table:
        if place.level != "county" or place.short_zh in higher or place.short_zh in words or place.short_zh[-1] in _TYPES:
            continue
        for kind in _RETYPES:
            form = place.short_zh + kind
            if all(entry.kind == RETYPED for entry in found.get(simplify(form), ())):
                add(form, place.adcode, RETYPED)
    return {form: tuple(entries) for form, entries in found.items()}


def _typed_forms(place: Place) -> Iterator[str]:
    """威宁县 for 威宁彝族回族苗族自治县, 延边州, 广西省, 喀什地区: a short name with the kind of unit people say."""
    name, short = place.name_zh, place.short_zh
    for ending, said in _SAID_AS:
        if name.endswith(ending) and not short.endswith(said):
            yield short + said
    if place.level == "county" and name.endswith("区") and not short.endswith("区"):
        yield short + "区"


@cache
def _words() -> frozenset[str]:
    return frozenset(places.aliases()["words"].split())


@cache
def _city_words() -> frozenset[str]:
    return frozenset(places.aliases()["city_words"].split())


@cache
def _openings() -> dict[str, tuple[int, ...]]:
    """First two characters of a form -> the lengths of the forms that begin so, longest first."""
    found: dict[str, set[int]] = {}
    for form in _lexicon():
        found.setdefault(form[:2], set()).add(len(form))
    return {opening: tuple(sorted(lengths, reverse=True)) for opening, lengths in found.items()}


@cache
def _masks() -> re.Pattern[str]:
    words = sorted(places.aliases()["not_places"].split(), key=len, reverse=True)
    return re.compile("(?=(" + "|".join(map(re.escape, words)) + "))")


def _matches(text: str) -> list[_Mention]:
    """Every form that stands anywhere in the text, overlapping ones included, less those that only cut through a common word."""
    masked = [(found.start(), found.start() + len(found.group(1))) for found in _masks().finditer(text)]
    lexicon, openings = _lexicon(), _openings()
    found = []
    for start in range(len(text) - 1):
        for length in openings.get(text[start:start + 2], ()):
            end = start + length
            entries = lexicon.get(text[start:end])
            if entries and not (entries[0].kind in (SHORT, RETYPED) and _cuts(start, end, masked)):
                found.append(_Mention(start, end, entries))
    return found


def _cuts(start: int, end: int, masked: Iterable[tuple[int, int]]) -> bool:
    """Whether a common word covers the span or runs into it from the left (工资|中); one that begins inside does no harm (西安|装)."""
    return any(first < start < last or (first == start and end < last) for first, last in masked)


def _best(text: str, found: list[_Mention]) -> list[_Mention]:
    """The set of matches that do not overlap and explain most of the text: few, long, official names first.

    So 青海西宁 is 青海 and 西宁, not 海西; 南京市中心 is 南京市, not 南京 and 市中; 江西山区 is the hills of 江西, not 西山区.
    """
    weights = _weights(text, found)
    by_end: dict[int, list[_Mention]] = {}
    for mention in weights:
        by_end.setdefault(mention.end, []).append(mention)
    score = [0] * (len(text) + 1)
    choice: list[_Mention | None] = [None] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        score[end] = score[end - 1]
        for mention in by_end.get(end, ()):
            total = score[mention.start] + weights[mention]
            if total > score[end]:
                score[end], choice[end] = total, mention
    chosen = []
    end = len(text)
    while end > 0:
        mention = choice[end]
        if mention is None:
            end -= 1
        else:
            chosen.append(mention)
            end = mention.start
    return chosen[::-1]


def _weights(text: str, found: list[_Mention]) -> dict[_Mention, int]:
    """How much each match is worth. Ordinary words (和平, 资源) are left out unless the place they belong to stands right before."""
    endings: dict[int, list[_Mention]] = {}
    for mention in found:
        endings.setdefault(mention.end, []).append(mention)
    inside_higher = {place for mention in found if not _is_county(mention) for place in range(mention.start + 1, mention.end)}
    weights = {}
    for mention in found:
        before = [
            earlier for gap in (0, 1, 2) for earlier in endings.get(mention.start - gap, ())
            if _is_joint(text[earlier.end:mention.start])
        ]
        belongs = any(_below(earlier, mention) for earlier in before)
        name = text[mention.start:mention.end]
        alone = text.strip(" 。，,.!！") == name or name in places.aliases()["district_words"]
        if _is_word(text, mention) and not (belongs or alone):
            continue
        weights[mention] = _weight(mention) - (13 if _is_county(mention) and mention.start in inside_higher and not belongs else 0)
    return weights


def _weight(mention: _Mention) -> int:
    level = min(_RANK[_place(code).level] for code in mention.codes)
    official = any(entry.kind in (FULL, TYPED, ZONE) for entry in mention.entries)
    return 10 * (mention.end - mention.start) - 12 + (5 if official else 0) + (3, 2, 0)[level]


def _is_county(mention: _Mention) -> bool:
    return all(_place(code).level == "county" for code in mention.codes)


def _is_word(text: str, mention: _Mention) -> bool:
    return text[mention.start:mention.end] in _words() and all(
        (entry.kind == SHORT and _place(entry.code).level == "county") or entry.code in ("652800", "653000") for entry in mention.entries
    )


def _is_joint(gap: str) -> bool:
    return bool(_JOINT.fullmatch(gap))


def _below(above: _Mention, below: _Mention) -> tuple[_Entry, ...]:
    """The places of `below` that lie in a place of `above`, only those of the highest level (湖南长沙 is the city, not 长沙县)."""
    zones_above = {entry.code for entry in above.entries}
    inside = [
        entry for entry in below.entries
        if any(place.adcode in zones_above for place in places.chain(entry.code)[1:])
        or (entry.kind == ZONE and entry.code in zones_above)
    ]
    if not inside:
        return ()
    best = min(_RANK[_place(entry.code).level] for entry in inside)
    return tuple(entry for entry in inside if _RANK[_place(entry.code).level] == best)


def _joined(text: str, mentions: list[_Mention]) -> list[_Mention]:
    """Neighbours that say one place from the top down (贵州, 盘州) or, with a comma between, from the bottom up become one."""
    done: list[_Mention] = []
    for mention in mentions:
        last = done[-1] if done else None
        if last and _is_joint(text[last.end:mention.start]):
            inside = _below(last, mention)
            if inside:
                done[-1] = _Mention(last.start, mention.end, inside)
                continue
            outside = _below(mention, last) if text[last.end:mention.start].strip("的") else ()
            if outside:
                done[-1] = _Mention(last.start, mention.end, outside)
                continue
        done.append(mention)
    return done


def _counts(text: str, mention: _Mention, expecting: bool) -> bool:
    """Whether the sentence lets the name be a place: not a road, a dish, a person, a word."""
    official = any(entry.kind not in (SHORT, RETYPED, FORMER) for entry in mention.entries)
    name, before, after = text[mention.start:mention.end], text[:mention.start], text[mention.end:]
    whole = text.strip(" 。，,.!！") == name
    if _PERSON_AFTER.match(after) and not _is_worker(before):
        return False
    if official:
        return not _needs_an_opening(name, mention) or whole or bool(_BEFORE_NAME.search(before))
    if _NOT_AFTER_SHORT.match(after) and not _PERSON_AFTER.match(after):
        return False
    if len(name) > 3:
        return True
    if _is_word(text, mention):
        at_work = before.endswith("在") and _WORKING.match(after) and name in places.aliases()["district_words"]
        return (whole and expecting) or bool(at_work)
    if _is_county(mention):
        return whole or (bool(_BEFORE_NAME.search(before)) and not _is_name_of_person(before))
    if name in _city_words():
        seen_as_place = _BEFORE_WORD.search(before) or _AFTER_WORD.match(after)
        return whole or (bool(seen_as_place) and not _is_name_of_person(before))
    return not _is_name_of_person(before) or any(_place(code).level == "province" for code in mention.codes)


def _needs_an_opening(name: str, mention: _Mention) -> bool:
    """Whether even an official name is easily met by chance: 理县 in 经理县里, 港口区 in 出港口区."""
    return _is_county(mention) and (len(name) == 2 or (len(name) == 3 and name[:2] in _words()))


def _is_worker(before: str) -> bool:
    """Whether "X人" says where the worker is from (我是河南人) and not who somebody else is (老板是河南人)."""
    return bool(_IS_PERSON.search(before))


def _is_name_of_person(before: str) -> bool:
    """Whether what stands before makes a short name a given name: 叫张宝安, 老板李余姚."""
    if re.search(r"(?:叫做?|姓名[是:：]?|名字[是叫:：]*)$", before):
        return True
    if not before or before[-1] not in SURNAMES:
        return False
    rest = before[:-1]
    return bool(_PERSON_BEFORE.search(rest)) or not re.search(f"[{_HAN}]$", rest)


# --- towns -------------------------------------------------------------------------------------------------------------------

_TOWN = re.compile(rf"[{_HAN}]{{1,7}}?(?:镇|乡|街道|苏木)")


@cache
def _towns() -> dict[str, tuple[str, ...]]:
    """Town name -> codes of the counties (or cities without counties) that have one so called. Source: jionlp 1.5.31's gazetteer."""
    found: dict[str, list[str]] = {}
    code: str | None = None
    above: list[str] = ["", ""]
    for line in _gazetteer():
        depth = len(line) - len(line.lstrip("\t"))
        fields = line.strip().split("\t")
        if depth <= 2 and len(fields) == 3:
            if depth < 2:
                above[depth:] = [fields[0]] if depth else [fields[0], ""]
            code = _code_of_gazetteer(fields[1], fields[0])
        elif depth == 3 and code:
            found.setdefault(simplify(fields[0]), []).append(code)
    return {name: tuple(dict.fromkeys(codes)) for name, codes in found.items()}


def _gazetteer() -> list[str]:
    spec = importlib.util.find_spec("jionlp")
    if not spec or not spec.submodule_search_locations:
        return []
    path = Path(spec.submodule_search_locations[0]) / "dictionary" / "china_location.zip"
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read("china_location.txt").decode("utf-8").splitlines()
    except (OSError, KeyError, zipfile.BadZipFile):
        return []


def _code_of_gazetteer(code: str, name: str) -> str | None:
    """Our code for a unit of the gazetteer, whose codes are of another year; None for a zone or a unit we cannot place."""
    if name.endswith("直辖行政区划"):
        place = places.get(code)
        return code if place and not places.children(code) else None
    place = places.get(code)
    if place and place.name_zh == name:
        return code
    around = [near for parent in (f"{code[:4]}00", f"{code[:2]}0000") for near in places.children(parent)]
    same = [near for near in around if near.name_zh == name]
    same = same or [near for near in around if near.short_zh == name[:-1]]
    return same[0].adcode if same else None


def _with_town(text: str, mention: _Mention) -> _Mention:
    """The mention with the town that follows it, if that place has it; a city is narrowed to the county when only one has it."""
    within = {entry.code for entry in mention.entries}
    after = text[mention.end:]
    gap = re.match(r"[\s,，、的]{0,2}", after).end()
    if len(within) != 1 or not re.match(f"[{_HAN}]{{2}}", after[gap:]):
        return mention
    if _place(mention.codes[0]).level == "province" and mention.codes[0] not in places.MUNICIPALITIES:
        return mention
    for length in range(min(9, len(after) - gap), 1, -1):
        word = after[gap:gap + length]
        full = bool(re.search("(?:镇|乡|街道|苏木)$", word))
        codes = _towns_within(word, within) if full else _short_towns_within(word, within) if gap == 0 and length <= 4 else []
        if len(codes) == 1 and not (not full and _NOT_AFTER_SHORT.match(after[gap + length:])):
            end = mention.end + gap + length
            entry = _Entry(codes[0], FULL) if codes[0] not in within else mention.entries[0]
            return replace(mention, end=end, entries=(entry,), township=_official_town(word, codes[0]))
    return mention


def _towns_within(name: str, within: Iterable[str]) -> list[str]:
    return [code for code in _towns().get(name, ()) if any(place.adcode in within for place in places.chain(code))]


def _short_towns_within(word: str, within: set[str]) -> list[str]:
    """东莞虎门: a town without 镇 counts in cities that have no counties, where everyone speaks of towns."""
    if len(word) < 2 or any(places.children(code) or _place(code).level != "prefecture" for code in within):
        return []
    codes = {code for ending in ("镇", "街道") for code in _towns_within(word + ending, within)}
    return sorted(codes)


def _official_town(word: str, code: str) -> str:
    if re.search("(?:镇|乡|街道|苏木)$", word):
        return word
    return next(word + ending for ending in ("镇", "街道") if code in _towns().get(word + ending, ()))


def _lone_towns(text: str, mentions: list[_Mention]) -> list[_Mention]:
    """Towns named without their county: a place if at most a few counties have one so called."""
    found = []
    for ending in re.finditer("镇|乡|街道|苏木", text):
        for start in range(max(0, ending.end() - 9), ending.start() - 1):
            name = text[start:ending.end()]
            codes = _towns().get(name, ()) if re.fullmatch(f"[{_HAN}]+", name) else ()
            if codes and len(codes) <= 5 and not any(start < mention.end and mention.start < ending.end() for mention in mentions):
                if _BEFORE_NAME.search(text[:start]):
                    found.append(_Mention(start, ending.end(), tuple(_Entry(code, TOWN) for code in codes), township=name))
                break
    return found


# --- English -----------------------------------------------------------------------------------------------------------------

_WORD_EN = re.compile(r"[A-Za-zü]+(?:['’-][A-Za-zü]+)*")
_KINDS_EN = {
    "city": ("市", "prefecture county"), "shi": ("市", "prefecture county"), "district": ("区", "county"), "qu": ("区", "county"),
    "county": ("县旗", "county"), "xian": ("县旗", "county"), "banner": ("旗", "county"), "province": ("省区", "province"),
    "sheng": ("省区", "province"), "prefecture": ("州区盟市", "prefecture"), "municipality": ("市", "province prefecture"),
    "region": ("区", "province"),
}
_JOINT_EN = re.compile(r"[\s,(/-]*(?:(?:in|of|at|the|inside|within)\s+){0,2}", re.IGNORECASE)
_CUE_EN = re.compile(
    r"(?:\b(?:in|at|from|to|near|around|of|is|hometown|hukou|live|city|district)\s*[:,]?\s*(?:the\s+)?|^\s*|[,(:]\s*)$", re.IGNORECASE
)
_STOP_EN = frozenset(
    (
        "a an the in at on i he she we me my is am are was to no so go do be by of or if it us can man men ban hen pen sun fan long "
        "song dong tan den ten gang bang ping pang tong zen yen you your and not has had his her him they them who how why now new "
        "old for from with but"
    ).split(" ")
)
_NOT_AFTER_EN = re.compile(
    r"\s+(?:road|street|avenue|university|bank|airport|beer|duck|noodles?|town|township|village|subdistrict)\b", re.IGNORECASE
)
_HOME_EN = re.compile(
    r"\b(?:from|hometown(?: is)?(?: in)?|hukou(?: is)?(?: in| at)?|my home(?: is)?(?: in)?|born in|native of|come from)"
    r"\s*:?\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_WORK_EN = re.compile(r"\b(?:in|at|near|around)\s+(?:the\s+)?$", re.IGNORECASE)
_SEAT_EN = r"[\w ,']{0,20}\b(?:registered|based|headquartered|is|from|located)\s+(?:in\s+|at\s+|from\s+)?"
_EMPLOYER_EN = re.compile(
    rf"(?:\b(?:company|employer|boss|firm|agency|office)\b{_SEAT_EN}|\b(?:headquartered|registered|based) (?:in|at)\s+)$",
    re.IGNORECASE,
)
_PLATFORM_EN = re.compile(rf"\b(?:platform|app)\b{_SEAT_EN}$", re.IGNORECASE)


@cache
def _lexicon_en() -> dict[str, tuple[_Entry, ...]]:
    """Every English or pinyin form without spaces, apostrophes and accents."""
    found: dict[str, dict[str, _Entry]] = {}

    def add(form: str, code: str, kind: str, zone: str | None = None) -> None:
        key = _key(form)
        for spelling in {key, key.replace("v", "u")}:
            found.setdefault(spelling, {}).setdefault(code, _Entry(code, kind, zone))

    for place in places.table().values():
        add(place.name_en, place.adcode, SHORT)
    for form, code in places.aliases()["english"].items():
        add(form, code, SHORT)
    for zone in places.zones():
        add(zone.name_en, zone.host, ZONE, zone.name_zh)
    return {key: tuple(entries.values()) for key, entries in found.items()}


@cache
def _beginnings_en() -> frozenset[str]:
    """Every beginning of every form: a word that is none begins no name."""
    return frozenset(form[:length] for form in _lexicon_en() for length in range(1, len(form) + 1))


def _key(form: str) -> str:
    return re.sub(r"[^a-z]", "", form.lower().replace("ü", "v"))


def _english(text: str, expecting: bool) -> list[_Mention]:
    words = list(_WORD_EN.finditer(text))
    found = []
    index = 0
    while index < len(words):
        if _key(words[index].group()) not in _beginnings_en():
            index += 1
            continue
        mention, used = _english_at(text, words, index, expecting)
        if mention:
            found.append(mention)
        index += used
    joined = _joined_en(text, found)
    return [mention for mention in joined if _counts_en(text, mention, expecting)]


def _english_at(text: str, words: list[re.Match[str]], index: int, expecting: bool) -> tuple[_Mention | None, int]:
    """The longest name that begins at a word, and how many words it takes (1 if there is none)."""
    for count in range(min(6, len(words) - index), 0, -1):
        run = words[index:index + count]
        if any(not re.fullmatch(r"[\s'’-]+", text[a.end():b.start()]) for a, b in pairwise(run)):
            continue
        if count > 1 and not _may_be_split(run):
            continue
        entries = _lexicon_en().get(_key("".join(word.group() for word in run)))
        if not entries:
            continue
        kind, end, more = _kind_after(text, words, index + count)
        if kind and count == 1 and not any(_is_kind(entry, kind) for entry in entries):
            # "Yu County" is 蔚县, whose name in pinyin is Yuxian.
            entries = _lexicon_en().get(_key(run[0].group() + "xian"), ()) if kind == "county" else entries
        fitting = tuple(entry for entry in entries if _is_kind(entry, kind)) if kind else entries
        if fitting:
            return _Mention(run[0].start(), end or run[-1].end(), fitting, narrowed=bool(kind)), count + more
    kind, end, more = _kind_after(text, words, index + 1)
    if kind == "county" and words[index].group()[0].isupper():
        entries = tuple(entry for entry in _lexicon_en().get(_key(words[index].group() + "xian"), ()) if _is_kind(entry, kind))
        if entries:
            return _Mention(words[index].start(), end, entries, narrowed=True), 1 + more
    return None, 1


def _may_be_split(run: list[re.Match[str]]) -> bool:
    """Whether several words may be one name: 'Bao an', 'Shi Jia Zhuang', 'inner mongolia', but not 'he nan'."""
    parts = [word.group() for word in run]
    if parts[0].lower() in _STOP_EN and not parts[0][0].isupper():
        return False
    same_case = len({part[0].isupper() for part in parts}) == 1 or parts[0][0].isupper()
    return same_case and len(_key("".join(parts))) >= 5


def _kind_after(text: str, words: list[re.Match[str]], index: int) -> tuple[str | None, int | None, int]:
    """The kind of unit said after a name ("Baoan district"), where it ends, and how many words it takes."""
    if index >= len(words) or not re.fullmatch(r"[\s-]+", text[words[index - 1].end():words[index].start()]):
        return None, None, 0
    last = index
    # "Weining Yi, Hui and Miao Autonomous County": the peoples stand between the name and the kind.
    while last < len(words) and last - index < 8 and (words[last].group()[0].isupper() or words[last].group() == "and"):
        if words[last].group().lower() == "autonomous":
            break
        last += 1
    if last + 1 < len(words) and words[last].group().lower() == "autonomous" and words[last + 1].group().lower() in _KINDS_EN:
        return words[last + 1].group().lower(), words[last + 1].end(), last + 2 - index
    word = words[index].group().lower()
    return (word, words[index].end(), 1) if word in _KINDS_EN else (None, None, 0)


def _is_kind(entry: _Entry, kind: str) -> bool:
    endings, levels = _KINDS_EN[kind]
    place = _place(entry.code)
    if place.adcode in places.MUNICIPALITIES and kind in ("city", "shi"):
        return True
    return place.name_zh[-1] in endings and place.level in levels.split()


def _joined_en(text: str, mentions: list[_Mention]) -> list[_Mention]:
    """"Panzhou, Guizhou", "Shenzhen Bao'an" and "Baoan district in Shenzhen" become one mention."""
    done: list[_Mention] = []
    for mention in mentions:
        last = done[-1] if done else None
        gap = text[last.end:mention.start] if last else ""
        if last and _JOINT_EN.fullmatch(gap):
            inside = _below(mention, last) or _below(last, mention)
            if inside:
                done[-1] = _Mention(last.start, mention.end, inside, narrowed=True)
                continue
        done.append(mention)
    return done


def _counts_en(text: str, mention: _Mention, expecting: bool) -> bool:
    """Whether a name in Latin letters is meant as a place."""
    if mention.narrowed or any(entry.kind == ZONE for entry in mention.entries):
        return True
    name = text[mention.start:mention.end]
    whole = text.strip(" .,!") == name
    cue = bool(_CUE_EN.search(text[:mention.start]))
    if _NOT_AFTER_EN.match(text[mention.end:]):
        return False
    if _key(name) in places.aliases()["english_words"] and not re.search("['’-]", name):
        return (whole and expecting) or (bool(re.search(r"\b(?:in|from|near) $", text[:mention.start])) and name[0].isupper())
    if all(_place(code).level == "county" for code in mention.codes):
        return (cue or whole) and (name[0].isupper() or len(_key(name)) >= 6 or expecting)
    return name[0].isupper() or len(_key(name)) >= 6 or cue


# --- both --------------------------------------------------------------------------------------------------------------------


def _place(code: str) -> Place:
    return places.table()[code]


def _preferred(mention: _Mention, text: str) -> tuple[_Entry, ...]:
    """The places a bare name may mean: the highest level that has it, and well known rivals of the same name."""
    entries = mention.entries
    former = text[-1] in _TYPES
    official = [entry for entry in entries if entry.kind in (FULL, TYPED, ZONE) or (former and entry.kind == FORMER)]
    entries = tuple(official or entries)
    best = min(_RANK[_place(entry.code).level] for entry in entries)
    rivals = places.aliases()["rivals"].get(text, ()) if not official else ()
    latin = bool(re.match("[A-Za-z]", text))
    return tuple(
        entry for entry in entries
        if _RANK[_place(entry.code).level] == best or entry.code in rivals or (latin and _is_great_rival(entry.code, best))
    )


def _is_great_rival(code: str, best: int) -> bool:
    """In pinyin, a district of a municipality is as likely meant as a city elsewhere (Baoshan: Yunnan, or Shanghai)."""
    place = _place(code)
    return best == _RANK["prefecture"] and place.parent in places.MUNICIPALITIES and place.name_zh.endswith("区")


def _narrowed_by_others(text: str, mentions: list[_Mention]) -> list[_Mention]:
    """A district that many cities have is settled by a city in the message that has exactly one (我在北京打工，住朝阳区).

    A province settles nothing ("sent from Suzhou to Anhui" is not 宿州), nor does the worker's home.
    """
    cities = [
        mention for mention in mentions
        if len(set(mention.codes)) == 1
        and (_place(mention.codes[0]).level == "prefecture" or mention.codes[0] in places.MUNICIPALITIES)
        and _role(text, mention) != "home"
    ]
    return [_narrowed(mention, cities) if len(set(mention.codes)) > 1 else mention for mention in mentions]


def _narrowed(mention: _Mention, cities: Iterable[_Mention]) -> _Mention:
    inside = {entry for city in cities for entry in _below(city, mention)}
    if len({entry.code for entry in inside}) != 1:
        return mention
    entry = inside.pop()
    return replace(mention, entries=(_Entry(entry.code, RETYPED, entry.zone),))


def _by_prominence(entries: Iterable[_Entry]) -> tuple[str, ...]:
    prominent = {code: index for index, code in enumerate(places.aliases()["prominent"])}

    def key(code: str) -> tuple[int, int, str]:
        place = _place(code)
        capital = place.level == "prefecture" and code.endswith("0100")
        return prominent.get(code, len(prominent)), 0 if capital else _RANK[place.level] + 1, code

    return tuple(sorted({entry.code for entry in entries}, key=key))


def _finding(text: str, simple: str, mention: _Mention) -> PlaceFinding:
    entries = _preferred(mention, simple[mention.start:mention.end])
    candidates = _by_prominence(entries)[:_MOST_CANDIDATES]
    code = candidates[0] if len(candidates) == 1 else None
    zone = next((entry.zone for entry in entries if entry.zone), None) if code else None
    return PlaceFinding(
        start=mention.start,
        end=mention.end,
        text=text[mention.start:mention.end],
        adcode=code,
        name=_full_name(code, zone) if code else "",
        level=_place(code).level if code else None,
        township=mention.township,
        candidates=candidates,
        exact=code is not None and not any(entry.kind in _GUESSED for entry in entries),
        role=_role(simple, mention),
    )


def _full_name(code: str, zone: str | None) -> str:
    """贵州省六盘水市盘州市; a zone that repeats the name of its city stands for it (山东省青岛西海岸新区)."""
    if not zone:
        return places.full_name(code, "zh")
    for place in places.chain(code):
        if zone.startswith(place.short_zh):
            return (places.full_name(place.parent, "zh") if place.parent else "") + zone
    return places.full_name(code, "zh") + zone


# 从重庆到阜新挖煤: gone from; a plant that moves (从深圳搬到惠州) is still where the work is.
_GONE_FROM = re.compile(r"(?<![自])(?:从|由|打)$")
_GONE_TO = re.compile(r"(?:那边|老家|那里)?(?:坐\S{1,3})?(?:一路)?(?:过来|出来|过|跑|来|去|到|赶)?(?:到|去|来|至)(?!的|了|打工|务工|干活|上班|做工|这|那|$|[，,。])")
_SOMEONE_ELSES = re.compile(r"(?:老板娘?|包工头|工头|经理|厂长|站长|班长|组长|主管|同事|工友|朋友|他|她|他们|对方)[^，,。！？；我俺咱]{0,6}$")
_SOMEONE_ELSES_EN = re.compile(r"\b(?:boss|manager|foreman|contractor|supervisor|landlord|colleague|friend|he|she|they)(?:'s)? (?:(?:is|was|comes?|came|are|went|lives?|ran(?: away)?|moved|fled|goes)(?: back| home)? )(?:from|to|in)(?: the)? $", re.IGNORECASE)


_LIVES_AFTER = re.compile(r"(?:租|买)(?:的|了)?(?:个|间|套)?(?:房|屋)|(?:有|的)(?:个|套)?(?:房子|住处|出租屋)")


def _role(text: str, mention: _Mention) -> str | None:
    """What the place is to the worker, from the words around it; None when they do not say."""
    before, after = text[max(0, mention.start - 40):mention.start], text[mention.end:mention.end + 30]
    if re.match("[A-Za-z]", text[mention.start:mention.end]):
        if _SOMEONE_ELSES_EN.search(before):
            return "other"
        for role, cue in (("platform", _PLATFORM_EN), ("employer", _EMPLOYER_EN), ("home", _HOME_EN), ("work", _WORK_EN)):
            if cue.search(before):
                return "origin" if role == "home" and re.match(r"\s+(?:home )?to\b", after) else role
    if _PERSON_AFTER.match(after) and _is_worker(before):
        return "home"
    if _GONE_FROM.search(before) and _GONE_TO.match(after):
        return "origin"
    if _PLATFORM_BEFORE.search(before) or re.match("的(?:一家|一个|那个)?平台", after):
        return "platform"
    if _EMPLOYER_BEFORE.search(before):
        return "employer"
    if _BODY_AFTER.match(after):
        return None
    at_home = _HOME_BEFORE.search(before) or _HOME_AFTER.match(after)
    if at_home and _SOMEONE_ELSES.search(before) or re.search(r"(?:跑|逃|回)(?:到|回|去)?$", before) and _SOMEONE_ELSES.search(before):
        return "other"
    if _HOME_BEFORE.search(before) or (_HOME_AFTER.match(after) and not before.endswith(("解决", "落", "办", "拿"))):
        return "home"
    if _LIVES_AFTER.match(after) or re.search(r"(?:住在|租在|租住在?|住)$", before):
        return None
    if _SEAT_AFTER.match(after):
        return "platform" if _PLATFORM_AFTER.match(after) else "employer"
    if _EMPLOYER_AFTER.match(after):
        return "employer"
    if _PLATFORM_AFTER.match(after):
        return "platform"
    if _WORK_BEFORE.search(before) or _WORK_AFTER.match(after):
        return "work"
    return None
