"""A guard never hides a match: it only says sooner that there is none."""
import random
import re

import pytest

from bot.understanding import choices, dates, typos
from bot.understanding.examples import read
from bot.understanding.guarded import Guarded, needles
from bot.understanding.language import squeeze

OURS = [pattern for _, pattern in dates._ZH + dates._EN] + choices._PEOPLE_ZH + choices._PEOPLE_EN + [
    pattern for language in ("zh", "en") for pattern, _ in typos._rows(language)]


@pytest.mark.parametrize("pattern, wanted", [
    ("拖欠|欠薪", {"拖欠", "欠薪"}),
    ("(?:上|下)个?月", {"月"}),
    (r"\d+元", {"元"}),
    ("(?:周)?末?", None),
    (r"(?<!没)\d", None),
    ("[周月]", {"周", "月"}),
])
def test_what_a_pattern_needs_is_read_from_it(pattern, wanted):
    assert needles(pattern) == wanted


def test_guarded_patterns_find_what_the_bare_ones_find():
    texts = [squeeze(example.text)[0] for example in random.Random(1).sample(read(), 400)]
    for pattern in OURS:
        bare = re.compile(pattern.pattern.pattern)
        for text in texts:
            assert [match.span() for match in pattern.finditer(text)] == [match.span() for match in bare.finditer(text)]


def test_search_is_guarded_too():
    assert Guarded("拖欠").search("老板拖欠工资").start() == 2
    assert Guarded("拖欠").search("你好") is None
