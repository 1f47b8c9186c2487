"""Where a conversation stands. It is kept with the worker, not in Rasa's tracker, which may be lost."""
import json
from dataclasses import dataclass, field, fields

from bot.cases.model import Worker
from bot.dialogue.heard import Heard


@dataclass
class State:
    """The conversation, and where it stands in the case spoken of.

    Of the conversation: `doubts`: messages in a row that were not understood; `last_message`: the message absorbed last, so
    that a repetition changes nothing; `case`: the code of the case spoken of (None: the latest); `others`: where it stood in
    the other cases, by code; `aside`: a message that waits until it is clear whose matter it is; `paused`: nothing is asked
    after this message; `spoke_on`: the last day with a message; `back`: days away and the message that ended them.

    Of the case: `pending`: facts understood and not confirmed yet, by dotted name; `asked`: the fact asked for last; `trail`:
    the facts answered, in order; `tries`: how often a fact was asked without an answer; `offer`: what was offered without a
    question of the form ("hotline", "resolved"), so that a typed yes or no is understood.
    """

    doubts: int = 0
    last_message: str | None = None
    unread: bool = False  # nothing was taken from the last message
    refused_consent: bool = False
    pinned_language: bool = False
    reminders: bool = True  # may be written to of the bot's own accord
    case: str | None = None
    others: dict = field(default_factory=dict)
    aside: dict | None = None
    paused: bool = False
    spoke_on: str | None = None
    back: list | None = None
    voice_offered: bool = False
    counted: list | None = None  # the message counted last among those heard, and whether it was counted as missed
    missed: list = field(default_factory=list)  # of this turn, not kept: messages that were not understood, and why

    pending: dict = field(default_factory=dict)
    story: bool = False  # pending holds more than the answer to a question, so it is confirmed before anything is asked
    rough: list = field(default_factory=list)  # names in pending that were guessed or rounded
    asked: str | None = None
    trail: list = field(default_factory=list)
    offer: str | None = None
    tries: dict = field(default_factory=dict)
    questions_asked: int = 0
    last_contact: int | None = None
    sensitive: bool = False  # the worker agreed, on its own, that injuries and the like are written down (sensitive.py)
    guided: bool = False  # the card has been shown for this case
    redo: str | None = None  # a fact the worker wants to change
    place_candidates: list = field(default_factory=list)  # codes of places that share the name the worker said

    @property
    def answered(self) -> str | None:
        """The fact answered last, which a bare "no, it was in March" is about."""
        return self.trail[-1] if self.trail else None

    def miss(self, heard: Heard, why: str) -> None:
        """A message that was not understood, or for which there is no guidance (`why` as in bot/cases/unanswered.py)."""
        self.missed.append((heard, why))

    def answer(self, fact: str) -> None:
        """A fact was answered: it is now the last of the trail."""
        self.trail = [one for one in self.trail if one != fact] + [fact]


OF_CASE = ("pending", "story", "rough", "asked", "trail", "offer", "tries", "questions_asked", "last_contact", "sensitive", "guided",
           "redo", "place_candidates")
KNOWN = frozenset(one.name for one in fields(State))


def read(worker: Worker) -> State:
    """The state of a worker's conversation; a fresh one where there is none."""
    kept = json.loads(json.dumps(worker.dialogue or {}))  # what changes inside it must differ from what is stored, or it is not written
    return State(**{name: value for name, value in kept.items() if name in KNOWN})


def write(worker: Worker, state: State) -> None:
    worker.dialogue = {name: value for name, value in vars(state).items() if name != "missed"}


def turn_to(worker: Worker, state: State, left: str | None, code: str) -> None:
    """Speaks of the case `code` from now on; where the conversation stood in the case `left` is kept."""
    if left == code:
        state.case = code
        return
    if left is not None:
        state.others = {**state.others, left: {name: getattr(state, name) for name in OF_CASE}}
    fresh, kept = State(), state.others.get(code, {})
    for name in OF_CASE:
        setattr(state, name, kept.get(name, getattr(fresh, name)))
    state.others = {other: stood for other, stood in state.others.items() if other != code}
    state.case = code
    write(worker, state)  # whoever asks for the current case in this turn finds the new one
