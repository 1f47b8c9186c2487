"""Where a conversation stands. It is kept with the worker, not in Rasa's tracker, which may be lost."""
from dataclasses import asdict, dataclass, field, fields

from bot.cases.model import Worker


@dataclass
class State:
    """`pending`: facts understood and not confirmed yet, by dotted name. `asked`: the fact asked for last.

    `tries`: how often a fact was asked without an answer; `declined`: facts the worker does not know;
    `doubts`: messages in a row that were not understood; `last_message`: the message absorbed last, so that a
    repetition changes nothing; `answered`: the fact answered last, which a bare "no, it was in March" is about;
    `offer`: what was offered without a question of the form ("hotline", "resolved"), so that a typed yes or no is understood.
    """

    pending: dict = field(default_factory=dict)
    story: bool = False  # pending holds more than the answer to a question, so it is confirmed before anything is asked
    rough: list = field(default_factory=list)  # names in pending that were guessed or rounded
    asked: str | None = None
    answered: str | None = None
    offer: str | None = None
    tries: dict = field(default_factory=dict)
    declined: list = field(default_factory=list)
    questions_asked: int = 0
    doubts: int = 0
    last_message: str | None = None
    unread: bool = False  # nothing was taken from the last message
    last_contact: int | None = None
    refused_consent: bool = False
    guided: bool = False  # the card has been shown for this case
    pinned_language: bool = False
    reminders: bool = True  # may be written to of the bot's own accord
    redo: str | None = None  # a fact the worker wants to change
    place_candidates: list = field(default_factory=list)  # codes of places that share the name the worker said


def read(worker: Worker) -> State:
    """The state of a worker's conversation; a fresh one where there is none."""
    known = {one.name for one in fields(State)}
    return State(**{name: value for name, value in (worker.dialogue or {}).items() if name in known})


def write(worker: Worker, state: State) -> None:
    worker.dialogue = asdict(state)
