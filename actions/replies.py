"""Everything beside the form: commands, interruptions, what bodies answered, small talk."""
from dataclasses import asdict, replace

from rasa_sdk.events import AllSlotsReset, FollowupAction, Restarted, SlotSet

from actions.base import Answer, hear, turn
from bot.cases import cases, forget, messages, referrals, store, workers
from bot.dialogue import ask, beside, correct, deflect, guide, listen, matters, papers, standing, words
from bot.dialogue.heard import Heard, Say
from bot.dialogue.state import OF_CASE, State, turn_to
from bot.documents import origin as posters
from bot.law import languages as spoken, places
from bot.understanding import language as languages
from bot.voice import aloud


class Start(Answer):
    """Who the bot is; the consent question follows from the form."""

    def name(self):
        return "action_start"

    def answer(self, turn):
        turn.state.refused_consent = False
        turn.state.tries.pop(ask.CONSENT, None)  # whoever starts anew reads again what is asked
        return [turn.text("welcome"), *where_we_stood(turn)]

    def act(self, dispatcher, tracker, domain):
        events = super().act(dispatcher, tracker, domain)
        told = poster(hear(tracker))
        return [*events, SlotSet("held", [*(tracker.get_slot("held") or []), asdict(told)])] if told else events


def poster(heard: Heard) -> Heard | None:
    """What the poster that was scanned says for the worker: where the work is. Kept in memory until there is consent, echoed like words."""
    origin = posters.read(heard.values.get("payload"))
    if origin is None:
        return None
    words = f"我在{places.full_name(origin.adcode, 'zh')}干活"
    return replace(heard, text=words, intent="inform", values={}, message_id=f"{heard.message_id}:poster")


def where_we_stood(turn) -> list[Say]:
    """For a worker whose case is open and has been told of."""
    known = turn.worker.consented_at is not None and turn.case is not None and cases.stated(turn.case)
    return [standing.greeting(turn.law, turn.worker, turn.state, turn.case)] if known else []


class Deflected(Answer):
    """What a body answered, told outside the form: answered and logged at once; what else was told goes on in the form."""

    def name(self):
        return "action_deflected"

    def goes_on(self, turn):
        return turn.worker.consented_at is None or turn.state.asked is not None

    def act(self, dispatcher, tracker, domain):
        events = super().act(dispatcher, tracker, domain)
        with turn(tracker) as one:
            waits = not events and one.case is not None and ask.required(one.law, one.worker, one.case, one.state)
        return [FollowupAction("triage_form")] if waits and not tracker.active_loop.get("name") else events

    def answer(self, turn):
        if turn.state.offer == "resolved" and turn.heard.intent == "helped":  # "yes, solved" to "is it solved?"
            return resolve(turn)
        return listen.absorb(turn.session, turn.law, turn.worker, turn.state, turn.heard, []).says


class ChooseReason(Answer):
    """Corrects how an answer was understood, or asks which excuse it was."""

    def name(self):
        return "action_choose_reason"

    def answer(self, turn):
        return [deflect.choose_reason(turn.session, turn.law, turn.worker, turn.state, turn.heard.values.get("reason"))]


class HandOver(Answer):
    """The worker agreed, or did not, that the hotline takes the matter up."""

    def name(self):
        return "action_hand_over"

    def answer(self, turn):
        if turn.worker.consented_at is None:
            return [turn.text("no_consent_yet")]
        if not turn.heard.pressed and turn.state.offer != "hotline":  # typed out of the blue: asked first, as everything that is passed on
            return offer_hotline(turn)
        turn.state.offer = None
        return [deflect.to_hotline(turn.session, turn.law, turn.worker, not turn.heard.pressed or turn.heard.values.get("yes") is True)]


class AskHuman(Answer):
    """A person is wanted: the referral needs the worker's word first."""

    def name(self):
        return "action_ask_human"

    def answer(self, turn):
        return offer_hotline(turn)


