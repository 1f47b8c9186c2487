"""Which language and script a message is in, and characters brought to one form without moving any of them."""

import re
from functools import cache
from pathlib import Path

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ufe00-\ufe0f\u180e]")

# ４０，８００ typed in full width is one number; 40，800 may be two.
_WIDE = re.compile(r"[０-９]，[０-９]{3}")
_WIDE_GROUP = re.compile(r"(?<!\d)\d{1,3}，(?=\d{3}(?!\d))")

# Words that differ between the two scripts but that the character table leaves or gets wrong for our purpose.
_EXTRA = {"’": "'", "‘": "'", "＇": "'", "“": '"', "”": '"', "￥": "¥", "\u3000": " ", "\u00a0": " ",
          "−": "-", "–": "-", "—": "-", "～": "~", "乾": "干", "著": "着", "裡": "里", "纔": "才"}
# Full-width punctuation that separates clauses stays as it is: the clause splitter knows it.
_KEEP = set("，。！？；：（）、")


@cache
def _table() -> dict:
    """Code point -> code point: Traditional to Simplified, full-width to half-width, lone surrogates to U+FFFD."""
    import opencc

    table = {}
    path = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0] if simplified else ""
        if len(traditional) == 1 and len(first) == 1:
            table[ord(traditional)] = ord(first)
    for code in range(0xFF01, 0xFF5F):
        if chr(code) not in _KEEP:
            table[code] = code - 0xFEE0
    for code in range(0xD800, 0xE000):
        table[code] = 0xFFFD
    table.update({ord(a): ord(b) for a, b in _EXTRA.items()})
    return table


def simplify(text: str) -> str:
    """`text` with Simplified characters and half-width digits and letters; every character keeps its place."""
    return text.translate(_table())


def squeeze(text: str) -> tuple:
    """`text` simplified and lower-cased without invisible characters, and the place each character had as typed.

    Invisible characters (zero-width spaces, direction marks) come in with pasted text and break every word match.
    """
    simple = _WIDE_GROUP.sub(lambda match: match[0][:-1] + ",", simplify(text)) if _WIDE.search(text) else simplify(text)
    low = simple.lower()
    # Most texts have nothing invisible and no letter whose small form is longer (İ) or depends on its neighbours (Σ).
    if len(low) == len(simple) and "\u03a3" not in simple and not _ZERO_WIDTH.search(simple):
        return low, list(range(len(low)))
    chars, places = [], []
    for place, char in enumerate(simple):
        if _ZERO_WIDTH.match(char):
            continue
        low = char.lower()
        chars.append(low if len(low) == 1 else char)
        places.append(place)
    return "".join(chars), places


def script(text: str) -> str:
    """The script most letters are in: "han", "latin", "other" (Cyrillic, Arabic, Tibetan ...) or "none"."""
    han = len(_HAN.findall(text))
    latin = len(_LATIN.findall(simplify(text)))
    other = sum(1 for char in text if char.isalpha()) - han - len(_LATIN.findall(text))
    # Full-width Latin letters count as letters but not as _LATIN before simplifying: they are not another script.
    other = max(0, other - (latin - len(_LATIN.findall(text))))
    if not han + latin + other:
        return "none"
    if other > han and other > latin:
        return "other"
    # A Chinese character carries about as much as a word, so "BOSS直聘" is Chinese.
    return "han" if han * 4 >= latin or han >= 4 else "latin"


def detect(text: str):
    """"zh", "en" or None when the text has no letters we read (numbers, emoji, other scripts)."""
    return {"han": "zh", "latin": "en"}.get(script(text))
