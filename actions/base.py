"""What all actions share: the message as heard, one unit of work, and the way to speak."""
from abc import ABC, abstractmethod
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from inspect import isawaitable
from typing import Iterable, Iterator

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from bot.cases import answers, cases, messages, store, workers
from bot.dialogue import listen, matters, missed, state
from bot.dialogue.heard import Heard, Say
from bot.law import load
from bot.law.languages import in_its_script
from bot.settings import now, today
from bot.understanding import phrases
from bot.voice import aloud

LISTS = ("issues", "dangers", "claimed_on", "employer_promised_on")  # facts whose value is a list


class Turn:
    """One message being handled: the worker, the conversation's state, the open case and the law."""

    def __init__(self, session, heard: Heard):
        self.session, self.heard, self.law = session, heard, load()
        self.worker = workers.by_sender(session, heard.sender)
        self.state = state.read(self.worker)
        listen.speak_language(self.worker, self.state, heard)
        self._take_note_of_the_day()

    def _take_note_of_the_day(self) -> None:
        """How long the worker was away, for as long as the message is handled that ended it."""
        state, day = self.state, today()
        if self.heard.message_id != state.last_message:
            state.paused = False
        if state.spoke_on != day.isoformat():
            state.back = [(day - date.fromisoformat(state.spoke_on)).days, self.heard.message_id] if state.spoke_on else None
            state.spoke_on = day.isoformat()

    @property
    def days_away(self) -> int:
        days, message = self.state.back or (0, None)
        return days if message == self.heard.message_id else 0

    @property
    def case(self):
        return cases.current(self.session, self.worker)

    def is_about_another(self) -> bool:
        """Whether words turn to another matter than the one spoken of: the form takes them in."""
        return not self.heard.pressed and matters.decide(self.session, self.worker, self.state, self.heard) is not None

    def turn_by_button(self) -> None:
        """A button counts for the case it was shown in."""
        if self.heard.pressed and self.heard.intent != matters.MATTER:
            matters.settle(self.session, self.law, self.worker, self.state, self.heard)

    def offer_voice(self, cannot_read: bool) -> list[Say]:
        """Who told that reading is hard is offered, once, to have it all read aloud."""
        if not cannot_read or self.state.voice_offered or self.worker.voice:
            return []
        self.state.voice_offered = True
        if not (self.worker.channel in messages.SPEAKING and aloud.can_speak()):
            return [Say(self.law.text("voice.cannot", self.language))]
        return [Say(self.law.text("dialogue.voice_offer", self.language),
                    ((self.law.text("dialogue.voice_button", self.language), "/read_aloud"),))]

    @property
    def language(self) -> str:
        return self.worker.language or "zh"

    def text(self, key: str, **fields) -> Say:
        return Say(self.law.text(f"dialogue.{key}", self.language, **fields))


@contextmanager
def turn(tracker: Tracker) -> Iterator[Turn]:
    """The turn for the tracker's last message; its changes are committed at the end."""
    with store.session() as session:
        one = Turn(session, hear(tracker))
        yield one
        missed.note(session, one.worker, one.state, one.heard)
        state.write(one.worker, one.state)
        one.worker.seen_at = now()


def hear(tracker: Tracker) -> Heard:
    """The last message of the worker as the tracker has it."""
    latest = tracker.latest_message
    event = next((event for event in reversed(tracker.events) if event.get("event") == "user"), {})
    metadata = event.get("metadata") or {}
    text = latest.get("text") or ""
    entities = latest.get("entities") or () if text.startswith("/") else ()
    return Heard(
        sender=tracker.sender_id,
        text=text,
        message_id=str(metadata.get("message_id") or event.get("message_id") or latest.get("message_id")),
        intent=(latest.get("intent") or {}).get("name"),
        issues=tuple(phrases.settle(latest.get("issues") or (), text)),
        values=_values(entities),
        channel=str(metadata.get("channel") or "rest"),
        language=metadata.get("language"),
        **_guessed(latest),
    )


def _guessed(latest: dict) -> dict:
    """What the classifier took the words for; where it fell back, what it would have said."""
    ranking = [one for one in latest.get("intent_ranking") or [] if one.get("name") not in (None, "nlu_fallback")]
    best = ranking[0] if ranking else {}
    return {"guess": best.get("name"), "confidence": best.get("confidence")}


def _values(entities: Iterable[dict]) -> dict:
    """The values of a payload by name; Rasa hands over a list as several entities of one name."""
    values: dict = {}
    for entity in entities:
        name, value = entity["entity"], entity["value"]
        if name in LISTS:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values


def speak(dispatcher: CollectingDispatcher, turn: Turn, says: list[Say]) -> None:
    """Says it; every button that is about a case carries the code of the case spoken of."""
    case = turn.case if turn.worker.consented_at is not None else None
    for say in says:
        buttons = [
            {"title": in_its_script(title, turn.language), "payload": payload if case is None else matters.button(payload, case.code)}
            for title, payload in say.buttons
        ]
        dispatcher.utter_message(text=in_its_script(say.text, turn.language), buttons=buttons)


class Once(Action, ABC):
    """An action that counts once for a message.

    Inside Rasa's process a whole message is one unit of work (bot/rasa_turn.py). An action server commits each action; there, what
    an action came to is kept until the message is answered, and given again when the message comes again.
    """

    @abstractmethod
    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict):
        """What `run` is in other actions: says what is to be said and returns the events."""

    async def run(self, dispatcher, tracker, domain):
        message_id = hear(tracker).message_id
        if store.is_joined() or len(message_id) > answers.LONGEST_ID:
            return await self._acted(dispatcher, tracker, domain)
        with store.session() as session, store.joined(session):
            key = f"{message_id}#{_place(tracker)}:{self.name()}"
            known = answers.known(session, tracker.sender_id, key)
            if known is not None:
                dispatcher.messages += known["said"]
                return known["events"]
            events = await self._acted(dispatcher, tracker, domain)
            answers.keep(session, tracker.sender_id, key, {"said": deepcopy(dispatcher.messages), "events": events})
            return events

    async def _acted(self, dispatcher, tracker, domain) -> list:
        events = self.act(dispatcher, tracker, domain)
        return await events if isawaitable(events) else events


def _place(tracker: Tracker) -> int:
    """How many actions have run since the worker's last message."""
    names = [event.get("event") for event in tracker.events]
    return names[::-1][:names[::-1].index("user") if "user" in names else None].count("action")


def _was_taken_in(turn: Turn, tracker: Tracker) -> bool:
    """Whether the form took this message in before: Rasa then died over it and forgot the form, and the form has to go on from there."""
    return turn.heard.message_id == turn.state.last_message and _place(tracker) == 0


class Answer(Once):
    """An action that says what `answer` returns."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in domain.yml."""

    @abstractmethod
    def answer(self, turn: Turn) -> list[Say]:
        """What to say to the message of this turn."""

    def goes_on(self, turn: Turn) -> bool:
        """Whether, outside the form, the message is one for the form: it then opens (again) and takes the message in."""
        return False

    def act(self, dispatcher, tracker, domain):
        with turn(tracker) as one:
            if not tracker.active_loop.get("name") and (one.is_about_another() or self.goes_on(one) or _was_taken_in(one, tracker)):
                return [FollowupAction("triage_form")]
            one.turn_by_button()
            speak(dispatcher, one, self.answer(one))
        return []
