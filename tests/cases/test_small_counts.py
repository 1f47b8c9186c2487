"""Hidden counts stay hidden: also from whoever subtracts what is shown from the sums."""
from hypothesis import given, strategies as st

from bot.cases import small_counts
from bot.cases.small_counts import K

LINE = st.dictionaries(st.integers(0, 40), st.integers(0, 30), max_size=12)
TABLE = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 4)), st.integers(0, 20), max_size=30)


def safe(counts: list[int], everything: list[int]) -> bool:
    """Whether what is hidden adds up to K, or is all there is."""
    return not counts or len(counts) > 1 and sum(counts) >= K or not any(everything)


@given(LINE)
def test_what_is_hidden_in_a_line_cannot_be_worked_out(counts):
    secret = small_counts.hidden(counts)
    assert all(key in secret for key, count in counts.items() if 0 < count < K)
    assert safe([counts[key] for key in secret], [count for key, count in counts.items() if key not in secret])


@given(TABLE)
def test_what_is_hidden_in_a_table_cannot_be_worked_out_from_its_rows_and_columns(counts):
    secret = small_counts.hidden_in_table(counts)
    assert all(key in secret for key, count in counts.items() if 0 < count < K)
    for side in (0, 1):
        for line in {key[side] for key in counts}:
            of_line = {key: count for key, count in counts.items() if key[side] == line}
            assert safe([count for key, count in of_line.items() if key in secret],
                        [count for key, count in of_line.items() if key not in secret])


@given(st.dictionaries(st.integers(1, 30), st.integers(0, 8), min_size=1))
def test_spans_cover_the_months_in_order_and_hold_enough_or_nothing(counts):
    found = small_counts.spans(counts)
    assert found[0][0] == min(counts) and found[-1][1] == max(counts)
    assert all(one[1] < next_one[0] for one, next_one in zip(found, found[1:]))
    held = [sum(count for month, count in counts.items() if first <= month <= last) for first, last in found]
    assert sum(held) == sum(counts.values())
    assert len(found) == 1 or all(n == 0 or n >= K for n in held)


def test_nothing_is_hidden_where_all_groups_are_large():
    assert small_counts.hidden({"a": 5, "b": 0, "c": 127}) == set()


def test_one_small_group_hides_the_next_smallest_with_it():
    assert small_counts.hidden({"a": 3, "b": 9, "c": 40}) == {"a", "b"}
    assert small_counts.hidden({"a": 3, "b": 2, "c": 40}) == {"a", "b"}
