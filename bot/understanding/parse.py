"""One message understood: language, intent, issues and facts, as `python -m bot parse` prints it."""
from datetime import date

from bot.understanding import facts, language, phrases
from bot.understanding.classifier import Model

LISTS = ("claimed_on", "employer_promised_on", "dangers", "contacts", "suspensions")


def understand(model: Model, text: str, today: date) -> dict:
    """{"text", "language", "intent": {"name", "confidence"}, "issues", "facts"}; facts nested as in CONTRACT.md."""
    spoken = language.detect(text)
    found = model.predict(text)
    return {"text": text, "language": spoken, "intent": {"name": found.intent, "confidence": round(float(found.confidence), 4)},
            "issues": phrases.settle(found.issues, text), "facts": _facts(facts.find(text, language=spoken or "zh", today=today))}


def _facts(found: list) -> dict:
    tree: dict = {}
    for one in found:
        if one.value is None:
            continue
        group, _, leaf = one.fact.partition(".")
        target, name = (tree.setdefault(group, {}), leaf) if leaf else (tree, group)
        if name in LISTS and isinstance(target.get(name), list):
            target[name] += [item for item in one.value if item not in target[name]]
        else:
            target[name] = one.value
    return tree
