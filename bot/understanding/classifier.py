"""Says what a message is about: one intent, and every issue it reports.

A linear model over character n-grams (Chinese), words and word-bound n-grams (English), cue words from
``lexicon/issue_cues.yml``, and the meaning of the whole message. That is read from a table of word meanings, a sum; only where
the answer is then unsure it is asked of a sentence model, which takes a hundred times as long, and the message is judged again.
No Rasa and no TensorFlow here, so that ``parse`` and the tests start quickly. ``docs/understanding.md`` compares designs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Sequence

import joblib
import numpy as np
import scipy.sparse as sp
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from bot.understanding import matchers, meanings, sentences
from bot.understanding.examples import ISSUES, LABOUR_ISSUES, NOT_LABOUR, Example
from bot.understanding.wording import CJK, LONGEST, Counted, characters, clauses, length, normalise, parts_of_words, stacked, words

__all__ = ["LONGEST", "Model", "Prediction", "clauses", "families", "folds", "normalise", "train"]

CUES = Path(__file__).parent / "lexicon" / "issue_cues.yml"

#: Raised whenever features change, so that a model saved by older code is trained again, not misread.
FORMAT = 5
#: The quick answer stands from this confidence, and where its chance of `not_labour` is less than UNDECIDED or more than one less
#: that; else the sentence model is asked. Whether a story is about work at all is what n-grams are worst at.
SURE, UNDECIDED = 0.75, 0.05
#: Noise put on the meanings of the training examples, against their length: the table was made with the examples in sight and
#: places them better than what a worker will write; the weights must not trust it more than it deserves.
MEANING_NOISE = 0.5
#: Lengths of the cue block and of the length feature against the n-gram blocks, which have length 1 each.
#: These and the other constants were found by cross-validation over our own data.
CUE_WEIGHT = 0.4
LENGTH_WEIGHT = 1.0
#: How far the single clauses count against the whole message.
CLAUSE_SHARE = 0.3
#: Length of the meaning against the n-gram blocks.
MEANING_WEIGHT = 1.0
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


class Lexicon:
    """Cue words by group, found with spaCy's PhraseMatcher; one feature a group and language."""

    def __init__(self, path: Path = CUES) -> None:
        spacy, _, PhraseMatcher = matchers.spacy_alone()
        with path.open(encoding="utf-8") as stream:
            groups = yaml.safe_load(stream)
        self.groups = sorted(groups)
        self._column = {group: column for column, group in enumerate(self.groups)}
        self._doc = spacy.tokens.Doc
        self._pipes = {}
        for language in ("zh", "en"):
            pipe = spacy.blank(language)
            matcher = PhraseMatcher(pipe.vocab)
            for group in self.groups:
                phrases = groups[group].get(language) or []
                docs = [self._document(pipe, language, normalise(str(phrase)))[0] for phrase in phrases]
                if docs:
                    matcher.add(group, docs)
            self._pipes[language] = (pipe, matcher)

    def _document(self, pipe, language: str, text: str) -> tuple:
        """(document, where each token starts); Chinese as single characters, so that no segmenter disagrees with the cues."""
        if language == "en":
            doc = pipe.make_doc(text)
            return doc, [token.idx for token in doc]
        tokens, spaces, starts = matchers.characters(text)
        return self._doc(pipe.vocab, words=tokens, spaces=spaces), starts

    def find(self, text: str) -> set[tuple[int, str]]:
        """(column, cue) of the different cues in a normalised text."""
        language = "zh" if CJK.search(text) else "en"
        pipe, matcher = self._pipes[language]
        if not text or not len(matcher):
            return set()
        doc, starts = self._document(pipe, language, text)
        return {(self._column[pipe.vocab.strings[key]], text[starts[start]:starts[end - 1] + len(doc[end - 1])])
                for key, start, end in matcher(doc)}


