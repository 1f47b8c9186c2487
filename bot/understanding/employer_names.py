"""Names of employers and platforms brought to one form, so that the registered name, the short one and the brand meet.

    重慶好運建築有限公司, 好运建筑（重庆）有限公司, 重庆市 好运建筑 股份有限公司 第二分公司   →  好运建筑, of Chongqing

Deterministic: two names are the same only if nothing is left that tells them apart. What is merely alike (`likeness`) a person decides.
Which words fall away: lexicon/employer_names.yml, employers.yml and platforms.yml.
"""
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from bot.law import places
from bot.understanding.language import simplify
from bot.understanding.matchers import lexicon

LONGEST = 120  # characters; a longer text is a story, not a name
_SIGNS = re.compile(r"[^\w\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BRACKETS = re.compile(r"[(（\[【〔<《「]([^)）\]】〕>》」]*)[)）\]】〕>》」]")
_ORDINAL = r"第?[一二三四五六七八九十\d]*"


@dataclass(frozen=True)
class Name:
    """A name in one form. `core` is what stays of it; `place` the code of the place it carries, down to the prefecture, None without one;
    `brand` the name of a known platform, None for other employers; `words` a name in letters with its blanks."""

    core: str
    place: str | None = None
    brand: str | None = None
    words: str | None = None

    def key(self, adcode: str | None) -> str:
        """What two spellings of one employer share. A name without its own place is taken to be of the prefecture where the work is, as
        many firms of the country are called alike; a known platform is the same everywhere."""
        return f"brand|{self.brand}" if self.brand else f"{self.core}|{self.city(adcode) or ''}"

    def city(self, adcode: str | None) -> str | None:
        """The city it is taken to be of, where the work is in `adcode`."""
        return None if self.brand else self.place or prefecture(adcode)

    def shown(self) -> str:
        """The name in short, with the place it carries."""
        place = places.get(self.place)
        return self.words or self.brand or (f"{place.short_zh}{self.core}" if place else self.core)


