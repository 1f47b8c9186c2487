"""Messages that are no answer to the question asked: answered by a rule of their own, then the question is asked again."""
from bot.dialogue.heard import Heard
from bot.settings import today
from bot.understanding import facts as reader, language as languages

# Each has a rule in data/rules/during_the_form.yml or leaving.yml.
COURTESIES = ("thanks", "greet", "insult", "danger", "goodbye", "stop", "ask_help", "not_labour")
QUESTIONS = ("ask_why", "ask_how", "ask_deadlines", "ask_human", "bot_challenge", "change_language", "forget", "status")
BUTTONS = ("hand_over", "choose_reason", "more", "start", "restart", "resolved")
EVERY = (*COURTESIES, *QUESTIONS, *BUTTONS)


def stands(heard: Heard, language: str, asked: str | None) -> bool:
    """Whether a rule beside the form answers the message. A courtesy that brings news ("盘州，谢谢") is an answer, not a courtesy."""
    if heard.intent not in EVERY:
        return False
    return heard.pressed or heard.intent not in COURTESIES or not brings_news(heard, language, asked)


def brings_news(heard: Heard, language: str, asked: str | None = None) -> bool:
    """Whether words name a problem or a fact."""
    if heard.pressed:
        return False
    if any(issue != "not_labour" for issue in heard.issues):
        return True
    found = reader.find(heard.text, language=languages.detect(heard.text) or language, today=today(), expecting=asked)
    return any(finding.value not in (None, []) for finding in found)
