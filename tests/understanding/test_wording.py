"""N-grams as scikit-learn counts and weighs them, and the table of meanings."""
import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.understanding import meanings
from bot.understanding.examples import read
from bot.understanding.wording import CJK, Counted, characters, normalise, parts_of_words, stacked, words

PLAIN = {"lowercase": False, "sublinear_tf": True}


@pytest.mark.parametrize("language, cut, least, theirs", [
    ("zh", characters, 2, TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, **PLAIN)),
    ("en", words, 1, TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"[a-z][a-z']+|0", **PLAIN)),
    ("en", parts_of_words, 2, TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, **PLAIN)),
])
def test_weights_are_those_of_scikit_learn(language, cut, least, theirs):
    texts = [normalise(example.text) for example in read(language=language)[::20]]
    if cut is characters:
        texts = [text for text in texts if CJK.search(text) and all(char.isalnum() for char in text)]
    elif cut is parts_of_words:
        texts = [" ".join(words(text)[:(len(words(text)) + 1) // 2]) for text in texts]
    ours = Counted(cut, least).fit(texts)
    rows = stacked([ours.row(cut(text)) for text in texts], len(ours.column))
    wanted = theirs.fit_transform(texts)
    order = [ours.column[name] for name in theirs.get_feature_names_out()]
    assert len(order) == len(ours.column)
    assert np.allclose(rows[:, order].toarray(), wanted.toarray())


def near(one: str, two: str) -> float:
    vectors = [meanings.table().vector(meanings.pieces_of(normalise(text))) for text in (one, two)]
    return float(vectors[0] @ vectors[1])


@pytest.mark.parametrize("one, two, other", [
    ("老板人间蒸发了", "老板跑路了", "离婚房子怎么分"),
    ("薪水一直没给", "工资拖着不发", "离婚房子怎么分"),
    ("the boss disappeared with our money", "老板卷钱跑了", "怀孕被辞退"),
])
def test_what_means_the_same_is_near(one, two, other):
    assert near(one, two) > near(one, other) + 0.2


def test_a_text_without_a_known_piece_means_nothing():
    assert not meanings.table().vector(meanings.pieces_of("龘靐齉爩")).any()
    assert not meanings.table().vector([]).any()