def offer_hotline(turn) -> list[Say]:
    """Asks for the word without which nothing is passed on."""
    law, language = turn.law, turn.language
    turn.state.offer = "hotline"
    buttons = ((law.text("dialogue.hotline_yes", language), '/hand_over{"yes": true}'),
               (law.text("dialogue.hotline_no", language), '/hand_over{"yes": false}'))
    return [Say(matters.heading(law, language, turn.state, turn.case) + law.text("dialogue.ask_human", language), buttons)]


class Resolved(Answer):
    """Whether the matter is solved."""

    def name(self):
        return "action_resolved"

    def answer(self, turn):
        offered, turn.state.offer = turn.state.offer, None
        if turn.heard.pressed:
            return resolve(turn) if turn.heard.values.get("yes") is True else [turn.text("not_resolved")]
        if turn.case is None or offered == "resolved":
            return resolve(turn)
        turn.state.offer = "resolved"
        heading = matters.heading(turn.law, turn.language, turn.state, turn.case)
        return [Say(heading + turn.law.text("dialogue.is_it_resolved", turn.language),
                    ((turn.law.text("dialogue.resolved_yes", turn.language), '/resolved{"yes": true}'),
                     (turn.law.text("dialogue.resolved_no", turn.language), '/resolved{"yes": false}')))]


def resolve(turn) -> list[Say]:
    """Closes the case and its referrals that were contacted, as the worker says."""
    case = turn.case
    if case is None:
        return [turn.text("status_none")]
    for referral in case.referrals:
        if referral.status in ("contacted", "answered", "deflected", "escalated"):
            referrals.resolve(turn.session, referral, turn.law.text("dialogue.resolved_yes", "zh"), "worker")
    cases.close(turn.session, case)
    start_over(turn, case.code)
    left = cases.open_cases(turn.session, turn.worker)
    if not left:
        return [turn.text("resolved")]
    buttons = (*matters.switches(turn.law, turn.language, left, None), *matters.new_ones(turn.law, turn.language)[:1])
    return [turn.text("resolved"), Say(turn.law.text("dialogue.still_open", turn.language), buttons)]


def start_over(turn, closed: str | None = None) -> None:
    """The conversation as if nothing had been told of this case; the message being answered stays answered."""
    old, fresh = turn.state, State()
    for name in OF_CASE:
        setattr(old, name, getattr(fresh, name))
    old.aside, old.last_message = None, turn.heard.message_id
    old.case = None if old.case == closed else old.case


class Deadlines(Answer):
    def name(self):
        return "action_deadlines"

    def answer(self, turn):
        return guide.deadlines(turn.law, turn.worker, turn.state, turn.case)


class How(Answer):
    def name(self):
        return "action_how"

    def answer(self, turn):
        return guide.how(turn.law, turn.worker, turn.case)


class More(Answer):
    def name(self):
        return "action_more"

    def answer(self, turn):
        part = turn.heard.values.get("part")
        if part == papers.PART:
            return papers.offer(turn.law, turn.worker, turn.case)
        if isinstance(part, str) and part.endswith(papers.FILES):
            return papers.send(turn.session, turn.law, turn.worker, turn.case, part, turn.heard.message_id)
        if not turn.heard.pressed:
            part = next((name for name in guide.PARTS if words.says(f"asked_{name}", turn.heard.text, turn.language)), None)
        return guide.more(turn.law, turn.worker, turn.case, part)


class Why(Answer):
    """Why the last question was asked."""

    def name(self):
        return "action_why"

    def answer(self, turn):
        if turn.state.asked == ask.CONSENT:
            return [turn.text("why_consent")]
        key = f"questions.{(turn.state.asked or '').replace('.', '_')}_why"
        if turn.law.has_text(key, turn.language):
            return [turn.text("why", why=turn.law.text(key, turn.language))]
        return [turn.text("why_nothing")]


