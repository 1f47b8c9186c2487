"""Reads the training examples: Rasa NLU YAML under ``data/nlu/<language>/<topic>.yml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable

import yaml

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "nlu"

#: The issues of the contract, in its order; ``not_labour`` is the last one and excludes the others.
LABOUR_ISSUES = (
    "wage_arrears",
    "no_contract",
    "work_injury",
    "dismissal",
    "overtime_rest",
    "social_insurance",
    "platform_status",
    "platform_rules",
    "contract_terms",
    "discrimination_harassment",
    "leave_maternity",
    "health_safety",
    "other_labour",
)
NOT_LABOUR = "not_labour"
ISSUES = LABOUR_ISSUES + (NOT_LABOUR,)

#: Entity markup in the text, as Rasa writes it: [盘州](place) or [盘州]{"entity": "place"}.
_MARKUP = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Example:
    """One message with what it means. ``issues`` is empty for a conversation act."""

    text: str
    intent: str
    issues: tuple[str, ...]
    language: str = "zh"


def issues_of(intent: str, also: Iterable[str] = ()) -> tuple[str, ...]:
    """All issues of an example, the most prominent first."""
    if intent == NOT_LABOUR:
        return (NOT_LABOUR,)
    first = (intent,) if intent in LABOUR_ISSUES else ()
    more = tuple(dict.fromkeys(issue for issue in also if issue != intent))
    unknown = [issue for issue in more if issue not in LABOUR_ISSUES]
    if unknown:
        raise ValueError(f"{intent}: also names no labour issue: {', '.join(unknown)}")
    if more and not first:
        raise ValueError(f"{intent} is no issue and cannot have further issues")
    return first + more


def read(folder: Path | str = DATA, language: str | None = None) -> list[Example]:
    """All examples under ``folder``, in a fixed order; only one language when it is given."""
    found: list[Example] = []
    for path in sorted(Path(folder).glob("*/*.yml")):
        if language is None or path.parent.name == language:
            found.extend(_read_file(path))
    return found


def _read_file(path: Path) -> list[Example]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as stream:
        content = yaml.load(stream, Loader=loader) or {}
    found = []
    for entry in content.get("nlu") or []:
        intent = entry.get("intent")
        if not intent:  # lookup tables, synonyms, regexes
            continue
        for text, also in _entries(entry.get("examples") or []):
            text = _MARKUP.sub(r"\1", text).strip()
            if not text:
                continue
            try:
                issues = issues_of(intent, also)
            except ValueError as fault:
                raise ValueError(f"{path}: {fault}: {text[:40]}") from None
            found.append(Example(text, intent, issues, path.parent.name))
    return found


def _entries(examples: str | list) -> Iterable[tuple[str, list[str]]]:
    if isinstance(examples, str):
        for line in examples.splitlines():
            line = line.strip()
            if line.startswith("-"):
                yield line[1:], []
        return
    for item in examples:
        if isinstance(item, str):
            yield item, []
        else:
            metadata = item.get("metadata") or {}
            yield item.get("text", ""), metadata.get("also") or []
