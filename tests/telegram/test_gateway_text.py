"""Long texts are cut where a reader would pause, never inside a character, and nothing gets lost."""
from hypothesis import given, settings, strategies as st

from bot.telegram.text import LIMIT, cut, length


def pieces(text: str) -> list[str]:
    found, rest = [], text
    while rest:
        first, rest = cut(rest)
        found.append(first)
    return found


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_short_text_stays_whole():
    assert cut("工" * LIMIT) == ("工" * LIMIT, "")


def test_a_long_text_is_cut_at_a_line():
    line = "劳动仲裁要在一年内申请" * 20
    assert all(piece.endswith("申请") for piece in pieces("\n".join([line] * 60)))


def test_without_lines_it_is_cut_at_a_sentence():
    assert all(piece.endswith("。") for piece in pieces("去找工会，带上合同。" * 1000))


def test_emoji_count_two_and_are_never_halved():
    parts = pieces("😡" * 5000)
    assert [units(part) for part in parts] == [4096, 4096, 1808]
    "".join(parts).encode("utf-8")


def test_a_joined_emoji_is_not_taken_apart():
    worker = "👷🏽\u200d♂️"
    assert all(part.startswith("👷") for part in pieces(worker * 1500))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("工a 。\n😡\u0301"), min_size=1, max_size=400).map(lambda text: text * 30))
def test_nothing_but_blanks_gets_lost_and_every_piece_fits(text):
    parts = pieces(text)
    assert all(units(part) <= LIMIT and length(part) == units(part) for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_long_answer_arrives_in_parts_with_the_buttons_on_the_last(double, rasa, running):
    rasa.answers["工资"] = [{"text": "先去工会。" * 1000 + "\n" + "😡" * 2000, "buttons": [{"title": "好", "payload": "/affirm"}]}]
    worker = double.user(7001)
    worker.says("工资")
    parts = worker.waits_for(3)
    assert "".join(part.text for part in parts).replace("\n", "") == "先去工会。" * 1000 + "😡" * 2000
    assert [part.buttons for part in parts] == [[], [], ["好"]]
