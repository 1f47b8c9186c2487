"""What the personal information law calls sensitive: agreed to on its own, with the very answer that tells it or confirms it.

No question more is asked for that: a sentence stands under the confirmation, or under the question for such a fact, until the
worker has answered one in this matter.
"""
from collections.abc import Iterable

from bot.dialogue.state import State
from bot.law import Law


def names(law: Law, facts: Iterable[str], issues: Iterable[str] = ()) -> bool:
    """Whether one of these facts or issues is sensitive."""
    rule = law.rule("questions")["sensitive"]
    return any(fact.partition(".")[0] in rule["facts"] for fact in facts) or bool(set(issues) & set(rule["issues"]))


def asked(law: Law, language: str, state: State, fact: str) -> str:
    """The sentence under the question for a fact, if it takes one; else "". Ends with a line break."""
    return "" if state.sensitive or not names(law, [fact]) else law.text("dialogue.sensitive_asked", language) + "\n"


def confirmed(law: Law, language: str, state: State) -> str:
    """The sentence under what is said back, if it takes one; else ""."""
    if state.sensitive or not names(law, state.pending, state.pending.get("issues") or ()):
        return ""
    return law.text("dialogue.sensitive_confirmed", language) + "\n"


def agreed(law: Law, state: State, values: dict) -> None:
    """Notes that the worker told or confirmed something sensitive under such a sentence."""
    told = [name for name, value in values.items() if value is not None]
    state.sensitive = state.sensitive or names(law, told, values.get("issues") or ())
