"""What the words of a message mean, as numbers: near each other where a sentence model finds the meaning near.

The table was made once by ``scripts/distil`` from multilingual-e5-small (MIT): for each piece of text the vector that, summed
over the pieces of a sentence, comes nearest to the model's vector of the sentence. So "老板人间蒸发" is near "老板跑路" though
our examples hold only one of them, at the cost of a sum. The model itself is not needed to train or to run.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from pathlib import Path
from typing import Iterable

import numpy as np

from bot.understanding.wording import characters, parts_of_words, tally, words

TABLE = Path(__file__).parent / "lexicon" / "meanings.npz"


def marked(runs: Iterable[str], latin: Iterable[str], parts: Iterable[str]) -> Iterable[str]:
    """All pieces of a text; whole words are marked, for "pay" is also a part of "payment"."""
    return chain(runs, (f"_{word}" for word in latin), parts)


def pieces_of(text: str) -> list[str]:
    """The pieces of a normalised text."""
    return list(marked(characters(text), words(text), parts_of_words(text)))


class Meanings:
    """The table: one row of numbers a piece, four bits each on disk, two in a byte, with a scale a row."""

    def __init__(self, path: Path = TABLE) -> None:
        with np.load(path) as stored:
            pieces = bytes(stored["pieces"]).decode().split("\n")
            packed, self.scale = stored["rows"], stored["scale"].astype(np.float32)
        self.rows = np.stack([packed >> 4, packed & 15], axis=2).reshape(len(packed), -1).astype(np.int8) - np.int8(8)
        self.place = {piece: row for row, piece in enumerate(pieces)}
        self.size = self.rows.shape[1]

    def vector(self, pieces: Iterable[str]) -> np.ndarray:
        """The meaning of a text cut into pieces, of length 1; zeros where no piece is known."""
        rows, counts = tally(self.place, pieces)
        found = (np.sqrt(counts) * self.scale[rows]) @ self.rows[rows]
        return found / max(np.sqrt(found @ found), 1e-9)


@cache
def table() -> Meanings:
    """The one table of this process."""
    return Meanings()
