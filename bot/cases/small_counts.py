"""Small counts are hidden, so that no figure that goes round can be led back to a person. Pure.

A group (a place, a month, a trade, a door …) of fewer than K cases is not shown, and neither is another one from whose count it could
be worked out: what is hidden in a line always adds up to K or more, or is all there is. What bodies did (knew, acted, resolved) is
shown for every group that is shown: it says something about the body, not about one person in the group.
"""
from collections.abc import Mapping

K = 5  # the only place where it is set


def hidden(counts: Mapping) -> set:
    """Which cells of one line of counts are not shown."""
    secret = {key for key, count in counts.items() if 0 < count < K}
    _cover([list(counts)], counts, secret)
    return secret


def hidden_in_table(counts: Mapping[tuple, int]) -> set[tuple]:
    """Which cells of a table, by (row, column), are not shown where the sums of its rows and columns are."""
    secret = {key for key, count in counts.items() if 0 < count < K}
    lines: dict[tuple, list[tuple]] = {}
    for row, column in counts:
        lines.setdefault(("row", row), []).append((row, column))
        lines.setdefault(("column", column), []).append((row, column))
    _cover(list(lines.values()), counts, secret)
    return secret


def spans(counts: Mapping[int, int]) -> list[tuple[int, int]]:
    """Months in a row, taken together until there are K cases: (first, last) of each span. Figures begin and end with a span only, so
    that the difference of any two of them is a whole number of spans."""
    found: list[tuple[int, int]] = []
    first, held = None, 0
    for month in sorted(counts):
        first, held = (month, counts[month]) if held == 0 else (first, held + counts[month])
        if held == 0 or held >= K:
            found.append((first, month))
            held = 0
    if held:  # the last months do not make a span of their own yet: they go to the one before, past months without a case
        while len(found) > 1 and not sum(counts[month] for month in counts if found[-1][0] <= month <= found[-1][1]):
            first = found.pop()[0]
        found.append((found.pop()[0] if found else first, max(counts)))
    return found


def _cover(lines: list[list], counts: Mapping, secret: set) -> None:
    """Hides more cells, the smallest first, until no line gives a hidden one away."""
    changed = True
    while changed:
        changed = False
        for line in lines:
            behind = [key for key in line if key in secret]
            if not behind or len(behind) > 1 and sum(counts[key] for key in behind) >= K:
                continue
            shown = sorted((counts[key], str(key), key) for key in line if key not in secret and counts[key])
            if shown:
                secret.add(shown[0][2])
                changed = True