def read(text: object) -> Name | None:
    """The name in a text; None where it names nobody ("老板", "建筑公司", "张总")."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    words = simplify(unicodedata.normalize("NFKC", text)).lower().strip()
    if brand := known(text):
        return Name(brand, brand=brand)
    place, inside = None, []
    for piece in _BRACKETS.findall(words):
        place = place or _place(squeezed(piece))
        inside.append(piece)
    words = _BRACKETS.sub(" ", words) if place or not inside or all(_falls_away(piece) for piece in inside) else words
    return _han(squeezed(words), place) if _HAN.search(words) else _latin(words, place)


def known(text: str | None) -> str | None:
    """The name of the platform that a text names and nothing else ("美團外賣", "Meituan", "北京三快在线科技有限公司"), as platforms.yml has
    it; None for anything else."""
    words = simplify(unicodedata.normalize("NFKC", text or "")).lower().strip()
    core = _han(squeezed(_BRACKETS.sub(" ", words)), None, nobody=False).core
    return _brands().get(squeezed(words)) or _brands().get(core) or _firms().get(core)


def likeness(one: Name, other: Name) -> float:
    """How alike two names are, from 0 to 100; 100 only for what differs in its place alone."""
    from rapidfuzz import fuzz

    if one.core == other.core:
        return 100 if None in (one.place, other.place) else 90
    first, second = (_without_trade(name.core) for name in (one, other))
    shorter, longer = sorted((first, second), key=len)
    contained = len(shorter) >= (2 if _HAN.search(shorter) else 4) and shorter in longer
    scores = [fuzz.ratio(one.core, other.core), 90 if contained else fuzz.ratio(first, second) * 0.95]
    by_ear = fuzz.ratio(_sound(first), _sound(second))  # 好远 and 好运 sound alike; 好运 is Haoyun in letters
    return max(*scores, by_ear * (0.9 if bool(_HAN.search(first)) == bool(_HAN.search(second)) else 0.95))


def stored(text: str | None) -> str | None:
    """How a platform stands in columns that are not sealed: a known one by its name, any other as "other", None without one."""
    return known(text) or "other" if (text or "").strip() else None


def squeezed(words: str) -> str:
    """Without blanks and signs."""
    return _SIGNS.sub("", words).replace("_", "")


def prefecture(adcode: str | None) -> str | None:
    """The city a place lies in, or its province where that is all there is (a municipality, or a place told no closer)."""
    line = places.chain(adcode)
    return next((place.adcode for place in line if place.level == "prefecture"), line[-1].adcode if line else None)


def _han(words: str, place: str | None, nobody: bool = True) -> Name | None:
    """A name in Chinese characters."""
    words, found = _opening_place(words)
    place = found or place
    branch = re.match(rf"(.{{2,}}?(?:{_either('endings')}))(.{{0,12}}?){_ORDINAL}(?:{_either('branches')})$", words)
    if branch:
        place = place or _place(branch[2])
        words = branch[1]
    words = _without_ending(words)
    if nobody:
        person = re.sub(rf"^(?:{_persons()})|(?:{_persons()})$", "", words)
        if person != words and len(person) < 2 or _names_nobody(words):
            return None
        words = person
    return Name(words, place)


def _latin(words: str, place: str | None) -> Name | None:
    """A name in letters: words, of which the legal form and the part of a firm fall away."""
    parts = [part for part in _SIGNS.sub(" ", words.replace(".", "")).split() if part]
    drop = {*lexicon("employer_names")["endings"]["en"], *lexicon("employer_names")["branches"]["en"], "the", "of", "and"}
    persons = {word for word in lexicon("employer_names")["persons"] if word.isascii()}
    kept = [part for part in parts if part not in drop | persons]
    for count in (2, 1):  # "Shanghai Haoyun Construction", "Haoyun Construction Shanghai"
        for head in (kept[:count], kept[len(kept) - count:]):
            code = _place_en("".join(head)) if len(kept) > count and len(head) == count else None
            if code:
                place, kept = place or code, kept[count:] if head == kept[:count] else kept[:-count]
                break
    core = "".join(kept)
    common = {*lexicon("employer_names")["trades"]["en"], *lexicon("employers")["generic"]["en"]}
    if len(core) < 2 or core in lexicon("employer_names")["nobody"] or common.issuperset(kept):
        return None
    return Name(core, place, words=" ".join(kept).title())


def _names_nobody(words: str) -> bool:
    """Whether a name is made of words that many share: 建筑, 电子厂, 劳务派遣."""
    if len(words) < 2 or words in lexicon("employer_names")["nobody"]:
        return True
    if re.fullmatch(rf"(?:{_either('endings')})+", words):
        return True
    common = _either_of([*lexicon("employer_names")["trades"]["zh"], *(word for word in lexicon("employers")["generic"]["zh"] if len(word) > 1)])
    return re.fullmatch(rf"(?:{common})+", words) is not None


def _without_ending(words: str) -> str:
    """A name without its legal form: 好运建筑有限公司, 好运集团股份有限公司."""
    shorter = re.sub(rf"(?:{_either('endings')})+$", "", words)
    return shorter or words


def _without_trade(core: str) -> str:
    """The part of a name that is its own: 好运 of 好运建筑."""
    trades = lexicon("employer_names")["trades"]
    shorter = re.sub(rf"(?:{_either_of(trades['zh'])}|{_either_of(trades['en'])})+$", "", core)
    return shorter if len(shorter) >= 2 else core


def _opening_place(words: str) -> tuple[str, str | None]:
    """A name without the places it begins with, and the city of the last of them: 贵州省盘州市好运 → 好运, 六盘水."""
    found = None
    while True:
        name = next((words[:length] for length in range(min(12, len(words) - 2), 1, -1) if words[:length] in _openings()), None)
        if name is None:
            return words, found
        found, words = _openings()[name], words[len(name):]


def _place(words: str) -> str | None:
    """The city or province that words name alone."""
    return _openings().get(words) or _place_en(words)


@cache
def _openings() -> dict[str, str]:
    """Names that count as a place at the head of a firm's name: provinces and cities by either name, counties by the full one, as their
    short names are often words (和平, 长安). Several places of one name are none."""
    found: dict[str, set[str]] = {}
    for code, place in places.table().items():
        names = {place.name_zh} if place.level == "county" else {place.name_zh, place.short_zh}
        for name in names:
            if len(name) > 1 and name not in places.aliases()["city_words"].split():
                found.setdefault(name, set()).add(prefecture(code))
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


@cache
def _english_places() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code, place in places.table().items():
        if place.level != "county":
            found.setdefault(place.name_en.replace(" ", "").replace("'", "").lower(), set()).add(prefecture(code))
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def _place_en(words: str) -> str | None:
    return _english_places().get(words)


def _falls_away(piece: str) -> bool:
    """Whether what stands in brackets is no part of the name: a legal form, or nothing."""
    words = squeezed(piece)
    return not words or re.fullmatch(rf"(?:{_either('endings')}|{_either('branches')})+", words) is not None


@cache
def _brands() -> dict[str, str]:
    """Every name of a platform, squeezed."""
    return {squeezed(simplify(name).lower()): one["name"] for one in lexicon("platforms")
            for name in (one["name"], *(one["zh"] or ()), *(one["en"] or ()))}


@cache
def _firms() -> dict[str, str]:
    return {squeezed(firm): brand for brand, firms in lexicon("employer_names")["firms"].items() for firm in firms}


@cache
def _either(kind: str) -> str:
    return _either_of(lexicon("employer_names")[kind]["zh"])


@cache
def _persons() -> str:
    return _either_of([word for word in lexicon("employer_names")["persons"] if not word.isascii()])


def _either_of(words: list[str]) -> str:
    """A pattern of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _sound(words: str) -> str:
    """Characters as they are spelt in letters."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(words))
