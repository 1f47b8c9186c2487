"""The guidance alone: assessments a second on one core."""
import time

from bot import law
from bot.guidance.assess import assess
from bot.guidance.facts import parse_facts
from tests.law.test_deadlines import CASES, plain


def per_second(rounds: int) -> float:
    """Over the cases that lawyers review (tests/law), from the JSON of their facts to the assessment."""
    book = law.load()
    given = [({**plain(case["facts"]), "as_of": case["as_of"].isoformat()}, case["as_of"]) for case in CASES]
    for tree, today in given:  # texts and places are read once for the life of the process
        assess(parse_facts(tree), book, today)
    began = time.perf_counter()
    for _ in range(rounds):
        for tree, today in given:
            assess(parse_facts(tree), book, today)
    return rounds * len(given) / (time.perf_counter() - began)
