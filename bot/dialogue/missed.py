"""What was not understood in a turn: kept after consent, scrubbed of personal data; and every message of a worker counted once."""
from sqlalchemy.orm import Session

from bot.cases import cases, unanswered
from bot.cases.model import Worker
from bot.dialogue.heard import Heard
from bot.dialogue.state import State
from bot.understanding import language as languages
from bot.understanding.scrub import scrub

NAMING = ("employer", "employer_place", "household_place")  # facts that name somebody


def note(session: Session, worker: Worker, state: State, heard: Heard) -> None:
    """At the end of a turn. One message may take several turns, of which the last may say that it was not understood."""
    missed, state.missed = {told.message_id: (told, why) for told, why in reversed(state.missed) if _is_words(told)}, []
    if worker.consented_at is None:
        return
    before = state.counted if state.counted and state.counted[0] == heard.message_id else None
    if before and before[1]:
        missed.pop(heard.message_id, None)
    _keep(session, worker, state, list(missed.values()))
    if not _is_words(heard):
        return
    counts = heard.message_id in missed and missed[heard.message_id][1] in unanswered.MISSED
    if before is None or counts:
        unanswered.count_message(session, _language(worker, heard), heard=int(before is None), missed=int(counts))
        state.counted = [heard.message_id, counts]


def _keep(session: Session, worker: Worker, state: State, missed: list[tuple[Heard, str]]) -> None:
    case = cases.current(session, worker) if missed else None
    facts = {**(cases.stated(case) if case is not None else {}), **state.pending}
    named = [facts[name] for name in NAMING if name in facts]
    for told, why in missed:
        if why in unanswered.UNKEPT:
            continue
        unanswered.keep(session, worker, case, text=scrub(told.text, named), why=why, language=_language(worker, told),
                        guess=told.guess or told.intent, confidence=told.confidence)


def _is_words(told: Heard) -> bool:
    return not told.pressed and bool(told.text.strip())


def _language(worker: Worker, told: Heard) -> str:
    return languages.detect(told.text) or ("en" if worker.language == "en" else "zh")
