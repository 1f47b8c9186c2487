"""The wording of a message: one spelling, its clauses, and the pieces (n-grams) that the classifier counts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Callable, Iterable, Sequence

import numpy as np
import scipy.sparse as sp

from bot.understanding.language import simplify

#: Longer messages are cut: what a worker has not said in this many characters is not found by reading on.
LONGEST = 2000

CJK = re.compile(r"[\u3400-\u9fff]")
_SPACE_AT_CJK = re.compile(r"(?<=[\u3400-\u9fff，,])\s+(?=[\u3400-\u9fff])")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_PUNCTUATION = re.compile(r"[^\w\s]+")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[a-z][a-z']+|0")
#: What people open and close with, before and after what they mean.
_OPENING = re.compile(r"^(?:(?:你好|您好|你们好|大家好|请问|打扰一下|我想问一下|我想咨询一下|想咨询一下|hello|hi|hey)[\s,，.。!！、~:：]*)+")
_CLOSING = re.compile(r"[\s,，.。!！?？]*(?:谢谢|多谢|感谢|求解答|急|在线等|thanks|thank you)[\s.。!！]*$")
_CLAUSE_END = re.compile(r"[。！？!?；;\n]+|(?<=[a-z])\.\s")


def normalise(text: str) -> str:
    """One spelling for what is the same: simplified, half-width, lower-case, digits as 0, single punctuation."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).lower().replace("’", "'")
    if CJK.search(text):
        text = simplify(text)
    text = _DIGITS.sub("0", text)
    text = _SPACE_AT_CJK.sub("", text)
    text = _SPACE.sub(" ", text).strip()
    # Courtesies around a message hide that it is no greeting; alone they stay.
    for courtesy in (_OPENING, _CLOSING):
        rest = courtesy.sub("", text)
        text = rest if len(rest) >= 8 else text
    return text


def clauses(text: str) -> list[str]:
    """The sentences of a normalised message; short ones are joined to the one before."""
    parts: list[str] = []
    for part in _CLAUSE_END.split(text):
        part = part.strip(" ,，、.")
        if not part:
            continue
        if parts and len(part) < 8:
            parts[-1] += "，" + part
        else:
            parts.append(part)
    return parts


def length(text: str) -> float:
    """Length in Chinese characters; an English word counts as two, as it would in translation."""
    return len(CJK.findall(text)) + 2 * len(_WORD.findall(text))


def characters(text: str) -> list[str]:
    """Runs of one to four characters; none for a text without Chinese, which would only add noise there."""
    if not CJK.search(text):
        return []
    text = _SPACE.sub(" ", _PUNCTUATION.sub(" ", text)).strip()
    return [text[place : place + size] for size in (1, 2, 3, 4) for place in range(len(text) - size + 1)]


def words(text: str) -> list[str]:
    """Latin words and pairs of them."""
    found = _WORD.findall(text)
    return found + [f"{one} {two}" for one, two in zip(found, found[1:])]


def parts_of_words(text: str) -> list[str]:
    """Runs of three to five letters inside Latin words, a blank at each end; a short word counts once."""
    return [part for word in _WORD.findall(text) for part in _parts_of_word(word)]


@lru_cache(maxsize=10_000)
def _parts_of_word(word: str) -> tuple[str, ...]:
    word, parts = f" {word} ", []
    for size in (3, 4, 5):
        parts += [word[place : place + size] for place in range(max(1, len(word) - size + 1))]
        if len(word) <= size:
            break
    return tuple(parts)


def tally(numbers: dict[str, int], pieces: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """(numbers, how often) of the pieces that have one."""
    counts = Counter(map(numbers.get, pieces))
    counts.pop(None, None)
    return np.fromiter(counts, np.intp, len(counts)), np.fromiter(counts.values(), float, len(counts))


class Counted:
    """Pieces weighed by how rare they are (TF-IDF); the pieces of a text together have length 1."""

    def __init__(self, cut: Callable[[str], list[str]], least: int = 1) -> None:
        self.cut, self.least = cut, least

    def fit(self, texts: Sequence[str]) -> "Counted":
        """Learns which pieces stand in at least `least` texts, and how rare they are."""
        holders = Counter(piece for text in texts for piece in set(self.cut(text)))
        known = sorted(piece for piece, count in holders.items() if count >= self.least)
        self.column = {piece: column for column, piece in enumerate(known)}
        self.rarity = np.log((1 + len(texts)) / (1 + np.array([holders[piece] for piece in known], float))) + 1
        return self

    def row(self, pieces: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """(columns, weights) of the pieces of one text."""
        columns, counts = tally(self.column, pieces)
        if not len(columns):
            return columns, counts
        weights = (1 + np.log(counts)) * self.rarity[columns]
        return columns, weights / np.sqrt(weights @ weights)


def stacked(rows: Sequence[tuple[np.ndarray, np.ndarray]], width: int) -> sp.csr_matrix:
    """Rows of (columns, weights) as one matrix."""
    ends = np.cumsum([0] + [len(columns) for columns, _ in rows])
    columns = np.concatenate([columns for columns, _ in rows]) if rows else np.empty(0, np.intp)
    weights = np.concatenate([weights for _, weights in rows]) if rows else np.empty(0)
    return sp.csr_matrix((weights, columns, ends), shape=(len(rows), width))
