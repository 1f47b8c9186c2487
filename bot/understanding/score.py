"""Measures the classifier: cross-validation over our own data, and totals on the real questions beside the repository.

Run ``python -m bot.understanding.score``; ``--eval`` for the real questions only, ``--own`` for our own data only.
The real questions are for measuring, never for writing data: only totals are printed, no sentence of theirs.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from typing import Iterable, Sequence

from bot.understanding.classifier import Model, Prediction, folds, train
from bot.understanding.examples import NOT_LABOUR, ROOT, Example, read

EVAL = ROOT.parent / "shared" / "eval"
#: Macro-F1 is over labels with at least this many questions, as the eval folder's README says.
FEWEST = 5


def say(line: str) -> None:
    """Progress goes to standard error, so that the figures can be piped."""
    print(line, file=sys.stderr, flush=True)


def first(prediction: Prediction) -> str:
    """The first issue, or the act in its place: an act is a wrong answer to a question that has an issue."""
    return prediction.issues[0] if prediction.issues else prediction.intent


def macro_f1(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Mean F1 over the labels that occur often enough."""
    counts = Counter(wanted)
    values = []
    for label in (label for label in counts if counts[label] >= FEWEST):
        hits = sum(1 for a, b in zip(wanted, got) if a == b == label)
        values.append(2 * hits / (counts[label] + sum(1 for b in got if b == label)))
    return sum(values) / len(values) if values else 0.0


def recall(wanted: Sequence[str], got: Sequence[str], label: str) -> float:
    """The share of the questions with this label that got it."""
    mine = [b for a, b in zip(wanted, got) if a == label]
    return sum(b == label for b in mine) / len(mine) if mine else 0.0


def figures(wanted: Sequence[Sequence[str]], got: Sequence[str]) -> dict[str, float]:
    """Exact, lenient, macro-F1 and not_labour recall; ``wanted`` holds the labels of each question, the first the main one."""
    main = [labels[0] for labels in wanted]
    count = max(1, len(wanted))
    return {
        "questions": len(wanted),
        "exact": sum(a == b for a, b in zip(main, got)) / count,
        "lenient": sum(b in labels for labels, b in zip(wanted, got)) / count,
        "macro_f1": macro_f1(main, got),
        "not_labour_recall": recall(main, got, NOT_LABOUR),
    }


def held_out(examples: Sequence[Example], count: int = 5) -> list[Prediction]:
    """A prediction for every example by a model that has not seen it."""
    fold = folds(examples, count)
    found: list[Prediction | None] = [None] * len(examples)
    for number in range(count):
        say(f"cross-validation {number + 1}/{count}")
        model = train([example for example, its in zip(examples, fold) if its != number])
        rows = [row for row, its in enumerate(fold) if its == number]
        for row, prediction in zip(rows, model.predict_many([examples[row].text for row in rows])):
            found[row] = prediction
    return found  # type: ignore[return-value]  # every row belongs to one fold


def issue_sets(examples: Iterable[Example], predictions: Iterable[Prediction]) -> dict[str, float]:
    """Precision and recall of whole issue lists, counted over issues (micro)."""
    hit = reported = real = 0
    for example, prediction in zip(examples, predictions):
        hit += len(set(example.issues) & set(prediction.issues))
        reported += len(prediction.issues)
        real += len(example.issues)
    return {"issue_precision": hit / max(1, reported), "issue_recall": hit / max(1, real)}


def calibration(examples: Sequence[Example], predictions: Sequence[Prediction], bins: int = 10) -> float:
    """Mean distance between confidence and truth (expected calibration error)."""
    error = 0.0
    for number in range(bins):
        pairs = [
            (p.confidence, e.intent == p.intent)
            for e, p in zip(examples, predictions)
            if min(bins - 1, int(p.confidence * bins)) == number
        ]
        if pairs:
            gap = sum(c for c, _ in pairs) / len(pairs) - sum(ok for _, ok in pairs) / len(pairs)
            error += abs(gap) * len(pairs) / len(examples)
    return error


def read_eval(language: str) -> list[tuple[str, list[str]]]:
    """The real questions: text and one or two labels."""
    path = EVAL / f"questions_{language}.tsv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], [label for label in (row["label"], row["label2"]) if label]) for row in rows]


def on_eval(model: Model, language: str) -> tuple[dict[str, float], Counter]:
    """Figures on the real questions, and how often which label was taken for which (only misses)."""
    questions = read_eval(language)
    got = [first(prediction) for prediction in model.predict_many([text for text, _ in questions])]
    wanted = [labels for _, labels in questions]
    misses = Counter((labels[0], label) for labels, label in zip(wanted, got) if label not in labels)
    return figures(wanted, got), misses


def show(title: str, values: dict[str, float]) -> None:
    """One line of figures."""
    parts = [f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()]
    print(f"{title}: " + ", ".join(parts), flush=True)


def show_misses(misses: Counter, most: int = 14) -> None:
    """The commonest confusions."""
    for (wanted, got), count in misses.most_common(most):
        print(f"    {count:3d}  {wanted} -> {got}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 0 always, since this measures and does not judge."""
    parser = argparse.ArgumentParser(prog="python -m bot.understanding.score", description=__doc__.splitlines()[0])
    parser.add_argument("--eval", action="store_true", help="only the real questions")
    parser.add_argument("--own", action="store_true", help="only cross-validation over our own data")
    options = parser.parse_args(arguments)
    examples = read()
    if not options.eval:
        predictions = held_out(examples)
        for language in sorted({example.language for example in examples}):
            picked = [(e, p) for e, p in zip(examples, predictions) if e.language == language]
            reporting = [(e, p) for e, p in picked if e.issues]
            values = figures([list(e.issues) for e, _ in reporting], [first(p) for _, p in reporting])
            values |= issue_sets(*zip(*reporting))
            show(f"own data, {language}, issues", values)
            show_misses(Counter((e.intent, first(p)) for e, p in reporting if first(p) not in e.issues))
            acts = [(e, p) for e, p in picked if not e.issues]
            values = {
                "examples": len(acts),
                "exact": sum(e.intent == p.intent for e, p in acts) / max(1, len(acts)),
                "calibration_error": calibration(*zip(*picked)),
            }
            show(f"own data, {language}, acts", values)
            show_misses(Counter((e.intent, p.intent) for e, p in acts if e.intent != p.intent), 8)
    if not options.own:
        if not EVAL.is_dir():
            say(f"no real questions at {EVAL}")
            return 0
        say("training on all of our data")
        model = train(examples, say)
        for language in ("zh", "en"):
            values, misses = on_eval(model, language)
            show(f"real questions, {language}", values)
            show_misses(misses)
    return 0


if __name__ == "__main__":
    sys.exit(main())
