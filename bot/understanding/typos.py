"""Typing errors, sounds-alike of voice input, dialect and English words in Chinese sentences, mended before facts are read."""

import re
from functools import cache
from typing import List, Tuple

from .guarded import Guarded
from .matchers import lexicon

_LATIN_WORD = re.compile(r"[a-z]{5,}")
_VOWELS = "aeiou"


@cache
def _rows(language: str) -> tuple:
    """(pattern, what it means) of each row; a Latin word counts only beside a Chinese character."""
    rows = list(lexicon("typos")[language].items())
    if language == "zh":
        rows += [(rf"(?<=[\u4e00-\u9fff])\s?(?<![a-z])(?:{words})(?![a-z])|(?<![a-z])(?:{words})(?=\s?[\u4e00-\u9fff])", meant)
                 for words, meant in lexicon("typos")["zh_words"].items()]
    return tuple((Guarded(pattern), meant) for pattern, meant in rows)


@cache
def _slips() -> dict:
    """Every English word one slip away from a word that matters -> that word."""
    words, real = lexicon("typos")["en_words"], set(lexicon("typos")["en_real"])
    found = {}
    for word in words:
        for place, letter in enumerate(word):
            made = [word[:place] + word[place + 1:], word[:place] + letter + word[place:]]
            if place + 1 < len(word):
                made.append(word[:place] + word[place + 1] + letter + word[place + 2:])
            if letter in _VOWELS:
                made += [word[:place] + other + word[place + 1:] for other in _VOWELS]
            for slip in made:
                if slip not in real and slip not in words and len(slip) >= 5:
                    found.setdefault(slip, word)
    return found


def mend(text: str, places: List[int], language: str) -> Tuple[str, List[int]]:
    """A squeezed text with its slips mended, and the place each character had as typed."""
    edits = [(match.start(), match.end(), meant) for pattern, meant in _rows(language) for match in pattern.finditer(text)]
    if language == "en":
        slips = _slips()
        edits += [(match.start(), match.end(), slips[match[0]]) for match in _LATIN_WORD.finditer(text) if match[0] in slips]
    if not edits:
        return text, places
    edits.sort(key=lambda edit: edit[0])  # of two at one place the row that stands first counts
    chars, kept, at = [], [], 0
    for start, end, meant in edits:
        if start < at:
            continue
        chars.append(text[at:start] + meant)
        kept += places[at:start]
        # Each new character points at the typed one it stands for; the last one at the last, so a span covers the whole word.
        kept += [places[min(start + place, end - 1)] for place in range(len(meant) - 1)] + [places[end - 1]]
        at = end
    return "".join(chars) + text[at:], kept + places[at:]
