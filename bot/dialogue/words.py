"""The words by which people steer the conversation, from `words/<language>.yml`: whose matter it is, what a question is about."""
import re
from functools import cache, lru_cache
from pathlib import Path

import yaml

from bot.law.languages import like
from bot.understanding import language as languages

HERE = Path(__file__).parent / "words"
NAME = re.compile(r"<(\w+)>")


def says(key: str, text: str, language: str) -> bool:
    """Whether a text in the language (or in the other one, if that is what it is written in) says what the list `key` holds."""
    spoken = languages.detect(text) or like(language)
    pattern = _pattern(spoken if spoken in known_languages() else "zh", key)
    return pattern is not None and pattern.search(languages.simplify(text).lower().strip()) is not None


@lru_cache(maxsize=1)
def known_languages() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in HERE.glob("*.yml")))


@cache
def _pattern(language: str, key: str) -> re.Pattern | None:
    """The alternatives of a list as one pattern; None where the language has no such list."""
    lists = _lists(language)
    return re.compile(_joined(lists, key)) if key in lists else None


def _joined(lists: dict, key: str) -> str:
    return "|".join(f"(?:{NAME.sub(lambda name: _joined(lists, name[1]), part)})" for part in lists[key])


@cache
def _lists(language: str) -> dict:
    return yaml.safe_load((HERE / f"{language}.yml").read_text(encoding="utf-8"))
