"""Changing what was said before: every fact as a button, one taken back, or the fact that a bare "no, it was in March" is about."""
import re

from sqlalchemy.orm import Session

from bot.cases import cases
from bot.cases.model import Case, Worker
from bot.dialogue import echo, words
from bot.dialogue.heard import Heard, Say
from bot.dialogue.state import State
from bot.law import Law
from bot.settings import today
from bot.understanding import facts as reader

LONGEST_BUTTON = 60
NO_THAT_IS = re.compile(r"不对|不是的?[，,]|错了|说错|记错|搞错|no, (?:it|that|the)|wrong|not right|that is wrong|sorry", re.IGNORECASE)
CORRECTIBLE_BY_WORDS = (*echo.DATES, *echo.MONEY, "place", "people")  # a bare yes or no would fit any flag

LEAD = re.compile(
    r"(?:不对|不是的?|我?[说记搞]错了|错了|no|wrong|sorry)[，,。.!！\s]*(?:应该)?(?:是|it was|it is|that was)?\s*", re.IGNORECASE)


def known(case: Case | None, state: State) -> dict:
    """The facts as the worker sees them: those stated and those waiting for confirmation."""
    return {**(cases.stated(case) if case is not None else {}), **state.pending}


def review(law: Law, worker: Worker, values: dict) -> Say:
    """Every fact as a button, to change it."""
    language = worker.language or "zh"
    if not any(echo.fact(law, language, name, value) for name, value in values.items()):
        return Say(law.text("dialogue.need_a_problem", language))
    rows = []
    for name, value in values.items():
        line = echo.fact(law, language, name, value) if name not in echo.SILENT else None
        if line:
            rows.append((line[:LONGEST_BUTTON], f'/correct{{"fact": "{"place" if name == "adcode" else name}"}}'))
    for name in values.get("dont_know", []):
        if name in law.rule("questions")["order"]:  # perhaps it has come back
            asked = law.text(f"questions.{name.replace('.', '_')}_ask", language)
            rows.append((f"❓ {asked}"[:LONGEST_BUTTON], f'/correct{{"fact": "{name}"}}'))
    return Say(law.text("dialogue.review", language), tuple(rows))


def back(session: Session, law: Law, worker: Worker, case: Case | None, state: State) -> list[Say]:
    """One question back: what was answered last is asked again. Where there is none, everything told is shown to choose from."""
    if not state.trail or state.pending and state.story:
        return [review(law, worker, known(case, state))]
    state.trail, state.redo = state.trail[:-1], state.trail[-1]
    return [Say(law.text("dialogue.back", worker.language or "zh"))]


def pressed(session: Session, law: Law, worker: Worker, case: Case | None, state: State, heard: Heard) -> list[Say]:
    """A button of the review: a fact with a question is asked again, another one is taken back."""
    name, facts = heard.values.get("fact"), known(case, state)
    if heard.intent == "back" and name is None:
        return back(session, law, worker, case, state)
    if name in law.rule("questions")["order"]:
        state.redo = name
        return []
    if not isinstance(name, str) or name not in facts:
        return [review(law, worker, facts)]
    language = worker.language or "zh"
    line = echo.fact(law, language, name, facts[name]) or name
    state.pending.pop(name, None)
    if case is not None:
        cases.state(session, case, {name: None})
    return [Say(law.text("dialogue.taken_back", language, line=line))]


def contradicts(heard: Heard, expecting: str | None, language: str) -> bool:
    """Whether the words take back what was said; a bare "no" does so only where no question is open that it could answer."""
    if heard.pressed:
        return False
    bare = heard.intent == "deny" and expecting is None and words.says("bare_no", heard.text, language)
    return bare or heard.intent == "correct" or NO_THAT_IS.match(heard.text.strip()) is not None


def without_no(text: str) -> str:
    """The words after "no, it was": the no itself would be read as an answer."""
    return LEAD.sub("", text.strip(), count=1) if LEAD.match(text.strip()) else text


def meant(case: Case | None, state: State, text: str, language: str) -> str | None:
    """The fact a bare correction is about: the one answered last if the words fit it, else the only one they fit.

    None where the words themselves say which fact they give.
    """
    text = without_no(text)
    said = reader.find(text, language=language, today=today())
    if any(finding.fact in CORRECTIBLE_BY_WORDS and finding.value not in (None, []) for finding in said):
        return None
    if any(_reads(name, text, language) == [value] for name, value in known(case, state).items() if name in CORRECTIBLE_BY_WORDS):
        return None  # what is known already, said again
    for values in (state.pending, cases.stated(case) if case is not None else {}):
        fitting = [name for name in CORRECTIBLE_BY_WORDS if values.get(name) is not None and _fits(name, values[name], text, language)]
        if state.answered in fitting:
            return state.answered
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return None
    return None


def _fits(name: str, value, text: str, language: str) -> bool:
    return any(read not in (None, [], value) for read in _reads(name, text, language))


def _reads(name: str, text: str, language: str) -> list:
    """What the words say when they are taken for an answer about this fact."""
    return [finding.value for finding in reader.find(text, language=language, today=today(), expecting=name) if finding.fact == name]