class Correct(Answer):
    """Something is to be changed: every fact is shown as a button; with the fact or its new value said, the form takes over."""

    def name(self):
        return "action_review"

    def goes_on(self, turn):
        return bool(turn.worker.consented_at) and (bool(turn.heard.values.get("fact")) or not turn.heard.pressed)

    def answer(self, turn):
        return [correct.review(turn.law, turn.worker, correct.known(turn.case, turn.state))]


class Back(Correct):
    """Going back. Rasa runs this in the form too, by the name of the intent; there the form itself goes back."""

    def name(self):
        return "action_back"

    def act(self, dispatcher, tracker, domain):
        return [] if tracker.active_loop.get("name") else super().act(dispatcher, tracker, domain)


class Status(Answer):
    """How far the matter is."""

    def name(self):
        return "action_status"

    def answer(self, turn):
        return standing.status(turn.session, turn.law, turn.worker, turn.case)


class Language(Answer):
    def name(self):
        return "action_language"

    def answer(self, turn):
        wanted = turn.heard.values.get("language") or (None if turn.heard.pressed else spoken.asked_for(turn.heard.text))
        if isinstance(wanted, str) and wanted in turn.law.texts:
            turn.worker.language, turn.state.pinned_language = wanted, True
            return [turn.text("language_set")]
        buttons = tuple((one.name, f'/change_language{{"language": "{one.code}"}}') for one in spoken.known().values())
        return [Say(turn.law.text("dialogue.language", turn.language), buttons)]


class ReadAloud(Answer):
    """From now on every answer is a voice message too; a second time turns that off."""

    def name(self):
        return "action_read_aloud"

    def answer(self, turn):
        if not turn.worker.voice and not (turn.worker.channel in messages.SPEAKING and aloud.can_speak()):
            return [Say(turn.law.text("voice.cannot", turn.language))]
        turn.worker.voice = not turn.worker.voice
        return [Say(turn.law.text("voice.on" if turn.worker.voice else "voice.off", turn.language))]


class Reminders(Answer):
    """Whether the bot may write of its own accord before a deadline; without a word which, the choice."""

    def name(self):
        return "action_reminders"

    def answer(self, turn):
        wanted = turn.heard.values.get("on")
        if isinstance(wanted, bool):
            turn.state.reminders = wanted
        on = turn.state.reminders
        change = (turn.law.text(f"followup.{'stop' if on else 'start'}", turn.language), f'/reminders{{"on": {str(not on).lower()}}}')
        return [Say(turn.law.text(f"followup.{'on' if on else 'off'}", turn.language), (change,))]


class Forget(Answer):
    """Asks once, then erases."""

    def name(self):
        return "action_forget"

    def act(self, dispatcher, tracker, domain):
        super().act(dispatcher, tracker, domain)
        if hear(tracker).values.get("sure") is not True:
            return []
        with store.session() as session:
            forget.forget(session, workers.by_sender(session, tracker.sender_id), wish=hear(tracker).message_id)
        return [AllSlotsReset(), Restarted()]

    def answer(self, turn):
        law, language, sure = turn.law, turn.language, turn.heard.values.get("sure")
        if sure is not None:
            return [turn.text("forgotten" if sure is True else "kept")]
        buttons = ((law.text("dialogue.forget_yes", language), '/forget{"sure": true}'),
                   (law.text("dialogue.forget_no", language), '/forget{"sure": false}'))
        return [Say(law.text("dialogue.forget_ask", language), buttons)]


class Restart(Answer):
    """A new matter; the old one stays in the record."""

    def name(self):
        return "action_restart"

    def answer(self, turn):
        case = turn.case
        if case is not None and cases.stated(case):
            if not case.referrals:
                cases.close(turn.session, case)
            fresh = cases.open_case(turn.session, turn.worker)
            turn_to(turn.worker, turn.state, case.code if case.referrals else None, fresh.code)
        start_over(turn)
        return [turn.text("restart")]


UNSURE = 0.6  # below that, "this is no labour matter" may well be a mistake


