"""Messages that are no answer to the question asked: answered by a rule of their own or here, then the question is asked again."""
from bot.dialogue import guide, words
from bot.dialogue.heard import Heard, Say
from bot.law import Law
from bot.settings import today
from bot.understanding import facts as reader, language as languages

# Each has a rule in data/rules/during_the_form.yml or leaving.yml.
COURTESIES = ("thanks", "greet", "insult", "danger", "goodbye", "stop", "ask_help", "not_labour", "start", "resolved", "more")
QUESTIONS = ("ask_why", "ask_how", "ask_deadlines", "ask_human", "bot_challenge", "change_language", "forget", "read_aloud", "reminders",
             "status")
BUTTONS = ("hand_over", "choose_reason", "restart")
EVERY = (*COURTESIES, *QUESTIONS, *BUTTONS)
TOPICS = ("free", "privacy", "fee", "lawyer", "length")  # questions with an answer of their own
PARTS = ("evidence", "insurance", "amounts", "relationship", "ladder")  # questions that a part of the guidance answers


def stands(heard: Heard, language: str, asked: str | None) -> bool:
    """Whether a rule beside the form answers the message. A courtesy that brings news ("盘州，谢谢") is an answer, not a courtesy."""
    if heard.intent not in EVERY:
        return False
    if heard.pressed or heard.intent not in COURTESIES:
        return True
    question = asks(heard, language) and (heard.intent == "danger" or topic(heard, language) is not None)
    return not question and not brings_news(heard, language, asked)


def brings_news(heard: Heard, language: str, asked: str | None = None) -> bool:
    """Whether words name a problem or a fact."""
    if heard.pressed:
        return False
    if any(issue != "not_labour" for issue in heard.issues):
        return True
    found = reader.find(heard.text, language=languages.detect(heard.text) or language, today=today(), expecting=asked)
    return any(finding.value not in (None, []) for finding in found)


def asks(heard: Heard, language: str) -> bool:
    """Whether the words are a question."""
    return not heard.pressed and words.says("question", heard.text, language)


def topic(heard: Heard, language: str) -> str | None:
    """What a question is about, of TOPICS and PARTS."""
    found = (name for name in (*TOPICS, *PARTS) if words.says(f"asked_{name}", heard.text, language))
    return next(found, None) if asks(heard, language) else None


def knows(language: str, heard: Heard, result: dict | None) -> bool:
    """Whether `answer` has guidance for the question, and does not only name who knows it."""
    about = topic(heard, language)
    return about in TOPICS or about in PARTS and bool(result and result["issues"])


def answer(law: Law, language: str, heard: Heard, result: dict | None) -> list[Say]:
    """The answer to a question beside the matter, from the texts or the assessment, or who knows it; [] for no question."""
    about = topic(heard, language)
    if about in TOPICS:
        return [Say(law.text(f"dialogue.about_{about}", language))]
    if about in PARTS and result and result["issues"]:
        return guide.part_of(law, language, result, about)
    return [Say(law.text("dialogue.no_answer", language))] if asks(heard, language) else []
