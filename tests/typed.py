"""What people type in a test, and what all parts log meanwhile, as production writes it (bot/logs.py): none of the one stands in the other.

The doubles note what is typed (`note`); the fixture in tests/conftest.py holds it against the log of each test. Our own loggers are at
DEBUG; with ALL_LOGGERS_AT_DEBUG=1 so is every library's, which makes the suite slower (docs/privacy.md).
"""
import logging
import os

from bot.logs import OURS, Wordless

SHORTEST = 4  # characters of what is looked for, two of them beyond ASCII or eight in all: shorter ones stand in any line by chance
_typed: set[str] = set()


def note(text) -> None:
    """Somebody types this."""
    words = text.strip() if isinstance(text, str) else ""
    if len(words) >= SHORTEST and (len(words) >= 8 or len(words.encode()) >= len(words) + 4) and not words.startswith("/"):
        _typed.add(words)


class Log(logging.Handler):
    """All lines of one test."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(Wordless())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def begin(self) -> None:
        _typed.clear()
        self.lines.clear()
        logging.getLogger().addHandler(self)
        for name in ("", *OURS) if os.environ.get("ALL_LOGGERS_AT_DEBUG") else OURS:
            logging.getLogger(name).setLevel(logging.DEBUG)

    def end(self) -> list[str]:
        """The lines that hold what was typed."""
        logging.getLogger().removeHandler(self)
        told = [line.partition(" ")[2] for line in self.lines]  # without the moment: a day that was typed stands in it
        return [line for line in told if any(words in line for words in _typed)]
