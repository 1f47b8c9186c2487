"""Where a conversation stands. It is kept with the worker, not in Rasa's tracker, which may be lost."""
from dataclasses import asdict, dataclass, field

from bot.cases.model import Worker


@dataclass
class State:
    """`pending`: facts understood and not confirmed yet, by dotted name. `asked`: the fact asked for last.

    `tries`: how often a fact was asked without an answer; `declined`: facts the worker does not know;
    `doubts`: messages in a row that were not understood; `last_message`: the message absorbed last, so that a
    repetition changes nothing.
    """

    pending: dict = field(default_factory=dict)
    story: bool = False  # pending holds more than the answer to a question, so it is confirmed before anything is asked
    asked: str | None = None
    tries: dict = field(default_factory=dict)
    declined: list = field(default_factory=list)
    questions_asked: int = 0
    doubts: int = 0
    last_message: str | None = None
    last_contact: int | None = None
    refused_consent: bool = False
    guided: bool = False  # the card has been shown for this case
    pinned_language: bool = False
    redo: str | None = None  # a fact the worker wants to change
    place_candidates: list = field(default_factory=list)  # codes of places that share the name the worker said


def read(worker: Worker) -> State:
    """The state of a worker's conversation; a fresh one where there is none."""
    return State(**(worker.dialogue or {}))


def write(worker: Worker, state: State) -> None:
    worker.dialogue = asdict(state)