def cue_row(cues: Iterable[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray]:
    """(columns, weights) of cues; a second cue of a group adds little, so the count is damped.

    They are scaled to one length: a long story hits many, which must not drown its words.
    """
    counts = Counter(column for column, _ in cues)
    if not counts:
        return np.empty(0, np.intp), np.empty(0)
    weights = 1.0 + 0.5 * np.log(list(counts.values()))
    return np.array(list(counts)), weights * (CUE_WEIGHT / np.sqrt(weights @ weights))


class Features:
    """Turns normalised texts into rows: n-gram blocks of length 1 each, the cues, how long the text is, and its meaning."""

    def __init__(self) -> None:
        self.lexicon, self.meanings = Lexicon(), meanings.table()
        self.blocks = [Counted(characters, least=2), Counted(words), Counted(parts_of_words, least=2)]

    def fit(self, texts: Sequence[str]) -> "Features":
        """Learns the vocabularies, and what all meanings have in common, which says nothing about any of them."""
        for block in self.blocks:
            block.fit(texts)
        self._place()
        self.common = np.mean([self._meaning(self.cut(text)) for text in texts], axis=0)
        self.centre = sentences.kept(texts).mean(axis=0)
        return self

    def _place(self) -> None:
        """Where each block begins among the columns; those before `counted` are counts, then comes the length."""
        ends = np.cumsum([len(block.column) for block in self.blocks] + [len(self.lexicon.groups), 1])
        self.starts, self.cues_start, self.counted, self.width = [0, *ends[:2]], int(ends[2]), int(ends[3]), int(ends[4])

    def cut(self, text: str) -> list[list[str]]:
        """The pieces of a text, a list a block."""
        return [block.cut(text) for block in self.blocks]

    def _meaning(self, pieces: Sequence[Sequence[str]]) -> np.ndarray:
        return self.meanings.vector(meanings.marked(*pieces))

    def meaning(self, pieces: Sequence[Sequence[str]]) -> np.ndarray:
        """The meaning of a message less what all have in common, of length MEANING_WEIGHT."""
        found = self._meaning(pieces) - self.common
        return found * (MEANING_WEIGHT / max(np.sqrt(found @ found), 1e-9))

    def placed(self, vector: np.ndarray) -> np.ndarray:
        """A sentence vector less what all have in common, of length MEANING_WEIGHT."""
        found = vector - self.centre
        return found * (MEANING_WEIGHT / max(np.sqrt(found @ found), 1e-9))

    def row(self, text: str, pieces: Sequence[Sequence[str]], cues: Iterable[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray, bool]:
        """(columns, weights) of all but the meaning, and whether one n-gram of the text is known."""
        columns, weights = [], []
        for block, mine, start in zip(self.blocks, pieces, self.starts):
            if mine:
                found, weight = block.row(mine)
                columns.append(found + start)
                weights.append(weight)
        known = any(map(len, columns))
        found, weight = cue_row(cues)
        # A long message reports something, even where its words are those of dates and places.
        columns += [found + self.cues_start, [self.counted]]
        weights += [weight, [LENGTH_WEIGHT * min(1.0, length(text) / 100)]]
        return np.concatenate(columns).astype(np.intp), np.concatenate(weights), known

    def transform(self, texts: Sequence[str]) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
        """(all but the meaning, meanings, sentence vectors) of many texts, a row a text."""
        cut = [self.cut(text) for text in texts]
        rows = [self.row(text, pieces, self.lexicon.find(text)) for text, pieces in zip(texts, cut)]
        known = np.array([known for _, _, known in rows])[:, None]
        quick = np.array([self.meaning(pieces) for pieces in cut])
        slow = np.array([self.placed(vector) for vector in sentences.kept(texts)])
        return stacked([(columns, weights) for columns, weights, _ in rows], self.width), quick * known, slow * known

    def __getstate__(self) -> dict:
        return {"blocks": self.blocks, "common": self.common, "centre": self.centre}  # lexicon and table are data of the code, not of the model

    def __setstate__(self, state: dict) -> None:
        self.blocks, self.common, self.centre = state["blocks"], state["common"], state["centre"]
        self.lexicon, self.meanings = Lexicon(), meanings.table()
        self._place()


@dataclass(frozen=True)
class Prediction:
    """What a message says. ``ranking`` is every intent with its probability, the likeliest first."""

    intent: str
    confidence: float
    issues: list[str]
    ranking: list[tuple[str, float]]


def is_sure(prediction: Prediction) -> bool:
    """Whether the quick answer stands."""
    other = dict(prediction.ranking).get(NOT_LABOUR, 0.0)
    return prediction.confidence >= SURE and not UNDECIDED < other < 1 - UNDECIDED


class Linear:
    """Weights of a one-vs-rest linear model, free of the estimator that found them."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self.weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self.bias = bias

    def __call__(self, rows: sp.csr_matrix) -> np.ndarray:
        return rows @ self.weights + self.bias


def fit_intents(rows: sp.csr_matrix, counted: int, intents: Sequence[str], names: Sequence[str], strength: float = 0.5) -> Linear:
    """One-vs-rest support vectors plus a share of complement naive Bayes; both are linear, so they add up to one.

    `counted` columns are counts; the others, length and meaning, say nothing to a model of word counts.
    """
    weight = {name: 1.0 if name in ISSUES else ACT_WEIGHT for name in set(intents)}
    svm = LinearSVC(C=strength, class_weight=weight, tol=TOLERANCE, random_state=0).fit(rows, intents)
    bayes = ComplementNB(alpha=0.5).fit(rows[:, :counted], intents).feature_log_prob_
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
    size = 4 if CJK.search(text) else 10  # four characters of Chinese say as much as ten of English
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


@dataclass(frozen=True)
class Judge:
    """Weights of the intents, then of the issues, side by side, a row a column; and what makes probabilities of their scores."""

    weights: np.ndarray
    bias: np.ndarray
    temperature: float
    thresholds: np.ndarray

    def scores(self, rows: Sequence[tuple[np.ndarray, np.ndarray, bool]], meaning: np.ndarray) -> np.ndarray:
        """A row of scores for each row of features, all of one message, whose meaning it is.

        A row has some hundred of sixty thousand columns, so they are picked by hand: a matrix library takes ten times as long.
        """
        meant = meaning @ self.weights[-len(meaning) :]
        return np.array([values.astype(np.float32) @ self.weights[columns] + self.bias + meant * known for columns, values, known in rows])


class Model:
    """A trained classifier; see :func:`train`."""

    def __init__(self, features: Features, names: list[str], quick: Judge, careful: Judge) -> None:
        self.format = FORMAT
        self.features = features
        self.names = names
        self.quick = quick  # knows the meaning of a message from the table
        self.careful = careful  # knows it from the sentence model

    def predict(self, text: str) -> Prediction:
        """What one message says. Empty text is nothing, with confidence 0."""
        text = normalise(text)
        if not any(letter.isalnum() for letter in text):
            return Prediction("", 0.0, [], [])
        pieces, rows = self._rows(text)
        found = self._judged(self.quick, text, rows, self.features.meaning(pieces))
        if is_sure(found) or not rows[0][2]:
            return found
        return self._judged(self.careful, text, rows, self.features.placed(sentences.many([text])[0]))

    def _judged(self, judge: Judge, text: str, rows: list, meaning: np.ndarray) -> Prediction:
        scores = judge.scores(rows, meaning)
        intents, issues = combine(scores[:, : len(self.names)], scores[:, len(self.names) :])
        return self.decide(judge, intents, issues, long=length(text) >= SHORTEST_REPORT)

    def predict_many(self, texts: Iterable[str]) -> list[Prediction]:
        """The same for many messages."""
        return [self.predict(text) for text in texts]

    def _rows(self, text: str) -> tuple[list, list]:
        """The pieces of a normalised message, and the features of it and of each of its clauses."""
        features, parts = self.features, clauses(text)
        pieces, cues = features.cut(text), features.lexicon.find(text)
        rows = [features.row(text, pieces, cues)]
        for part in parts if len(parts) > 1 else ():
            rows.append(features.row(part, features.cut(part), [cue for cue in cues if cue[1] in part]))
        return pieces, rows

    def decide(self, judge: Judge, intent_scores: np.ndarray, issue_scores: np.ndarray, long: bool = True) -> Prediction:
        """From scores to one consistent answer."""
        chances = _softmax(intent_scores[None, :] * judge.temperature)[0]
        order, shares = np.argsort(-chances, kind="stable").tolist(), chances.tolist()
        ranking = [(self.names[place], shares[place]) for place in order]
        intent, confidence = ranking[0]
        return Prediction(intent, confidence, self._issues(judge, intent, _sigmoid(issue_scores), long), ranking)

    def _issues(self, judge: Judge, intent: str, chances: np.ndarray, long: bool) -> list[str]:
        if intent == NOT_LABOUR:
            return [NOT_LABOUR]
        if intent not in LABOUR_ISSUES and not long:
            return []
        lead = [intent] if intent in LABOUR_ISSUES else []
        # An act reports a problem only when the issue model, which saw acts without any, is sure of it.
        least = 0.0 if lead else SURE_IN_ACT
        more = [
            (chance, issue)
            for issue, chance, threshold in zip(ISSUES, chances.tolist(), judge.thresholds.tolist())
            if issue not in (intent, NOT_LABOUR) and chance >= max(least, threshold)
        ]
        return lead + [issue for _, issue in sorted(more, key=lambda pair: (-pair[0], pair[1]))[:4]]

    def save(self, path: Path | str) -> None:
        """Writes the model to one file."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(self, path, compress=3)

    @staticmethod
    def load(path: Path | str) -> "Model":
        """Reads a model that :meth:`save` wrote; only files of our own, since pickles run code.

        From here on the process multiplies with one thread: a message's products are small, and two threads of BLAS wait for each other
        busily. On a machine whose processors had other work that took a hundred times as long.
        """
        threadpool_limits(1, user_api="blas")
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
    features = Features().fit(texts)
    counts, quick, slow = features.transform(texts)
    names = sorted({example.intent for example in examples})
    fold = folds(examples)
    noise = np.random.default_rng(0).normal(size=quick.shape) * (MEANING_NOISE * MEANING_WEIGHT / np.sqrt(quick.shape[1]))
    judges = []
    for title, meaning in (("quick", quick + noise), ("careful", slow)):
        rows = sp.hstack([counts, sp.csr_matrix(meaning)], format="csr")
        say(f"{title} judge")
        judges.append(_judge(rows, features.counted, examples, names, fold, say))
    return Model(features, names, *judges)


def _judge(rows: sp.csr_matrix, counted: int, examples: Sequence[Example], names: list[str], fold: np.ndarray, say: Callable[[str], None]) -> Judge:
    """Weights for one kind of rows, calibrated on held-out folds; the vocabulary is shared, which leaks no label."""
    intents = np.array([example.intent for example in examples])
    wanted = np.array([names.index(intent) for intent in intents])
    table = issue_table(examples)
    held_intents, held_issues = np.zeros((len(examples), len(names))), np.zeros(table.shape)
    for number in range(FOLDS):
        say(f"calibration {number + 1}/{FOLDS}")
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if not len(outside) or len(set(intents[inside])) < 2:
            continue
        held_intents[outside] = fit_intents(rows[inside], counted, intents[inside], names)(rows[outside])
        held_issues[outside] = fit_issues(rows[inside], table[inside])(rows[outside])
    reporting = np.flatnonzero(table.any(axis=1))
    thresholds = best_thresholds(held_issues[reporting], table[reporting], intents[reporting])
    say("final fit")
    last, more = fit_intents(rows, counted, intents, names), fit_issues(rows, table)
    weights, bias = np.hstack([last.weights, more.weights]), np.concatenate([last.bias, more.bias])
    return Judge(weights, bias, best_temperature(held_intents, wanted), thresholds)
