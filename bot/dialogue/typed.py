"""A choice typed instead of pressed: the title of its button, or words that mean it (words/<language>.yml)."""
from bot.dialogue import words
from bot.law import Law

SHORT = 40  # characters; a longer message is a story, not the name of a button


def choice(law: Law, language: str, fact: str, text: str):
    """The value of the one choice that a short message names, or None. Yes and no are read with the facts."""
    said = text.strip(" \t\r\n。.!！,，").lower()
    values = [value for value in law.rule("questions")["choices"].get(fact, []) if not isinstance(value, bool)]
    if not said or len(said) > SHORT or fact == "issues":
        return None
    key = fact.replace(".", "_")
    titled = [value for value in values if law.text(f"questions.choice_{key}_{value}", language).lower() == said]
    meant = [value for value in values if words.says(f"{key}_{value}", said, language)]
    return titled[0] if titled else meant[0] if len(meant) == 1 else None
