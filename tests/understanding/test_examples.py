"""The training examples are our own, of many lengths, and read by both languages' workers."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict

import pytest

from bot.understanding.classifier import clauses, families, folds, normalise
from bot.understanding.examples import ISSUES, Example, read
from bot.understanding.score import EVAL

#: A short example shares most of its few n-grams with anything on its subject ("about a year"), so containment counts
#: only for texts long enough to be somebody's sentence; English needs more letters for one.
SIZE, JACCARD, CONTAINMENT = 5, 0.45, 0.5
LONG_ENOUGH = {"zh": 12, "en": 40}


@pytest.fixture(scope="module")
def examples():
    return read()


def grams(text: str) -> frozenset[str]:
    letters = "".join(letter for letter in normalise(text) if letter.isalnum())
    return frozenset(letters[start : start + SIZE] for start in range(len(letters) - SIZE + 1))


def real_questions() -> list[frozenset[str]]:
    """N-grams of every real question, and of each of its sentences; nothing when the questions are not beside us."""
    found = []
    for path in sorted(EVAL.glob("questions_*.tsv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                parts = clauses(normalise(row["text"]))
                found += [grams(text) for text in [row["text"], *(parts if len(parts) > 1 else [])]]
    return found


def near_copies(examples: list[Example], questions: list[frozenset[str]]) -> list[str]:
    """Examples with most of the wording of a question or of one of its sentences."""
    index = defaultdict(list)
    for number, pieces in enumerate(questions):
        for piece in pieces:
            index[piece].append(number)
    copies = []
    for example in examples:
        pieces = grams(example.text)
        shared = Counter(number for piece in pieces for number in index.get(piece, ()))
        for number, common in shared.items():
            smaller = min(len(pieces), len(questions[number]))
            jaccard = common / (len(pieces) + len(questions[number]) - common)
            if smaller >= LONG_ENOUGH[example.language] and common / smaller > CONTAINMENT or jaccard > JACCARD:
                copies.append(f"{example.language} {example.intent}: {example.text[:60]}")
                break
    return copies


def test_no_example_is_a_near_copy_of_a_real_question(examples):
    questions = real_questions()
    if not questions:
        return  # nothing to compare with: ../shared is not beside the repository, as on a machine that only runs the bot
    assert len(questions) > 200
    assert near_copies(examples, questions) == []


@pytest.mark.parametrize(
    "text",
    [
        "我在纸箱厂上班三年，老板说没有订单让我们回家等，工资也不发，怎么办",
        "我在纸箱厂上班3年，老板说没有订单让我们回家等，工资也不发，怎么办？谢谢",
        "那个我在纸箱厂上班三年了老板说没有订单让我们回家等工资也不发",
    ],
)
def test_a_near_copy_is_found(text):
    question = grams("我在纸箱厂上班三年，老板说没有订单让我们回家等，工资也不发，怎么办")
    assert near_copies([Example(text, "wage_arrears", ("wage_arrears",))], [question])
    assert not near_copies([Example("纸箱厂的老板欠了三个月工资，我该找谁", "wage_arrears", ("wage_arrears",))], [question])


def test_every_issue_is_told_briefly_and_at_length(examples):
    lengths = defaultdict(list)
    for example in examples:
        if example.language == "zh" and example.issues:
            lengths[example.intent].append(len(example.text))
    assert set(lengths) == set(ISSUES)
    for issue, mine in lengths.items():
        assert sum(length < 20 for length in mine) >= 40, issue
        assert sum(30 <= length < 70 for length in mine) >= 30, issue


def test_siblings_stand_in_one_fold():
    texts = ["公司拖欠我三个月工资一直不发", "公司拖欠我五个月工资一直不发", "离婚以后孩子的抚养费怎么算", "站长把我的骑手账号封了"]
    numbers = families(texts)
    assert numbers[0] == numbers[1] and len(set(numbers)) == 3
    fold = folds([Example(text, "wage_arrears", ("wage_arrears",)) for text in texts], 3)
    assert fold[0] == fold[1]


def test_no_family_swallows_a_language(examples):
    sizes = Counter(families([normalise(example.text) for example in examples]))
    assert max(sizes.values()) < 100
