"""The form: it takes in what the worker says, asks what `guidance` still misses, and ends in the guidance."""
from abc import abstractmethod

from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.forms import FormValidationAction

from actions.base import Answer, Once, speak, turn
from bot.dialogue import ask, beside, guide, listen, matters, standing
from bot.law import load


def slot_of(fact: str) -> str:
    """A fact's slot: dots are no part of a slot's name."""
    return fact.replace(".", "_")


FACTS = [ask.CONSENT, matters.MATTER, ask.CONFIRM, *load().rule("questions")["order"]]
FORM = "triage_form"


class ValidateTriageForm(Once, FormValidationAction):
    """Absorbs the message, then names the next fact to ask; None ends the form.

    A message that a rule beside the form answers is rejected first, so that the rule runs; the form then comes back to it.
    """

    def name(self):
        return "validate_triage_form"

    async def act(self, dispatcher, tracker, domain):
        with turn(tracker) as one:
            if is_first_look(tracker) and beside.stands(one.heard, one.language, one.state.asked) and not one.is_about_another():
                return [ActionExecutionRejected(FORM)]
            if one.days_away and one.heard.intent not in beside.EVERY and one.heard.message_id != one.state.last_message:
                speak(dispatcher, one, standing.resumed(one.law, one.worker, one.case))
            change = listen.absorb(one.session, one.law, one.worker, one.state, one.heard, tracker.get_slot("held") or [])
            speak(dispatcher, one, change.says + one.offer_voice(change.cannot_read))
            missing = ask.required(one.law, one.worker, one.case, one.state)
            one.state.asked = missing[0] if missing else None
            if one.state.paused:
                missing = []
        held = change.held if change.held is not None else tracker.get_slot("held")
        return [SlotSet("held", held), SlotSet("requested_slot", slot_of(missing[0]) if missing else None)]


def is_first_look(tracker) -> bool:
    """Whether the open form sees the message before any rule beside it has run."""
    if tracker.active_loop.get("name") != FORM:
        return False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return True
        if event.get("event") == "action" and event.get("name") != FORM:
            return False
    return True


class AskFact(Once):
    """Asks for one fact; a subclass for each is made below, since Rasa looks them up by name."""

    @property
    @abstractmethod
    def fact(self) -> str:
        """The fact to ask for."""

    def name(self):
        return f"action_ask_triage_form_{slot_of(self.fact)}"

    def act(self, dispatcher, tracker, domain):
        with turn(tracker) as one:
            if self.fact == ask.CONSENT:
                one.state.tries[self.fact] = one.state.tries.get(self.fact, -1) + 1
            if self.fact not in (ask.CONSENT, ask.CONFIRM, matters.MATTER, one.state.redo) and self.fact not in one.state.tries:
                one.state.questions_asked += 1
                one.state.tries[self.fact] = 0
            speak(dispatcher, one, [ask.question(one.session, one.law, one.worker, one.case, one.state, self.fact)])
        return []


ASKING = [type(f"Ask_{slot_of(fact)}", (AskFact,), {"fact": fact}) for fact in FACTS]


class Guide(Answer):
    """The card, when nothing is left to ask."""

    def name(self):
        return "action_guide"

    def answer(self, turn):
        return guide.card(turn.session, turn.law, turn.worker, turn.state)
