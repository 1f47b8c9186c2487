"""Issues that set phrases decide, whatever the classifier made of the rest: "没受伤，就是工资没给" reports wages and no injury
(lexicon/denied.yml); a platform that "says I am not its employee" is asked about as an employer
(lexicon/employer_denied.yml); an employer who is gone has dismissed nobody (lexicon/vanished.yml)."""
import re
from functools import lru_cache
from pathlib import Path
from typing import Sequence

import yaml

from bot.understanding import language

LEXICON = Path(__file__).parent / "lexicon" / "denied.yml"
GAPS = {"zh": r"[^，。！？；,.!?;\s]{0,6}", "en": r"(?:\s+[\w']+){0,3}\s+"}
#: Said by others, asked or only supposed: "老板说工资结清了", "让我写工资都结清".
NOT_TOLD = re.compile(r"(?:如果|要是|假如|万一|是不是|有没有|说|写|签|承认|证明|\bif\b|\bwhether\b|\bsa(?:id|ys?)\b|\bsign\b|\bclaims?\b)[^，。！？；,.!?;]*$")
ASKED = re.compile(r"\s*(?:吗|么|没有?[?？]|[?？])")


def settle(issues: Sequence[str], text: str) -> list[str]:
    """The issues of a message without those that it says are none (never all of them, since something was told), and with what it surely asks."""
    words = language.simplify(text).lower().replace("’", "'")
    kept = [issue for issue in issues if not _denied(issue, words) and not (issue == "dismissal" and _only_gone(words))] or list(issues)
    asked = all(pattern.search(words) for pattern in _any_of("employer_denied").values())
    return [*kept, "platform_status"] if asked and kept and "platform_status" not in kept and "not_labour" not in kept else kept


def _denied(issue: str, words: str) -> bool:
    pattern = _patterns().get(issue)
    return pattern is not None and any(
        not NOT_TOLD.search(words[:found.start()]) and not ASKED.match(words[found.end():]) for found in pattern.finditer(words))


@lru_cache(1)
def _patterns() -> dict[str, re.Pattern]:
    lexicon = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    return {issue: re.compile("|".join(_regex(phrase, tongue) for tongue, phrases in tongues.items() for phrase in phrases))
            for issue, tongues in lexicon.items()}


def _regex(phrase: str, tongue: str) -> str:
    parts = (re.escape(part.strip()) for part in phrase.split("…"))
    words = GAPS[tongue].join(parts)
    return rf"(?<![没不未别]){words}" if tongue == "zh" else rf"\b{words}\b"


def _only_gone(words: str) -> bool:
    """Whether the employer is gone, and nothing is said of a dismissal."""
    told = _any_of("vanished")
    return bool(told["gone"].search(words)) and not told["dismissed"].search(words)


@lru_cache
def _any_of(lexicon: str) -> dict[str, re.Pattern]:
    """The groups of a lexicon of regular expressions, each as one. employer_denied: a platform, and the denial, which must both stand."""
    groups = yaml.safe_load(LEXICON.with_name(f"{lexicon}.yml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(patterns)) for name, patterns in groups.items()}