class Small(Answer):
    """Small talk: one sentence for the intent."""

    KEYS = {"greet": "greet", "thanks": "thanks", "goodbye": "goodbye", "bot_challenge": "bot", "insult": "insult", "stop": "stop",
            "ask_help": "help", "affirm": "affirm", "deny": "deny", "danger": "danger", "not_labour": "not_labour",
            "dont_know": "affirm", "skip": "skip", "enough": "enough_nothing"}
    ANSWERS = ("affirm", "deny", "dont_know", "skip")  # to a question that was left open, if there is one

    def name(self):
        return "action_small_talk"

    def goes_on(self, turn):
        if turn.heard.intent in self.ANSWERS or turn.heard.intent == "enough":
            return turn.state.asked is not None and turn.state.offer is None
        if turn.heard.intent == "danger" and beside.asks(turn.heard, turn.language):
            return True
        return not beside.stands(turn.heard, turn.language, turn.state.asked) and beside.brings_news(turn.heard, turn.language)

    def answer(self, turn):
        if turn.state.offer and turn.heard.intent in ("affirm", "deny"):
            return self.taken_up(turn, turn.heard.intent == "affirm")
        shown = turn.state.asked is None and turn.case is not None and turn.case.referrals
        if turn.heard.intent == "ask_help" and shown:  # "what do I do, whom do I ask first": the card says it
            turn.state.guided = False
            return guide.card(turn.session, turn.law, turn.worker, turn.state)
        key = self.KEYS.get(turn.heard.intent, "greet")
        if key == "not_labour":
            turn.state.miss(turn.heard, "unsure" if (turn.heard.confidence or 0) < UNSURE else "out_of_scope")
        if key == "greet" and (stood := where_we_stood(turn)):
            return stood if turn.days_away or turn.state.asked is None else [turn.text("greet_again")]
        if key == "enough" and shown:
            turn.state.guided = False
            return guide.card(turn.session, turn.law, turn.worker, turn.state)
        if key in ("bot", "insult", "danger"):
            human = (turn.law.text("dialogue.human_button", turn.language), "/ask_human")
            return [Say(turn.law.text(f"dialogue.{key}", turn.language), (human,))]
        return [turn.text(key)]

    def taken_up(self, turn, yes: bool) -> list[Say]:
        """A typed yes or no to what was offered."""
        offer, turn.state.offer = turn.state.offer, None
        if offer == "resolved":
            return resolve(turn) if yes else [turn.text("not_resolved")]
        return [deflect.to_hotline(turn.session, turn.law, turn.worker, yes)]


class Unclear(Answer):
    """Two stages: what do you mean, then a person. Also the fallback for whatever no rule covers, so it always ends the turn."""

    def name(self):
        return "action_unclear"

    def act(self, dispatcher, tracker, domain):
        return super().act(dispatcher, tracker, domain) or [FollowupAction("action_listen")]

    def goes_on(self, turn):
        open_question = turn.state.asked is not None and not turn.state.refused_consent
        expected = "contacts" if turn.case is not None and turn.case.referrals else None
        return not turn.heard.pressed and (open_question or beside.brings_news(turn.heard, turn.language, expected))

    def answer(self, turn):
        law, language, state = turn.law, turn.language, turn.state
        if languages.script(turn.heard.text) == "other":
            state.miss(turn.heard, "other_script")
            return [turn.text("other_script")]
        told = ask.assessment(law, turn.worker, turn.case, {}) if turn.case is not None else None
        if not turn.heard.pressed and (answer := beside.answer(law, language, turn.heard, told)):
            if not beside.knows(language, turn.heard, told):
                state.miss(turn.heard, "no_answer")
            return answer
        state.miss(turn.heard, "unclear")
        state.doubts += 1
        choices = tuple((law.text(f"questions.choice_issues_{issue}", language), ask.inform(issues=[issue]))
                        for issue in law.rule("questions")["choices"]["issues"])
        human = (law.text("dialogue.human_button", language), "/ask_human")
        return [Say(law.text("dialogue.unclear" if state.doubts < 2 else "dialogue.unclear_again", language), (*choices, human))]
