"""Regular expressions that are tried only where they can match: most messages hold none of the words a pattern needs.

What a pattern needs is read from the pattern itself, so a guard can never be forgotten or wrong; the matches are the same.
"""

import re
import sre_parse
from typing import FrozenSet, Iterator, Optional

#: A class of more characters than this guards against nothing.
_FEW = 24
_REPEATS = (sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT)


def needles(pattern: str) -> Optional[FrozenSet[str]]:
    """Strings of which at least one stands in every text the pattern matches; None where none can be named."""
    return _of(sre_parse.parse(pattern))


def _of(items) -> Optional[FrozenSet[str]]:
    found, run = [], ""
    for kind, value in items:
        if kind is sre_parse.LITERAL:
            run += chr(value)
            continue
        found, run = found + [frozenset((run,))] * bool(run), ""
        one = _inside(kind, value)
        if one:
            found.append(one)
    found += [frozenset((run,))] * bool(run)
    # The longest are the rarest, and of those the fewest.
    return max(found, key=lambda one: (min(map(len, one)), -len(one)), default=None)


def _inside(kind, value) -> Optional[FrozenSet[str]]:
    """What one part that is no plain letter needs."""
    if kind is sre_parse.SUBPATTERN:
        return _of(value[3])
    if kind in _REPEATS and value[0]:
        return _of(value[2])
    if kind is sre_parse.BRANCH:
        branches = [_of(branch) for branch in value[1]]
        return frozenset().union(*branches) if all(branches) else None
    if kind is sre_parse.IN:
        return _of_class(value)
    return None


def _of_class(parts) -> Optional[FrozenSet[str]]:
    chars = set()
    for kind, value in parts:
        if kind is sre_parse.LITERAL:
            chars.add(chr(value))
        elif kind is sre_parse.RANGE and value[1] - value[0] < _FEW:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(chars) if len(chars) <= _FEW else None


class Guarded:
    """A compiled pattern that looks for what it needs before it looks for a match."""

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(pattern)
        self._needles = tuple(sorted(needles(pattern) or ()))

    def may_match(self, text: str) -> bool:
        """False only where the pattern cannot match."""
        for needle in self._needles:  # a loop: any() over a generator takes three times as long
            if needle in text:
                return True
        return not self._needles

    def finditer(self, text: str) -> Iterator[re.Match]:
        """As `re.Pattern.finditer`."""
        return self.pattern.finditer(text) if self.may_match(text) else iter(())

    def search(self, text: str) -> Optional[re.Match]:
        """As `re.Pattern.search`."""
        return self.pattern.search(text) if self.may_match(text) else None
