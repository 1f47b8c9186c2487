"""Figures as they are measured: said at once, written together."""
import json
import statistics
import sys
from pathlib import Path


class Figures:
    """What was measured so far, by the contract's names."""

    def __init__(self, path: Path):
        self._path, self._all = path, {}

    def put(self, name: str, value: float, unit: str) -> None:
        """Says a figure on standard output and writes all of them."""
        self._all[name] = {"value": round(value, 4), "unit": unit}
        print(f"{name}: {value:.4g} {unit}".rstrip(), flush=True)
        self._path.write_text(json.dumps(self._all, indent=1) + "\n")

    def ratio(self, name: str, ours: list[float], theirs: list[float]) -> None:
        """The median of ours over the median of theirs, with both and their spread on standard error."""
        self.put(name, statistics.median(ours) / statistics.median(theirs), "ratio")
        say(f"  {name}: ours {_spread(ours)}, theirs {_spread(theirs)}")


def say(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.4g} ({min(values):.4g} to {max(values):.4g}, {len(values)} rounds)"
